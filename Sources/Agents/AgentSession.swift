import JSON
import Tasks

/// Names a conversation as its agent does, and who speaks in it.
package struct AgentSession: Sendable, Hashable {
  package var id: String
  package var model: String?
  package var agentVersion: String?
  package var directory: String?
  /// Whether it was begun anew, although a copy of another was asked for.
  package var isInPlaceOfCopy = false

  package init(
    id: String, model: String? = nil, agentVersion: String? = nil, directory: String? = nil
  ) {
    self.id = id
    self.model = model
    self.agentVersion = agentVersion
    self.directory = directory
  }
}

extension AgentSession {
  /// Gives what is known of it, for a message.
  package var members: JSONObject {
    var members: JSONObject = ["sessionId": .string(id)]
    members["model"] = model.map(JSONValue.string)
    members["agentVersion"] = agentVersion.map(JSONValue.string)
    members["directory"] = directory.map(JSONValue.string)
    return members
  }
}

/// Says why an agent gave up, in our closed list.
package struct AgentFailure: Sendable, Hashable {
  package var reason: FailureReason
  package var message: String
  /// When a used-up quota is back, where the agent said so.
  package var resumeAt: Timestamp?

  package init(_ reason: FailureReason, _ message: String, resumeAt: Timestamp? = nil) {
    self.reason = reason
    self.message = message
    self.resumeAt = resumeAt
  }
}

/// Holds something an agent asks before it goes on.
package struct AgentQuestion: Sendable, Hashable {
  package enum Kind: Sendable, Hashable {
    /// May it use this tool; answered with one of `Permission`.
    case permission(tool: String, callId: String?)
    case question
  }

  package var requestId: String
  package var kind: Kind
  package var question: String
  package var options: [String]
  /// A flat JSON Schema for the answer, where one option does not do.
  package var schema: JSONValue?
  /// What the tool would be called with.
  package var arguments: JSONValue?

  package init(
    requestId: String, kind: Kind, question: String, options: [String],
    schema: JSONValue? = nil, arguments: JSONValue? = nil
  ) {
    self.requestId = requestId
    self.kind = kind
    self.question = question
    self.options = options
    self.schema = schema
    self.arguments = arguments
  }
}

extension AgentQuestion {
  func redacted(by redactor: Redactor) -> AgentQuestion {
    var question = self
    question.question = redactor.redacted(self.question)
    question.options = options.map { redactor.redacted($0) }
    question.schema = schema.map { redactor.redacted($0) }
    question.arguments = arguments.map { redactor.redacted($0) }
    return question
  }
}
