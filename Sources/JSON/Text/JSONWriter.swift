/// Writes compact JSON text straight into bytes; commas and colons are its own business.
///
/// It escapes only what must be escaped, so a raw newline never appears in what it writes.
@usableFromInline
package struct JSONWriter: Sendable {
  @usableFromInline package private(set) var bytes: [UInt8] = []
  /// Tells that a value precedes at this level.
  private var followsValue = false

  @usableFromInline package init() {}

  package init(reserving capacity: Int) { bytes.reserveCapacity(capacity) }

  @usableFromInline package mutating func beginObject() { open(UInt8(ascii: "{")) }

  @usableFromInline package mutating func endObject() { close(UInt8(ascii: "}")) }

  @usableFromInline package mutating func beginArray() { open(UInt8(ascii: "[")) }

  @usableFromInline package mutating func endArray() { close(UInt8(ascii: "]")) }

  @usableFromInline package mutating func key(_ name: String) {
    separate()
    quote(name)
    bytes.append(UInt8(ascii: ":"))
    followsValue = false
  }

  /// Writes a key that `encoded(key:)` has put into its final form.
  @usableFromInline package mutating func key(encoded bytes: [UInt8]) {
    if followsValue { self.bytes.append(UInt8(ascii: ",")) }
    self.bytes.append(contentsOf: bytes)
    followsValue = false
  }

  /// Puts a key that is written often into its final form, with quotes and colon.
  static func encoded(key name: String) -> [UInt8] {
    var writer = JSONWriter()
    writer.key(name)
    return writer.bytes
  }

  @usableFromInline package mutating func string(_ text: String) {
    separate()
    quote(text)
  }

  @usableFromInline package mutating func integer(_ number: Int) {
    separate()
    if number >= 0, number < 10 {
      bytes.append(UInt8(ascii: "0") + UInt8(number))
    } else {
      bytes.append(contentsOf: String(number).utf8)
    }
  }

  /// Writes an instant as a string.
  package mutating func timestamp(_ time: Timestamp) {
    separate()
    bytes.append(UInt8(ascii: "\""))
    time.write(to: &bytes)
    bytes.append(UInt8(ascii: "\""))
  }

  /// Writes the shortest digits that read back as the same double; what is not finite becomes null,
  /// as JSON has no word for it.
  @usableFromInline package mutating func double(_ number: Double) {
    guard number.isFinite else { return null() }
    separate()
    bytes.append(contentsOf: number.description.utf8)
  }

  @usableFromInline package mutating func bool(_ flag: Bool) {
    separate()
    bytes.append(contentsOf: (flag ? "true" : "false").utf8)
  }

  @usableFromInline package mutating func null() {
    separate()
    bytes.append(contentsOf: "null".utf8)
  }

  /// Writes one whole value that is JSON text already.
  package mutating func raw(_ encoded: some Collection<UInt8>) {
    separate()
    bytes.append(contentsOf: encoded)
  }

  @usableFromInline package mutating func value(_ value: JSONValue) {
    switch value {
    case .null: null()
    case .bool(let flag): bool(flag)
    case .integer(let number): integer(number)
    case .bigInteger(let digits): raw(digits.utf8)
    case .double(let number): double(number)
    case .string(let text): string(text)
    case .array(let items):
      beginArray()
      for item in items { self.value(item) }
      endArray()
    case .object(let object):
      beginObject()
      for (key, member) in object.members {
        self.key(key)
        self.value(member)
      }
      endObject()
    }
  }

  private mutating func separate() {
    if followsValue { bytes.append(UInt8(ascii: ",")) }
    followsValue = true
  }

  private mutating func open(_ bracket: UInt8) {
    separate()
    bytes.append(bracket)
    followsValue = false
  }

  private mutating func close(_ bracket: UInt8) {
    bytes.append(bracket)
    followsValue = true
  }

  /// Appends the text whole, then looks for the rare byte that needs an escape.
  private mutating func quote(_ text: String) {
    bytes.append(UInt8(ascii: "\""))
    let start = bytes.count
    bytes.append(contentsOf: text.utf8)
    let clean = PlainRun(bytes.span, from: start).end
    if clean < bytes.count {
      let rest = Array(bytes[clean...])
      bytes.removeLast(rest.count)
      appendEscaping(rest)
    }
    bytes.append(UInt8(ascii: "\""))
  }

  private mutating func appendEscaping(_ rest: [UInt8]) {
    var index = 0
    while index < rest.count {
      let end = PlainRun(rest.span, from: index).end
      bytes.append(contentsOf: rest[index..<end])
      if end < rest.count { appendEscaping(rest[end]) }
      index = end + 1
    }
  }

  private mutating func appendEscaping(_ byte: UInt8) {
    bytes.append(UInt8(ascii: "\\"))
    if let letter = Self.letter(escaping: byte) {
      bytes.append(letter)
    } else {
      bytes.append(contentsOf: "u00".utf8)
      bytes.append(Hex.digit(byte >> 4))
      bytes.append(Hex.digit(byte & 15))
    }
  }

  private static func letter(escaping byte: UInt8) -> UInt8? {
    switch byte {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"): byte
    case 0x08: UInt8(ascii: "b")
    case 0x09: UInt8(ascii: "t")
    case 0x0A: UInt8(ascii: "n")
    case 0x0C: UInt8(ascii: "f")
    case 0x0D: UInt8(ascii: "r")
    default: nil
    }
  }
}
