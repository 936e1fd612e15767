import JSON

extension Review: JSONCodable {
  package static let json = Codec.object(
    Self.init(attemptN:state:reviewer:comments:at:),
    required("attemptN", \.attemptN, .int(1 ... .max), "The attempt that was judged."),
    required("state", \.state, State.json, "What was decided."),
    required("reviewer", \.reviewer, .string, "Who decided."),
    optional("comments", \.comments, .string, "Why."),
    required("at", \.at, .timestamp, "When."))
}

extension Verdict: JSONCodable {
  package static let json = Codec.object(
    Self.init(attemptN:isAccepted:reviewer:comments:),
    required("attemptN", \.attemptN, .int(1 ... .max), "The attempt."),
    required("accepted", \.isAccepted, .bool, "Whether it counts."),
    optional("reviewer", \.reviewer, .string, "Who decides."),
    optional("comments", \.comments, .string, "Why."))
}

extension Retry.Change: JSONCodable {
  package static let json = Codec.object(
    Self.init(input:inputCid:),
    required("input", \.input, .any, "The new input."),
    required("inputCid", \.inputCid, .contentID, "Its content id."))
}

extension Retry: JSONCodable {
  package static let json = Codec.object(
    Self.init(reason:feedback:change:resumes:launch:),
    optional("reason", \.reason, .string, "Why."),
    optional("feedback", \.feedback, .string, "What the next attempt is told."),
    optional("change", \.change, Change.json, "Another input."),
    optional("resumes", \.resumes, .int(1 ... .max), "The attempt to go on with."),
    required("launch", \.launch, LaunchPlan.json, "Who runs it now."))
}

extension TaskUpdate: JSONCodable {
  package static let json = Codec.object(
    Self.init(title:tags:priority:launch:result:),
    optional("title", \.title, .string, "Its title."),
    optional("tags", \.tags, .array(of: .string), "Its tags."),
    optional("priority", \.priority, .int(0...100), "How urgent it is."),
    optional("launch", \.launch, LaunchPlan.json, "Who runs it now."),
    optional("result", \.result, .string, "What came of it."))
}

extension TaskComment: JSONCodable {
  package static let json = Codec.object(
    Self.init(author:text:at:),
    required("author", \.author, .string, "Who says it."),
    required("text", \.text, .string, "What is said."),
    required("at", \.at, .timestamp, "When."))
}

extension Remark: JSONCodable {
  package static let json = Codec.object(
    Self.init(author:text:),
    optional("author", \.author, .string, "Who says it."),
    required("text", \.text, .string, "What is said."))
}
