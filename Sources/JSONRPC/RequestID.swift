import JSON

/// Identifies a request, or its progress; echoed to the letter, so `1` and `"1"` are two.
package enum RequestID: Sendable, Hashable {
  case string(String)
  case integer(Int)
  /// Holds the digits of an integer that no machine word holds.
  case bigInteger(String)

  /// Takes a string or an integer, short enough to be echoed; nothing else is an id.
  package init?(_ value: JSONValue) {
    switch value {
    case .string(let text) where text.utf8.count <= Self.limit: self = .string(text)
    case .integer(let number): self = .integer(number)
    case .bigInteger(let digits) where digits.utf8.count <= Self.limit: self = .bigInteger(digits)
    default: return nil
    }
  }

  private static let limit = 64 << 10

  package var value: JSONValue {
    switch self {
    case .string(let text): .string(text)
    case .integer(let number): .integer(number)
    case .bigInteger(let digits): .bigInteger(digits)
    }
  }

  /// Appends the id as JSON.
  package func write(to bytes: inout [UInt8]) {
    if case .integer(let number) = self {
      Frame.append(number, to: &bytes)
    } else {
      bytes += value.bytes
    }
  }
}
