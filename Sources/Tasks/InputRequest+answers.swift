import JSON

extension InputRequest {
  /// Finds what is wrong with an answer: it is not among the options, or not of the shape asked for.
  package func faults(in answer: JSONValue, at place: JSONPointer = .root) -> [Fault] {
    if Permission.isRefusal(answer) { return [] }
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
