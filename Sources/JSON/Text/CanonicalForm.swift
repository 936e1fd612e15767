/// Says why a value has no canonical form.
package enum CanonicalFormError: Error, Sendable, Equatable {
  /// JSON has no word for infinity or "not a number".
  case notFinite(JSONPointer)
  /// A double would print it differently: two documents would have one form.
  case inexactInteger(JSONPointer)
}

extension JSONValue {
  /// Gives the one text of this value (RFC 8785): members by UTF-16 order, numbers as ECMAScript.
  package var canonical: [UInt8] {
    get throws(CanonicalFormError) {
      var writer = JSONWriter()
      try writeCanonical(to: &writer, at: .root)
      return writer.bytes
    }
  }

  private func writeCanonical(
    to writer: inout JSONWriter, at pointer: JSONPointer
  ) throws(CanonicalFormError) {
    switch self {
    case .null: writer.null()
    case .bool(let flag): writer.bool(flag)
    case .string(let text): writer.string(text)
    case .integer(let number):
      guard NumberText.survives(number) else { throw .inexactInteger(pointer) }
      writer.integer(number)
    case .bigInteger(let digits):
      guard let number = Double(digits), number.isFinite,
        NumberText.expanded(number) == digits
      else { throw .inexactInteger(pointer) }
      writer.raw(NumberText.ecmaScript(number).utf8)
    case .double(let number):
      guard number.isFinite else { throw .notFinite(pointer) }
      writer.raw(NumberText.ecmaScript(number).utf8)
    case .array(let items):
      writer.beginArray()
      for (index, item) in items.enumerated() {
        try item.writeCanonical(to: &writer, at: pointer.appending(index: index))
      }
      writer.endArray()
    case .object(let object):
      writer.beginObject()
      for (key, value) in object.members.sorted(by: { $0.key.precedesInUTF16($1.key) }) {
        writer.key(key)
        try value.writeCanonical(to: &writer, at: pointer.appending(key: key))
      }
      writer.endObject()
    }
  }
}

extension NumberText {
  /// Tells whether reading the integer as a double and printing it gives the same digits.
  fileprivate static func survives(_ number: Int) -> Bool {
    number.magnitude <= 1 << 53 || expanded(Double(number)) == String(number)
  }

  /// Spells a whole double without an exponent.
  static func expanded(_ number: Double) -> String? {
    let text = ecmaScript(number)
    guard let mark = text.firstIndex(of: "e") else { return text }
    guard let exponent = Int(text[text.index(after: mark)...]), exponent > 0 else { return nil }
    let digits = text[..<mark].filter { $0 != "." && $0 != "-" }
    let zeros = exponent + 1 - digits.utf8.count
    guard zeros >= 0 else { return nil }
    return (number < 0 ? "-" : "") + digits + String(repeating: "0", count: zeros)
  }
}

extension String {
  /// Orders by UTF-16 code units, in which surrogates come before the end of the basic plane.
  fileprivate func precedesInUTF16(_ other: String) -> Bool {
    utf16.lexicographicallyPrecedes(other.utf16)
  }
}
