import JSON

extension InputRequest {
  /// Names the decisions on a request for leave; `deny` also turns any question away.
  package enum Decision: String, Sendable, Hashable, CaseIterable, JSONCodable {
    case allow, deny
    /// For the rest of the conversation.
    case allowAlways = "allow_always"
    package static let json = Codec<Decision>.enumeration
  }

  /// Gives a decision as the answer that is stored, with words for the agent where there are some.
  package static func answer(_ decision: Decision, message: String? = nil) -> JSONValue {
    var members: JSONObject = ["decision": .string(decision.rawValue)]
    members["message"] = message.map(JSONValue.string)
    return .object(members)
  }

  /// Tells whether an answer turns the question away instead of answering it.
  package static func isRefusal(_ answer: JSONValue) -> Bool {
    answer["decision"] == .string(Decision.deny.rawValue)
  }

  /// Finds what is wrong with an answer: it is not among the options, or not of the shape asked for.
  package func faults(in answer: JSONValue, at place: JSONPointer = .root) -> [Fault] {
    if Self.isRefusal(answer) { return [] }
    if permission != nil {
      let word = answer["decision"]?.stringValue ?? ""
      if options.contains(word) { return [] }
      return [Fault(pointer: place, message: "choose one of \(options.joined(separator: ", "))")]
    }
    if !options.isEmpty {
      if let word = answer.stringValue, options.contains(word) { return [] }
      let offered = options.prefix(20).map { CleanText.line($0, limit: 100) }
      return [Fault(pointer: place, message: "choose one of: \(offered.joined(separator: "; "))")]
    }
    guard let schema else { return [] }
    let rules: Schema
    do throws(SchemaError) {
      rules = try Schema(schema)
    } catch {
      // An agent's schema that says nothing must not make its question unanswerable.
      return []
    }
    return rules.validate(answer).map {
      Fault(pointer: JSONPointer(tokens: place.tokens + $0.pointer.tokens), message: $0.message)
    }
  }
}

extension TaskRecord {
  /// Names the next question so that a person can type it.
  package var nextRequestId: String { "q\(requests.count + 1)" }
}
