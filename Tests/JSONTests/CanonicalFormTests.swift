import JSON
import Testing

/// Checks the samples of RFC 8785.
@Suite struct CanonicalFormTests {
  /// Holds appendix B: the bits of a double and its text.
  @Test(
    arguments: [
      (0x0000_0000_0000_0000, "0"), (0x8000_0000_0000_0000, "0"),
      (0x0000_0000_0000_0001, "5e-324"), (0x8000_0000_0000_0001, "-5e-324"),
      (0x7fef_ffff_ffff_ffff, "1.7976931348623157e+308"),
      (0xffef_ffff_ffff_ffff, "-1.7976931348623157e+308"),
      (0x4340_0000_0000_0000, "9007199254740992"), (0xc340_0000_0000_0000, "-9007199254740992"),
      (0x4430_0000_0000_0000, "295147905179352830000"),
      (0x44b5_2d02_c7e1_4af5, "9.999999999999997e+22"),
      (0x44b5_2d02_c7e1_4af6, "1e+23"), (0x44b5_2d02_c7e1_4af7, "1.0000000000000001e+23"),
      (0x444b_1ae4_d6e2_ef4e, "999999999999999700000"),
      (0x444b_1ae4_d6e2_ef4f, "999999999999999900000"), (0x444b_1ae4_d6e2_ef50, "1e+21"),
      (0x3eb0_c6f7_a0b5_ed8c, "9.999999999999997e-7"), (0x3eb0_c6f7_a0b5_ed8d, "0.000001"),
      (0x41b3_de43_5555_5553, "333333333.3333332"), (0x41b3_de43_5555_5554, "333333333.33333325"),
      (0x41b3_de43_5555_5555, "333333333.3333333"), (0x41b3_de43_5555_5556, "333333333.3333334"),
      (0x41b3_de43_5555_5557, "333333333.33333343"),
      (0xbecb_f647_612f_3696, "-0.0000033333333333333333"),
      (0x4314_3ff3_c1cb_0959, "1424953923781206.2"),
    ] as [(UInt64, String)])
  func numbersLookAsECMAScriptPrintsThem(_ bits: UInt64, _ text: String) throws {
    #expect(try string(.double(Double(bitPattern: bits))) == text)
  }

  @Test func theSampleOfSection322ComesOut() throws {
    let source = #"""
      {"numbers": [333333333.33333329, 1E30, 4.50, 2e-3, 0.000000000000000000000000001],
       "string": "\u20ac$\u000F\u000aA'\u0042\u0022\u005c\\\"\/",
       "literals": [null, true, false]}
      """#
    let wanted =
      #"{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],"#
      + #""string":"€$\u000f\nA'B\"\\\\\"/"}"#
    #expect(try string(try JSONValue.parse(source)) == wanted)
  }

  @Test func membersAreSortedByUTF16() throws {
    let source = #"""
      {"\u20ac": "Euro Sign", "\r": "Carriage Return", "\ufb33": "Hebrew Letter Dalet With Dagesh",
       "1": "One", "\ud83d\ude00": "Emoji: Grinning Face", "\u0080": "Control",
       "\u00f6": "Latin Small Letter O With Diaeresis"}
      """#
    let canonical = try JSONValue.parse(try JSONValue.parse(source).canonical)
    #expect(
      canonical.objectValue?.keys == ["\r", "1", "\u{80}", "ö", "€", "😀", "\u{FB33}"])
  }

  @Test(arguments: [
    ("9007199254740992", "9007199254740992"), ("-5", "-5"), ("1.0", "1"), ("-0", "0"),
    ("295147905179352830000", "295147905179352830000"),
    ("1000000000000000000000000", "1e+24"),
  ])
  func wholeNumbersStayThemselves(_ source: String, _ wanted: String) throws {
    #expect(try string(try JSONValue.parse(source)) == wanted)
  }

  @Test(arguments: ["9007199254740993", "9223372036854775807", "295147905179352825856"])
  func integersThatADoubleWouldChangeAreRefused(_ source: String) throws {
    let value: JSONValue = ["a": [1, try JSONValue.parse(source)]]
    #expect(throws: CanonicalFormError.inexactInteger(JSONPointer(tokens: ["a", "1"]))) {
      try value.canonical
    }
  }

  @Test func infinityHasNoForm() {
    #expect(throws: CanonicalFormError.notFinite(.root)) {
      try JSONValue.double(.infinity).canonical
    }
  }

  private func string(_ value: JSONValue) throws -> String {
    String(decoding: try value.canonical, as: UTF8.self)
  }
}
