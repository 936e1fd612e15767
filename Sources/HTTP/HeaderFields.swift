/// Holds header fields in the order they came; names know no case.
package struct HeaderFields: Sendable, Hashable {
  package struct Field: Sendable, Hashable {
    package var name: String
    package var value: String
  }

  /// Is what a field that may stand once says: a second one could be read otherwise by somebody
  /// else.
  package enum Single: Sendable, Hashable {
    case absent
    case one(String)
    case several
  }

  package private(set) var all: [Field] = []

  package init(_ fields: KeyValuePairs<String, String> = [:]) {
    all = fields.map { Field(name: $0.key, value: $0.value) }
  }

  package mutating func add(_ name: String, _ value: String) {
    all.append(Field(name: name, value: value))
  }

  package func values(_ name: String) -> [String] {
    let wanted = name.lowercased()
    return all.filter { $0.name.lowercased() == wanted }.map(\.value)
  }

  package func single(_ name: String) -> Single {
    let found = values(name)
    guard let first = found.first else { return .absent }
    return found.count == 1 ? .one(first) : .several
  }

  /// Gives the value of a field that stands exactly once.
  package subscript(name: String) -> String? {
    if case .one(let value) = single(name) { value } else { nil }
  }

  /// Gives the values of a cookie: pages of other ports may have set others by the same name.
  package func cookies(_ name: String) -> [String] {
    values("Cookie").flatMap { $0.split(separator: ";") }.compactMap { pair in
      let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      guard parts.count == 2, parts[0].drop(while: { $0 == " " }) == name else { return nil }
      return String(parts[1])
    }
  }
}
