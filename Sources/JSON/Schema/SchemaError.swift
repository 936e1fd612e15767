/// Says why a document is not a schema that can be checked, and where.
package enum SchemaError: Error, Sendable, Equatable, CustomStringConvertible {
  case unsupportedKeyword(String, at: JSONPointer)
  case malformed(at: JSONPointer, expected: String)
  case unknownFormat(String, at: JSONPointer)
  case unsupportedPattern(String, at: JSONPointer, reason: String)
  case unresolvedReference(String, at: JSONPointer)
  /// Leads back to itself for the same value, so that checking would never end.
  case endlessReference(at: JSONPointer)
  case tooLarge

  package var description: String {
    switch self {
    case .unsupportedKeyword(let name, let pointer):
      "\(Self.place(pointer))the keyword \"\(name)\" is not supported"
    case .malformed(let pointer, let expected): "\(Self.place(pointer))expected \(expected)"
    case .unknownFormat(let name, let pointer):
      "\(Self.place(pointer))the format \"\(name)\" is not known"
    case .unsupportedPattern(let pattern, let pointer, let reason):
      "\(Self.place(pointer))the pattern \(pattern) is not supported: \(reason)"
    case .unresolvedReference(let reference, let pointer):
      "\(Self.place(pointer))the reference \"\(reference)\" leads nowhere in this document"
    case .endlessReference(let pointer):
      "\(Self.place(pointer))the schema refers to itself without going deeper into the value"
    case .tooLarge: "the schema is too large or nests too deep"
    }
  }

  private static func place(_ pointer: JSONPointer) -> String {
    pointer.isRoot ? "" : "\(pointer): "
  }
}
