import JSON

/// Names a condition of the hand-in itself.
package struct Gate: Sendable, Hashable {
  package enum Test: Sendable, Hashable {
    /// The output was handed in as such, not fished out of prose.
    case submitted
    case schema(cid: String)
    case equals(path: String, cid: String)
  }

  package var id: String
  package var test: Test
  package var description: String?
  package var isRequired: Bool
}

extension Gate: JSONCodable {
  package static let json = Codec<Gate>.union(
    tag: "kind",
    .variant(
      "submit-tool-call",
      extract: { if case .submitted = $0.test { Plain($0) } else { nil } },
      embed: { $0.gate(.submitted) }, Plain.json),
    .variant(
      "schema-check",
      extract: { gate in
        guard case .schema(let cid) = gate.test else { return nil }
        return With(plain: Plain(gate), spec: SchemaSpec(schemaCid: cid))
      }, embed: { $0.plain.gate(.schema(cid: $0.spec.schemaCid)) }, With.json(SchemaSpec.json)),
    .variant(
      "cid-equals",
      extract: { gate in
        guard case .equals(let path, let cid) = gate.test else { return nil }
        return With(plain: Plain(gate), spec: EqualsSpec(path: path, expected: cid))
      }, embed: { $0.plain.gate(.equals(path: $0.spec.path, cid: $0.spec.expected)) },
      With.json(EqualsSpec.json)))
}

/// Carries what all gates have.
private struct Plain: JSONCodable {
  var id: String
  var description: String?
  var isRequired: Bool

  init(id: String, description: String?, isRequired: Bool) {
    self.id = id
    self.description = description
    self.isRequired = isRequired
  }

  init(_ gate: Gate) {
    self.init(id: gate.id, description: gate.description, isRequired: gate.isRequired)
  }

  func gate(_ test: Gate.Test) -> Gate {
    Gate(id: id, test: test, description: description, isRequired: isRequired)
  }

  static let json = Codec.object(
    Self.init(id:description:isRequired:), unknownKeys: .refused,
    required("id", \.id, .string(length: 1...200)),
    optional("description", \.description, .string(length: 1...2_000)),
    defaulted("required", \.isRequired, .bool, true))
}

/// Carries what is asked for beside that.
private struct With<Spec: Sendable>: Sendable {
  var plain: Plain
  var spec: Spec

  static func json(_ spec: Codec<Spec>) -> Codec<With> {
    Codec.object(
      { id, description, isRequired, spec in
        With(
          plain: Plain(id: id, description: description, isRequired: isRequired), spec: spec)
      }, unknownKeys: .refused,
      required("id", \.plain.id, .string(length: 1...200)),
      optional("description", \.plain.description, .string(length: 1...2_000)),
      defaulted("required", \.plain.isRequired, .bool, true),
      required("spec", \.spec, spec))
  }
}

private struct SchemaSpec: JSONCodable {
  var schemaCid: String
  static let json = Codec.object(
    Self.init, unknownKeys: .refused, required("schemaCid", \.schemaCid, .string(length: 1...100)))
}

private struct EqualsSpec: JSONCodable {
  var path: String
  var expected: String
  static let json = Codec.object(
    Self.init, unknownKeys: .refused,
    required("path", \.path, .string(length: 1...500)),
    required("expected", \.expected, .string(length: 1...200)))
}
