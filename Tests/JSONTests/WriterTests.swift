import JSON
import Testing

@Suite struct WriterTests {
  @Test(arguments: [
    "null", "true", "[]", "{}", "[1,-2,3.5,1.0,1e+100,5e-324,-0.0]", "[[],[[]],{\"a\":{}}]",
    "{\"b\":1,\"a\":[true,false,null]}", "\"é😀\u{2028}\u{7F}\"", "18446744073709551616",
    #""\"\\\b\t\n\f\r\u0000\u001f/""#, #"{"\n":"\n"}"#,
  ])
  func writesWhatWasRead(_ text: String) throws {
    #expect(try JSONValue.parse(text).text == text)
  }

  @Test(arguments: ["\"", "\\", "\n", "\u{1}", "é", "😀"])
  func anOddCharacterMayStandAtAnyPlaceOfALongText(_ odd: String) throws {
    for place in 0...70 {
      let text =
        String(repeating: "a", count: place) + odd + String(repeating: "b", count: 70 - place)
      #expect(try JSONValue.parse(JSONValue.string(text + odd).bytes) == .string(text + odd))
    }
  }

  @Test func placesCommasByItself() {
    var writer = JSONWriter()
    writer.beginObject()
    writer.key("a")
    writer.beginArray()
    writer.integer(1)
    writer.integer(12)
    writer.raw("[2]".utf8)
    writer.beginObject()
    writer.endObject()
    writer.endArray()
    writer.key("b")
    writer.null()
    writer.key("c")
    writer.value(["d": [true]])
    writer.endObject()
    #expect(writer.bytes == Array(#"{"a":[1,12,[2],{}],"b":null,"c":{"d":[true]}}"#.utf8))
  }

  @Test(arguments: [Double.nan, .infinity, -.infinity])
  func whatIsNotFiniteBecomesNull(_ number: Double) {
    #expect(JSONValue.double(number).text == "null")
  }

  @Test func everyEscapedCharacterReadsBack() throws {
    let text = (0..<0x300).compactMap(Unicode.Scalar.init).map(String.init).joined()
    let value: JSONValue = [.string(text), [text: 1]].asArray
    #expect(try JSONValue.parse(value.bytes) == value)
    #expect(!value.bytes.contains { $0 < 0x20 })
  }
}

extension [JSONValue] {
  fileprivate var asArray: JSONValue { .array(self) }
}
