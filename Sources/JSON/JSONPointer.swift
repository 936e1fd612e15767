/// Names a place in a document (RFC 6901).
package struct JSONPointer: Sendable, Hashable, CustomStringConvertible {
  package let tokens: [String]

  package static let root = JSONPointer(tokens: [])

  package init(tokens: [String]) { self.tokens = tokens }

  /// Reads the text form: empty, or tokens that each follow a slash; nil for anything else.
  package init?(parsing text: String) {
    guard !text.isEmpty else {
      tokens = []
      return
    }
    let parts = text.utf8.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
    guard let lead = parts.first, lead.isEmpty else { return nil }
    var tokens: [String] = []
    for part in parts.dropFirst() {
      guard let token = Self.unescaped(part) else { return nil }
      tokens.append(token)
    }
    self.tokens = tokens
  }

  package var isRoot: Bool { tokens.isEmpty }

  package func appending(key: String) -> JSONPointer { JSONPointer(tokens: tokens + [key]) }

  package func appending(index: Int) -> JSONPointer { appending(key: String(index)) }

  /// Finds what stands there; nil where nothing does.
  package func evaluate(in document: JSONValue) -> JSONValue? {
    var place = document
    for token in tokens {
      switch place {
      case .object(let object):
        guard let member = object[token] else { return nil }
        place = member
      case .array(let items):
        guard let index = Self.index(token), index < items.count else { return nil }
        place = items[index]
      default: return nil
      }
    }
    return place
  }

  package var description: String {
    var bytes: [UInt8] = []
    for token in tokens {
      bytes.append(UInt8(ascii: "/"))
      for byte in token.utf8 {
        switch byte {
        case UInt8(ascii: "~"): bytes.append(contentsOf: "~0".utf8)
        case UInt8(ascii: "/"): bytes.append(contentsOf: "~1".utf8)
        default: bytes.append(byte)
        }
      }
    }
    return String(decoding: bytes, as: UTF8.self)
  }

  /// Reads an array index: decimal digits without a leading zero.
  static func index(_ token: String) -> Int? {
    let digits = token.utf8
    guard let first = digits.first, digits.allSatisfy({ 0x30...0x39 ~= $0 }) else { return nil }
    guard first != 0x30 || digits.count == 1 else { return nil }
    return Int(token)
  }

  private static func unescaped(_ part: Substring.UTF8View) -> String? {
    var bytes: [UInt8] = []
    var rest = part[...]
    while let byte = rest.popFirst() {
      guard byte == UInt8(ascii: "~") else {
        bytes.append(byte)
        continue
      }
      switch rest.popFirst() {
      case UInt8(ascii: "0"): bytes.append(UInt8(ascii: "~"))
      case UInt8(ascii: "1"): bytes.append(UInt8(ascii: "/"))
      default: return nil
      }
    }
    return String(decoding: bytes, as: UTF8.self)
  }
}
