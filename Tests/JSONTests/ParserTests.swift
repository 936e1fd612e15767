import JSON
import Testing

@Suite struct ParserTests {
  @Test(
    arguments: [
      ("null", JSONValue.null), (" true ", true), ("false", false), ("0", 0), ("-0", .double(-0.0)),
      ("-12", -12), ("9223372036854775807", .integer(.max)),
      ("-9223372036854775808", .integer(.min)),
      ("9223372036854775808", .bigInteger("9223372036854775808")),
      ("-9223372036854775809", .bigInteger("-9223372036854775809")),
      ("1.0", 1.0), ("1e3", 1000.0), ("1E+2", 100.0), ("12.5e-1", 1.25),
      ("5e-324", .double(.leastNonzeroMagnitude)),
      ("0.1", 0.1), ("123456789012345678901234567890.5", 1.2345678901234568e29),
      ("1.7976931348623157e308", 1.7976931348623157e308), ("1e-999", 0.0),
      ("\"\"", ""), (#""a\"\\\/\b\f\n\r\t\u00e9""#, "a\"\\/\u{8}\u{c}\n\r\té"),
      (#""\ud83d\ude00""#, "😀"), ("\"é😀\u{2028}\"", "é😀\u{2028}"), (#""\u0000""#, "\0"),
      ("[]", []), ("{}", [:]), ("[1,[2],{}]", [1, [2], [:]]),
      (" { \"b\" : 1 ,\n\t\"a\":[ ] }\r", ["b": 1, "a": []]),
    ] as [(String, JSONValue)])
  func readsWhatTheGrammarAllows(_ text: String, _ value: JSONValue) throws {
    #expect(try JSONValue.parse(text) == value)
  }

  @Test(arguments: [
    ("", JSONSyntaxError.Reason.unexpectedEnd, 0), (" ", .unexpectedEnd, 1),
    ("\u{FEFF}1", .byteOrderMark, 0), ("1 2", .trailingBytes, 2), ("[1,]", .unexpectedByte, 3),
    ("[1", .unexpectedEnd, 2), ("[1 2]", .unexpectedByte, 3), ("{\"a\" 1}", .unexpectedByte, 5),
    ("{\"a\":1,}", .unexpectedByte, 7), ("{a:1}", .unexpectedByte, 1), ("nul", .unexpectedEnd, 3),
    ("nulL", .unexpectedByte, 3), ("True", .unexpectedByte, 0), ("NaN", .unexpectedByte, 0),
    ("'a'", .unexpectedByte, 0), ("01", .invalidNumber, 0), ("-", .invalidNumber, 0),
    ("1.", .invalidNumber, 0), (".5", .unexpectedByte, 0), ("1e", .invalidNumber, 0),
    ("1e+", .invalidNumber, 0), ("+1", .unexpectedByte, 0), ("-01", .invalidNumber, 0),
    ("[1e400]", .numberOutOfRange, 1), ("0x1", .trailingBytes, 1),
    ("\"a", .unexpectedEnd, 2), ("\"a\nb\"", .controlCharacter, 2), (#""\x""#, .invalidEscape, 1),
    (#""\u12g4""#, .invalidEscape, 1), (#""\u12"#, .unexpectedEnd, 5), ("\"\\", .unexpectedEnd, 2),
    (#""ab\ud800""#, .loneSurrogate, 3), (#""\ude00""#, .loneSurrogate, 1),
    (#""\ud83d\u0041""#, .loneSurrogate, 1), (#"{"a":1,"a":2}"#, .duplicateKey, 7),
    (#"{"ab":1,"\u0061b":2}"#, .duplicateKey, 8), (#"{"\u0061b":1,"ab":2}"#, .duplicateKey, 13),
    ("// no\n1", .unexpectedByte, 0),
  ])
  func refusesTheRestAndSaysWhere(
    _ text: String, _ reason: JSONSyntaxError.Reason, _ offset: Int
  ) {
    #expect(throws: JSONSyntaxError(reason: reason, offset: offset)) {
      try JSONValue.parse(text)
    }
  }

  @Test(
    arguments: [
      ([0x80], 0), ([0xC0, 0xAF], 0), ([0xC1, 0x81], 0), ([0xE0, 0x80, 0x80], 0),
      ([0xED, 0xA0, 0x80], 0), ([0xF0, 0x80, 0x80, 0x80], 0), ([0xF4, 0x90, 0x80, 0x80], 0),
      ([0xF5, 0x80, 0x80, 0x80], 0), ([0x61, 0xE2, 0x82], 1), ([0xC3], 0), ([0xFF], 0),
      ([0xC3, 0xA9, 0xF0, 0x9F, 0x98], 2), ([0xE2, 0x82, 0x41], 0),
    ] as [([UInt8], Int)])
  func refusesInvalidUTF8(_ bytes: [UInt8], _ offset: Int) {
    let quote = UInt8(ascii: "\"")
    #expect(throws: JSONSyntaxError(reason: .invalidUTF8, offset: offset + 1)) {
      try JSONValue.parse([quote] + bytes + [quote])
    }
    // The same behind an escape, where the text is put together from pieces.
    #expect(throws: JSONSyntaxError(reason: .invalidUTF8, offset: offset + 3)) {
      try JSONValue.parse([quote] + Array("\\n".utf8) + bytes + [quote])
    }
  }

  @Test(arguments: 0...70)
  func aWrongByteInALongTextIsFoundAtItsPlace(_ place: Int) throws {
    for (byte, reason) in [
      (0x0A, JSONSyntaxError.Reason.controlCharacter), (0xFF, .invalidUTF8), (0x80, .invalidUTF8),
    ] {
      var text = [UInt8](repeating: UInt8(ascii: "a"), count: 100)
      text[place] = UInt8(byte)
      let quote = [UInt8(ascii: "\"")]
      #expect(throws: JSONSyntaxError(reason: reason, offset: place + 1)) {
        try JSONValue.parse(quote + text + quote)
      }
    }
  }

  @Test func replacesLoneSurrogatesOnRequest() throws {
    let text = Array(#"["\ud800","\udfffx","\ud83d\ude00","\ud800\ud83d\ude00"]"#.utf8)
    let value = try JSONValue.parse(text, surrogates: .replaced)
    #expect(value == ["\u{FFFD}", "\u{FFFD}x", "😀", "\u{FFFD}😀"])
  }

  @Test func refusesDeepDocumentsWithoutFalling() throws {
    func nested(_ depth: Int) -> [UInt8] {
      [UInt8](repeating: UInt8(ascii: "["), count: depth)
        + [UInt8](repeating: UInt8(ascii: "]"), count: depth)
    }
    #expect(try JSONValue.parse(nested(128)).arrayValue != nil)
    #expect(throws: JSONSyntaxError(reason: .tooDeep, offset: 128)) {
      try JSONValue.parse(nested(129))
    }
    #expect(throws: JSONSyntaxError(reason: .tooDeep, offset: 128)) {
      try JSONValue.parse(nested(1_000_000))
    }
    #expect(try JSONValue.parse(nested(200), depth: 200).arrayValue != nil)
    // Siblings do not add up.
    let wide = "[" + Array(repeating: "[{}]", count: 500).joined(separator: ",") + "]"
    #expect(try JSONValue.parse(wide).arrayValue?.count == 500)
  }

  @Test func findsDuplicatesInLargeObjects() throws {
    let members = (0..<50_000).map { "\"key-\($0)\":\($0)" }
    let text = "{" + members.joined(separator: ",") + "}"
    let value = try JSONValue.parse(text)
    #expect(value.objectValue?.count == 50_000)
    #expect(value["key-49999"] == 49_999)
    #expect(throws: JSONSyntaxError(reason: .duplicateKey, offset: text.utf8.count)) {
      try JSONValue.parse(text.dropLast() + ",\"key-77\":0}")
    }
  }

  @Test func readsASliceWithItsOwnOffsets() throws {
    let bytes = Array("xx[1]yy[".utf8)
    #expect(try JSONValue.parse(bytes[2..<5]) == [1])
    #expect(throws: JSONSyntaxError(reason: .unexpectedEnd, offset: 1)) {
      try JSONValue.parse(bytes[7...])
    }
  }

  @Test func canonicallyEquivalentKeysAreTwoKeys() throws {
    let value = try JSONValue.parse("{\"\u{E9}\":1,\"e\u{301}\":2}")
    #expect(value["\u{E9}"] == 1)
    #expect(value["e\u{301}"] == 2)
    #expect(JSONValue.string("\u{E9}") != .string("e\u{301}"))
  }
}
