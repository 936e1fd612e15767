import JSON

/// Says what a result must be like to count: the part of an input that is checked afterwards.
package struct SuccessCriteria: Sendable, Hashable {
  package var gates: [Gate]
  package var assertions: [Assertion]
  package var rubric: Rubric?
  /// The lowest composite of the rubric that passes.
  package var minComposite: Double?
  /// What the work may change outside its workspace, in the caller's own form.
  package var sideEffects: JSONValue?

  /// Where an input carries it.
  package static let key = "successCriteria"

  /// Reads the criteria of an input; nil where there are none in our form.
  package init?(of input: JSONValue) {
    guard let value = input[Self.key], !value.isNull else { return nil }
    var faults = Faults()
    guard let criteria = Self.json.read(value, &faults) else { return nil }
    self = criteria
  }

  private init(
    version: Int, gates: [Gate], assertions: [Assertion], rubric: Rubric?,
    minComposite: Double?, sideEffects: JSONValue?
  ) {
    self.gates = gates
    self.assertions = assertions
    self.rubric = rubric
    self.minComposite = minComposite
    self.sideEffects = sideEffects
  }

  /// Finds what no schema can say: weights that do not sum up, names used twice, bad patterns, gates
  /// that could never be seen to hold.
  package func faults(at place: JSONPointer, outputSchemaCid: ContentID) -> [Fault] {
    var faults: [Fault] = []
    var names: Set<String> = []
    func claim(_ name: String, _ at: JSONPointer) {
      if !names.insert(name).inserted {
        faults.append(Fault(pointer: at.appending(key: "id"), message: "is used twice"))
      }
    }
    for (index, gate) in gates.enumerated() {
      let at = place.appending(key: "gates").appending(index: index)
      claim(gate.id, at)
      guard gate.isRequired, case .schema(let cid) = gate.test,
        cid != outputSchemaCid.description
      else { continue }
      faults.append(
        Fault(
          pointer: at.appending(key: "spec").appending(key: "schemaCid"),
          message: "is not the schema of this type's output, which is \(outputSchemaCid)"))
    }
    for (index, assertion) in assertions.enumerated() {
      let at = place.appending(key: "assertions").appending(index: index)
      claim(assertion.id, at)
      if let reason = assertion.trouble {
        faults.append(Fault(pointer: at.appending(key: "value"), message: reason))
      }
    }
    if let rubric { faults += rubric.faults(at: place.appending(key: "rubric")) }
    if minComposite != nil, rubric == nil {
      faults.append(
        Fault(
          pointer: place.appending(key: "minComposite"),
          message: "there is no rubric to make a composite by"))
    }
    return faults
  }
}

extension SuccessCriteria: JSONCodable {
  package static let json = Codec.object(
    Self.init(version:gates:assertions:rubric:minComposite:sideEffects:), unknownKeys: .refused,
    required("version", { _ in 1 }, .int(1...1)),
    defaulted("gates", \.gates, .array(of: Gate.json, count: 0...50), []),
    defaulted("assertions", \.assertions, .array(of: Assertion.json, count: 0...100), []),
    optional("rubric", \.rubric, Rubric.json),
    optional("minComposite", \.minComposite, .double(0...1), "Lowest composite that passes."),
    optional("sideEffects", \.sideEffects, .any, "What it may change elsewhere."))
}
