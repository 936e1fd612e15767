import JSON

/// Holds what was asked for in one place for all copies of a record.
final class SharedSpec: Sendable, Hashable {
  let spec: TaskSpec

  init(_ spec: TaskSpec) { self.spec = spec }

  static func == (left: SharedSpec, right: SharedSpec) -> Bool {
    left === right || left.spec == right.spec
  }

  func hash(into hasher: inout Hasher) { hasher.combine(spec) }
}

extension SharedSpec: JSONCodable {
  static let json = TaskSpec.json.map(
    { SharedSpec($0) }, expected: "a specification", from: { $0.spec })
}
