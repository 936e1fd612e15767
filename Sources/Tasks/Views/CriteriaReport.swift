import JSON

/// Sets what we found of the success criteria beside what the agent claims of them.
package struct CriteriaReport: Sendable {
  private let found: Verification
  /// Is what the claim says of each, and of the whole.
  private let claimed: [String: String]
  private let claim: Bool?

  /// Gives nil where we had nothing to find out.
  package init?(_ checked: Verification?, claimedIn output: JSONValue?) {
    guard let checked, !checked.results.isEmpty else { return nil }
    found = checked
    let own = output?[Verification.key]
    claim = own?["passed"]?.boolValue
    let pairs = (own?["results"]?.arrayValue ?? []).compactMap { entry in
      entry["id"]?.stringValue.flatMap { id in entry["status"]?.stringValue.map { (id, $0) } }
    }
    claimed = Dictionary(pairs) { first, _ in first }
  }

  package init?(_ attempt: Attempt) { self.init(attempt.checked, claimedIn: attempt.output) }

  /// Says it in a few words: `criteria fail: pushed, said (the agent claims that they hold)`.
  package var line: String {
    let failed = found.results.filter { $0.status == .fail }.map {
      CleanText.line($0.id, limit: 40)
    }
    let names = failed.prefix(3).joined(separator: ", ")
    let more = failed.count > 3 ? " and \(failed.count - 3) more" : ""
    let words = found.passed ? "criteria hold" : "criteria fail: \(names)\(more)"
    guard let claim, claim != found.passed else { return words }
    return words + (claim ? " (the agent claims they hold)" : " (the agent claims they do not)")
  }

  /// Gives each finding in a line, with what the agent claims where that is otherwise.
  package var findings: [String] {
    found.results.map { finding in
      let detail = finding.detail.map { ": " + CleanText.line($0, limit: 300) } ?? ""
      let said = claimed[finding.id].map { CleanText.line($0, limit: 20) }
      let claim =
        said == finding.status.rawValue ? "" : said.map { ", where the agent claims \($0)" } ?? ""
      return "\(finding.kind.rawValue) \(CleanText.line(finding.id, limit: 100)) "
        + finding.status.rawValue + claim + detail
    }
  }
}
