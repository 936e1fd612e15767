import JSON

/// Lists what was checked of a result and what came of it: claimed by the agent, or found by us.
package struct Verification: Sendable, Hashable {
  package enum Kind: String, Sendable, Hashable, CaseIterable {
    case gate, assertion, rubric, sideEffect
  }

  package enum Status: String, Sendable, Hashable, CaseIterable {
    case pass, fail, skip
  }

  package struct Finding: Sendable, Hashable {
    package var id: String
    package var kind: Kind
    package var status: Status
    package var detail: String?

    package init(id: String, kind: Kind, status: Status, detail: String? = nil) {
      self.id = id
      self.kind = kind
      self.status = status
      self.detail = detail
    }
  }

  /// The input it was checked against.
  package var inputCid: ContentID?
  package var results: [Finding]
  package var passed: Bool

  package init(inputCid: ContentID?, results: [Finding], passed: Bool) {
    self.inputCid = inputCid
    self.results = results
    self.passed = passed
  }

  /// Draws the verdict: it passed if nothing failed.
  package init(inputCid: ContentID?, results: [Finding]) {
    self.init(
      inputCid: inputCid, results: results, passed: !results.contains { $0.status == .fail })
  }

  /// Where an output carries the agent's own.
  package static let key = "verification"

  /// Finds where an agent's claim contradicts itself, or speaks of another input.
  static func faults(
    inClaim claim: JSONValue, inputCid: ContentID, at place: JSONPointer
  ) -> [Fault] {
    var faults = Faults()
    guard let claimed = json.read(claim, &faults) else {
      return faults.all.map {
        Fault(
          pointer: JSONPointer(tokens: place.tokens + $0.pointer.tokens), message: $0.message)
      }
    }
    var found: [Fault] = []
    if let cid = claimed.inputCid, cid != inputCid {
      found.append(
        Fault(
          pointer: place.appending(key: "inputCid"),
          message: "is not the task's input, which is \(inputCid)"))
    }
    if claimed.passed, let failed = claimed.results.first(where: { $0.status == .fail }) {
      found.append(
        Fault(
          pointer: place.appending(key: "passed"),
          message: "is true, though \(CleanText.line(failed.id, limit: 200)) failed"))
    }
    return found
  }
}

extension Verification.Finding: JSONCodable {
  package static let json = Codec.object(
    Self.init(id:kind:status:detail:),
    required("id", \.id, .string(length: 1...200), "What was checked."),
    required("kind", \.kind, .enumeration),
    required("status", \.status, .enumeration),
    optional("detail", \.detail, .string(length: 0...2_000), "What was seen."))
}

extension Verification: JSONCodable {
  package static let json = Codec.object(
    Self.init(inputCid:results:passed:),
    optional("inputCid", \.inputCid, .contentID, "Content id of the input checked against."),
    required("results", \.results, .array(of: Finding.json, count: 0...500)),
    required("passed", \.passed, .bool, "True if nothing failed."))
}
