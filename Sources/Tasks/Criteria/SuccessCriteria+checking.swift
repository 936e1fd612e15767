import JSON

extension SuccessCriteria {
  /// Is what an output is checked with beside the output itself.
  package struct Evidence: Sendable {
    package var inputCid: ContentID
    package var outputSchemaCid: ContentID
    package var hasValidOutput: Bool
    /// Tells that the agent handed its output in as such.
    package var isSubmitted: Bool

    package init(
      inputCid: ContentID, outputSchemaCid: ContentID, hasValidOutput: Bool, isSubmitted: Bool
    ) {
      self.inputCid = inputCid
      self.outputSchemaCid = outputSchemaCid
      self.hasValidOutput = hasValidOutput
      self.isSubmitted = isSubmitted
    }
  }

  /// Decides whatever needs no judgment; it stands beside the agent's own claim.
  package func checked(_ output: JSONValue, _ evidence: Evidence) -> Verification {
    var results = gates.map { Self.finding($0, output, evidence) }
    for assertion in assertions {
      let failure = assertion.failure(in: output)
      results.append(
        Verification.Finding(
          id: assertion.id, kind: .assertion, status: failure == nil ? .pass : .fail,
          detail: failure.map { CleanText.line($0, limit: 500) }))
    }
    if let finding = composite(output) { results.append(finding) }
    return Verification(inputCid: evidence.inputCid, results: results)
  }

  private static func finding(
    _ gate: Gate, _ output: JSONValue, _ evidence: Evidence
  ) -> Verification.Finding {
    let (holds, detail): (Bool?, String?) =
      switch gate.test {
      case .submitted: (evidence.isSubmitted, nil)
      case .schema(let cid):
        cid == evidence.outputSchemaCid.description
          ? (evidence.hasValidOutput, nil) : (nil, "is not the schema of this type's output")
      case .equals(let path, let cid):
        (OutputPath(path).values(in: output) == [.string(cid)], "at \(path)")
      }
    // What need not hold is told, and fails nothing; what must hold and cannot be seen to has failed.
    let failed: Verification.Status = gate.isRequired ? .fail : .skip
    return Verification.Finding(
      id: gate.id, kind: .gate, status: holds == true ? .pass : failed,
      detail: holds == true ? nil : detail.map { CleanText.line($0, limit: 500) })
  }

  /// Names the finding on the lowest composite.
  static let leastId = "minComposite"

  /// Holds a judgment's composite against the lowest that passes.
  private func composite(_ output: JSONValue) -> Verification.Finding? {
    guard let least = minComposite, let rubric,
      let composite = rubric.composite(Judgment.scores(of: output))
    else { return nil }
    return Verification.Finding(
      id: Self.leastId, kind: .rubric,
      status: composite >= least - Rubric.tolerance ? .pass : .fail,
      detail: "the composite is \(shown(composite)), the least that passes \(shown(least))")
  }
}

/// Reads the scores of a judge's output and checks its sums.
enum Judgment {
  /// Gives the scores by criterion; of one scored twice the last.
  static func scores(of output: JSONValue) -> [String: Double] {
    var scores: [String: Double] = [:]
    for entry in output["scores"]?.arrayValue ?? [] {
      guard let id = entry["criterionId"]?.stringValue, let score = entry["score"]?.doubleValue
      else { continue }
      scores[id] = score
    }
    return scores
  }

  /// Finds figures that are no share of one; a user's own type may have let them through.
  static func faults(inFiguresOf output: JSONValue, at place: JSONPointer) -> [Fault] {
    let scores = output["scores"]?.arrayValue ?? []
    let figures =
      scores.enumerated().map { index, entry in
        (
          place.appending(key: "scores").appending(index: index).appending(key: "score"),
          entry["score"]
        )
      } + [(place.appending(key: "composite"), output["composite"])]
    return figures.compactMap { at, value in
      guard let figure = value?.doubleValue, !(0...1).contains(figure) else { return nil }
      return Fault(pointer: at, message: "expected 0 to 1, found \(shown(figure))")
    }
  }

  /// Finds criteria that are not scored, scored twice or unknown, and a composite that is no sum.
  static func faults(
    in output: JSONValue, by rubric: Rubric, at place: JSONPointer
  ) -> [Fault] {
    var faults: [Fault] = []
    let list = place.appending(key: "scores")
    let entries = output["scores"]?.arrayValue ?? []
    var seen: Set<String> = []
    for (index, entry) in entries.enumerated() {
      let at = list.appending(index: index).appending(key: "criterionId")
      guard let id = entry["criterionId"]?.stringValue else { continue }
      guard let criterion = rubric.criteria.first(where: { $0.id == id }) else {
        let hint = Nearest.hint(for: id, among: rubric.criteria.map(\.id))
        faults.append(Fault(pointer: at, message: "is no criterion of the rubric\(hint)"))
        continue
      }
      if !seen.insert(id).inserted {
        faults.append(Fault(pointer: at, message: "is scored twice"))
      }
      if criterion.scoring == .boolean, let score = entry["score"]?.doubleValue, score != 0,
        score != 1
      {
        faults.append(
          Fault(
            pointer: list.appending(index: index).appending(key: "score"),
            message: "expected 0 or 1 for a boolean criterion, found \(shown(score))"))
      }
    }
    for criterion in rubric.criteria where !seen.contains(criterion.id) {
      faults.append(
        Fault(
          pointer: list,
          message: "criterion \(CleanText.line(criterion.id, limit: 200)) is not scored"))
    }
    if faults.isEmpty, let sum = rubric.composite(scores(of: output)),
      let claimed = output["composite"]?.doubleValue, abs(sum - claimed) > rounding
    {
      faults.append(
        Fault(
          pointer: place.appending(key: "composite"),
          message: "expected \(shown(sum)), the sum of weight × score, found \(shown(claimed))"))
    }
    return faults
  }

  /// A judge may round to two decimals.
  private static let rounding = 0.0051
}
