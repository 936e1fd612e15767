import JSON

/// Holds a question of the agent's until somebody answers it: durable, first answer wins.
package struct InputRequest: Sendable, Hashable {
  package var requestId: String
  package var attemptN: Int
  package var question: String
  package var options: [String]
  /// A flat JSON Schema for the answer, where an option does not do.
  package var schema: JSONValue?
  /// Present where the agent asks for leave rather than for knowledge.
  package var permission: PermissionWish?
  package var deadline: Timestamp?
  /// What counts as answered once the deadline has passed; without one, nothing does.
  package var defaultAnswer: JSONValue?
  package var askedAt: Timestamp
  package var answer: InputAnswer?
  /// When its agent stopped asking, unanswered.
  package var withdrawnAt: Timestamp?

  package var isOpen: Bool { answer == nil && withdrawnAt == nil }

  package init(
    requestId: String, attemptN: Int, question: String, options: [String] = [],
    schema: JSONValue? = nil, permission: PermissionWish? = nil, deadline: Timestamp? = nil,
    defaultAnswer: JSONValue? = nil, askedAt: Timestamp, answer: InputAnswer? = nil,
    withdrawnAt: Timestamp? = nil
  ) {
    self.requestId = requestId
    self.attemptN = attemptN
    self.question = question
    self.options = options
    self.schema = schema
    self.permission = permission
    self.deadline = deadline
    self.defaultAnswer = defaultAnswer
    self.askedAt = askedAt
    self.answer = answer
    self.withdrawnAt = withdrawnAt
  }
}

/// Names what an agent wants leave for.
package struct PermissionWish: Sendable, Hashable {
  package var tool: String
  /// What the tool would be called with, bounded.
  package var arguments: JSONValue?

  package init(tool: String, arguments: JSONValue? = nil) {
    self.tool = tool
    self.arguments = arguments
  }
}

/// Records the answer that won, and who gave it.
package struct InputAnswer: Sendable, Hashable {
  package var value: JSONValue
  package var answeredBy: Actor
  package var at: Timestamp

  package init(value: JSONValue, answeredBy: Actor, at: Timestamp) {
    self.value = value
    self.answeredBy = answeredBy
    self.at = at
  }
}
