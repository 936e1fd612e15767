import JSON

// What an agent's own verification must speak of.
extension SuccessCriteria {
  /// Finds gates, assertions and criteria that a claim says nothing of, and what it makes up.
  ///
  /// A judge's rubric is about the work it judges: its scores speak of that, not its verification.
  func faults(
    inEntriesOf claim: JSONValue, _ kind: OutputKind, at place: JSONPointer
  ) -> [Fault] {
    let list = place.appending(key: "results")
    let conditions = gates.map(\.id) + assertions.map(\.id)
    let criteria = rubric?.criteria.map(\.id) ?? []
    // Who tells of the rubric as a whole tells of all its criteria.
    let wholes = [rubric?.rubricId, minComposite.map { _ in Self.leastId }].compactMap(\.self)
    let known = Set(conditions + criteria + wholes)
    var told: Set<String> = []
    var faults: [Fault] = []
    for (index, entry) in (claim["results"]?.arrayValue ?? []).enumerated() {
      guard let id = entry["id"]?.stringValue else { continue }
      told.insert(id)
      guard !known.contains(id), entry["kind"] != "sideEffect" else { continue }
      faults.append(
        Fault(
          pointer: list.appending(index: index).appending(key: "id"),
          message: "is none of the success criteria\(Nearest.hint(for: id, among: known.sorted()))")
      )
    }
    let isRubricTold = kind == .judgment || rubric.map { told.contains($0.rubricId) } ?? true
    let untold = (conditions + (isRubricTold ? [] : criteria)).filter { !told.contains($0) }
    if !untold.isEmpty {
      let names = untold.prefix(5).map { CleanText.line($0, limit: 100) }.joined(separator: ", ")
      let more = untold.count > 5 ? " and \(untold.count - 5) more" : ""
      faults.append(Fault(pointer: list, message: "has no entry for \(names)\(more)"))
    }
    return faults
  }
}
