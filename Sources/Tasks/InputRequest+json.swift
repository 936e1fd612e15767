import JSON

extension InputAnswer: JSONCodable {
  package static let json = Codec.object(
    Self.init(value:answeredBy:at:),
    required("value", \.value, .any, "The answer."),
    required("answeredBy", \.answeredBy, Actor.json, "Who gave it."),
    required("at", \.at, .timestamp, "When."))
}

extension PermissionWish: JSONCodable {
  package static let json = Codec.object(
    Self.init(tool:arguments:),
    required("tool", \.tool, .string, "The tool it wants to use."),
    optional("arguments", \.arguments, .any, "What it would call it with."))
}

extension InputRequest: JSONCodable {
  package static let json = Codec.object(
    Self.init(
      requestId:attemptN:question:options:schema:permission:deadline:defaultAnswer:askedAt:
      answer:withdrawnAt:),
    required("requestId", \.requestId, .string, "Names the question."),
    required("attemptN", \.attemptN, .int(1 ... .max), "The attempt that asks."),
    required("question", \.question, .string, "What is asked."),
    defaulted("options", \.options, .array(of: .string), [], "Answers to choose from."),
    optional("schema", \.schema, .any, "Shape of the answer."),
    optional("permission", \.permission, PermissionWish.json, "What it wants leave for."),
    optional("deadline", \.deadline, .timestamp, "When it is too late to answer."),
    optional("defaultAnswer", \.defaultAnswer, .any, "What counts after that."),
    required("askedAt", \.askedAt, .timestamp, "When it was asked."),
    optional("answer", \.answer, InputAnswer.json, "The answer that won."),
    optional("withdrawnAt", \.withdrawnAt, .timestamp, "When it was no longer asked."))
}

extension Artifact: JSONCodable {
  package static let json = Codec.object(
    Self.init(
      id:attemptN:kind:title:contentType:contentEncoding:sizeBytes:cid:createdAt:createdBy:),
    required("id", \.id, .string, "Names the binding."),
    optional("attemptN", \.attemptN, .int(1 ... .max), "The attempt that left it."),
    required("kind", \.kind, .string, "file, report, diff or another word."),
    required("title", \.title, .string, "Its title."),
    required("contentType", \.contentType, .string, "Media type."),
    optional("contentEncoding", \.contentEncoding, .string, "How the bytes are packed."),
    required("sizeBytes", \.sizeBytes, .int(0 ... .max), "How many bytes."),
    required("cid", \.cid, .contentID, "Content id of the bytes."),
    required("createdAt", \.createdAt, .timestamp, "When it was bound."),
    required("createdBy", \.createdBy, Actor.json, "Who bound it."))
}
