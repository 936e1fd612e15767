import JSON
import Tasks

extension Configuration {
  /// Says how long an agent's questions wait, and what counts as answered after that.
  package struct Questions: Sendable, Hashable {
    /// Absent: for ever.
    package var deadlineSec: Int?
    /// Decides requests for leave at the deadline.
    package var permission: Permission?
    /// Answers other questions at the deadline, where it fits them.
    package var answer: JSONValue?

    package init(
      deadlineSec: Int? = nil, permission: Permission? = nil, answer: JSONValue? = nil
    ) {
      self.deadlineSec = deadlineSec
      self.permission = permission
      self.answer = answer
    }

    /// Gives a question its deadline, and the answer that counts then.
    package func apply(to request: inout InputRequest) {
      guard let deadlineSec else { return }
      request.deadline = request.askedAt.adding(milliseconds: Int64(deadlineSec) * 1000)
      let answer = request.permission == nil ? self.answer : permission.map { $0.answer() }
      if let answer, request.faults(in: answer).isEmpty { request.defaultAnswer = answer }
    }
  }

  /// Gives the terms of a profile: its own, else the general ones.
  package func questions(of profile: String) -> Questions {
    profiles.first { $0.name == profile }?.questions ?? questions
  }
}

extension Configuration.Questions: JSONCodable {
  package static let json = Codec.object(
    Self.init(deadlineSec:permission:answer:),
    optional("deadlineSec", \.deadlineSec, .int(1...31_536_000), "Longest wait; none: for ever."),
    optional("permission", \.permission, Permission.json, "Decides after that."),
    optional("answer", \.answer, .any, "Answers other questions after that."))
}
