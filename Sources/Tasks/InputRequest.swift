import JSON

/// Holds a question of the agent's until somebody answers it: durable, first answer wins.
package struct InputRequest: Sendable, Hashable {
  package var requestId: String
  package var attemptN: Int
  package var question: String
  package var options: [String]
  /// A flat JSON Schema for the answer, where an option does not do.
  package var schema: JSONValue?
  package var deadline: Timestamp?
  package var askedAt: Timestamp
  package var answer: InputAnswer?

  package init(
    requestId: String, attemptN: Int, question: String, options: [String] = [],
    schema: JSONValue? = nil, deadline: Timestamp? = nil, askedAt: Timestamp,
    answer: InputAnswer? = nil
  ) {
    self.requestId = requestId
    self.attemptN = attemptN
    self.question = question
    self.options = options
    self.schema = schema
    self.deadline = deadline
    self.askedAt = askedAt
    self.answer = answer
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
