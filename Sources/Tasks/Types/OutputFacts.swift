import JSON

/// Is what is known of an attempt that its output must agree with.
package struct OutputFacts: Sendable {
  /// Is what the attempt has left so far; nil where nobody has looked.
  package var artifacts: [Artifact]?
  /// The variant of the evaluation that is judged, where one is.
  package var variantLabel: String?

  package init(artifacts: [Artifact]? = nil, variantLabel: String? = nil) {
    self.artifacts = artifacts
    self.variantLabel = variantLabel
  }

  /// Tells whether outputs of a type speak of what the attempt has left: only then must anybody look.
  package static func concernArtifacts(_ type: String) -> Bool {
    type == "curate_pack" || type == "render_pack"
  }

  /// Finds where an output of a built-in type speaks of something else than what was done.
  func faults(
    in output: JSONValue, of spec: TaskSpec, _ type: String, at place: JSONPointer
  ) -> [Fault] {
    switch type {
    case "judge_eval_attempt": strayed(output, spec.input, at: place)
    case "curate_pack":
      unbound(output, id: "packId", cid: "packCid", at: place)
        + ["entryId", "rank"].flatMap { Self.repeated($0, in: output["entries"], at: place) }
    case "render_pack": rendered(output, spec.input, at: place)
    default: []
    }
  }

  /// Finds a judgment of another attempt than the one that was to be judged.
  private func strayed(
    _ output: JSONValue, _ input: JSONValue, at place: JSONPointer
  ) -> [Fault] {
    var faults: [Fault] = []
    func expect(_ wanted: JSONValue?, _ member: String, found: JSONValue?) {
      guard let wanted, wanted != found else { return }
      faults.append(
        Fault(
          pointer: place.appending(key: member),
          message: "expected \(CleanText.line(wanted.text, limit: 200)), which is to be judged"))
    }
    let same = { (value: JSONValue?) in value?.stringValue.map { JSONValue.string($0.lowercased()) }
    }
    expect(same(input["targetTaskId"]), "targetTaskId", found: same(output["targetTaskId"]))
    expect(input["targetAttemptN"], "targetAttemptN", found: output["targetAttemptN"])
    expect(variantLabel.map(JSONValue.string), "variantLabel", found: output["variantLabel"])
    return faults
  }

  /// A document that is not kept has a content id all the same, but no name.
  private func rendered(
    _ output: JSONValue, _ input: JSONValue, at place: JSONPointer
  ) -> [Fault] {
    let (id, cid) = ("renderedPackId", "renderedCid")
    guard output[id]?.isNull ?? true else { return unbound(output, id: id, cid: cid, at: place) }
    if input["persist"] == true {
      return [Fault(pointer: place.appending(key: id), message: "persist asks for it to be kept")]
    }
    guard ContentID(parsing: output[cid]?.stringValue ?? "") == nil else { return [] }
    return [Fault(pointer: place.appending(key: cid), message: "is no content id")]
  }

  /// Finds a pack that is not among what the attempt left, by content and by name.
  private func unbound(
    _ output: JSONValue, id: String, cid: String, at place: JSONPointer
  ) -> [Fault] {
    guard let artifacts else { return [] }
    let (name, content) = (output[id]?.stringValue ?? "", output[cid]?.stringValue ?? "")
    let kept = artifacts.filter { $0.cid.description == content }
    guard !kept.isEmpty else {
      let left = artifacts.prefix(3).map { "\(CleanText.line($0.title, limit: 100)) is \($0.cid)" }
      let words = left.isEmpty ? "it has left none" : left.joined(separator: ", ")
      return [
        Fault(
          pointer: place.appending(key: cid),
          message: "expected the content id of an artifact of this attempt: \(words)")
      ]
    }
    guard !kept.contains(where: { [$0.title, $0.id, content].contains(name) }) else { return [] }
    let title = CleanText.line(kept[0].title, limit: 200)
    return [
      Fault(
        pointer: place.appending(key: id),
        message: "expected the name of that artifact, which is \(title)")
    ]
  }

  private static func repeated(
    _ member: String, in entries: JSONValue?, at place: JSONPointer
  ) -> [Fault] {
    var seen: Set<JSONValue> = []
    return (entries?.arrayValue ?? []).enumerated().compactMap { index, entry in
      guard let value = entry[member], !seen.insert(value).inserted else { return nil }
      let at = place.appending(key: "entries").appending(index: index).appending(key: member)
      return Fault(pointer: at, message: "is used twice")
    }
  }
}
