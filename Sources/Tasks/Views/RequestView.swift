import JSON

/// Shows an open question to whoever may answer it.
package struct RequestView: Sendable, Hashable {
  package var requestId: String
  package var attemptN: Int
  package var question: String
  package var options: [String]
  package var schema: JSONValue?
  package var permission: PermissionWish?
  package var deadline: Timestamp?
  package var askedAt: Timestamp
}

extension RequestView {
  package init(_ request: InputRequest) {
    self.init(
      requestId: request.requestId.cleanedWord, attemptN: request.attemptN,
      question: CleanText.clean(request.question, limit: ViewLimit.question),
      options: request.options.prefix(ViewLimit.options).map {
        CleanText.line($0, limit: ViewLimit.option)
      },
      schema: request.schema.map { CleanText.clean($0, limit: ViewLimit.sentence) },
      permission: request.permission.map {
        PermissionWish(
          tool: $0.tool.cleanedWord,
          arguments: $0.arguments.map { CleanText.clean($0, limit: ViewLimit.sentence) })
      },
      deadline: request.deadline, askedAt: request.askedAt)
  }
}

extension RequestView: JSONCodable {
  package static let json = Codec.object(
    Self.init(requestId:attemptN:question:options:schema:permission:deadline:askedAt:),
    required("requestId", \.requestId, .string, "Names the question in the answer."),
    required("attemptN", \.attemptN, .int, "The attempt that asks."),
    required("question", \.question, .string, "What is asked."),
    defaulted("options", \.options, .array(of: .string), [], "Answers to choose from."),
    optional("schema", \.schema, .any, "Shape of the answer."),
    optional("permission", \.permission, PermissionWish.json, "What it wants leave for."),
    optional("deadline", \.deadline, .timestamp, "When it is too late to answer."),
    required("askedAt", \.askedAt, .timestamp, "When it was asked."))
}
