import JSON
import Testing

/// Checks the vectors of RFC 4648, section 10, and strictness.
@Suite struct EncodingTests {
  @Test(arguments: [
    ("", "", "", ""), ("f", "Zg==", "my", "66"), ("fo", "Zm8=", "mzxq", "666f"),
    ("foo", "Zm9v", "mzxw6", "666f6f"), ("foob", "Zm9vYg==", "mzxw6yq", "666f6f62"),
    ("fooba", "Zm9vYmE=", "mzxw6ytb", "666f6f6261"),
    ("foobar", "Zm9vYmFy", "mzxw6ytboi", "666f6f626172"),
  ])
  func theVectorsComeOutAndGoIn(
    _ text: String, _ base64: String, _ base32: String, _ hex: String
  ) throws {
    let bytes = Array(text.utf8)
    #expect(Base64.encode(bytes) == base64)
    #expect(try Base64.decode(base64) == bytes)
    #expect(Base64.urlEncode(bytes) == base64.filter { $0 != "=" })
    #expect(try Base64.urlDecode(base64.filter { $0 != "=" }) == bytes)
    #expect(Base32.encode(bytes) == base32)
    #expect(Base32.decode(base32) == bytes)
    #expect(Hex.encode(bytes) == hex)
    #expect(Hex.decode(hex.uppercased()) == bytes)
  }

  @Test func theTwoAlphabetsDifferInTwoCharacters() throws {
    #expect(Base64.encode([0xFB, 0xFF]) == "+/8=")
    #expect(Base64.urlEncode([0xFB, 0xFF]) == "-_8")
    #expect(throws: Base64Error.foreignCharacter(offset: 0)) { try Base64.decode("-_8=") }
    #expect(throws: Base64Error.foreignCharacter(offset: 0)) { try Base64.urlDecode("+/8") }
  }

  @Test(arguments: [
    ("Zg", Base64Error.wrongLength), ("Zg=", .wrongLength), ("Zh==", .strayBits),
    ("Zm9=", .strayBits), ("Z===", .wrongPadding), ("====", .wrongPadding),
    ("Zg==Zg==", .wrongPadding), ("Zm 9", .foreignCharacter(offset: 2)),
    ("Zm9\n", .foreignCharacter(offset: 3)), ("Zm9v\n", .wrongLength),
    ("Zmé", .foreignCharacter(offset: 2)),
  ])
  func base64IsStrict(_ text: String, _ error: Base64Error) {
    #expect(throws: error) { try Base64.decode(text) }
  }

  @Test(arguments: ["MY", "m", "mz1", "mzx", "mzxwz6", "my=", "mz"])
  func base32IsStrict(_ text: String) {
    #expect(Base32.decode(text) == nil)
  }

  @Test(arguments: ["6", "6g", "é"])
  func hexIsStrict(_ text: String) {
    #expect(Hex.decode(text) == nil)
  }

  @Test func everyByteGoesThrough() throws {
    let bytes = (0...255).map { UInt8($0) }
    for length in 0...256 {
      let piece = Array(bytes.prefix(length))
      #expect(try Base64.decode(Base64.encode(piece)) == piece)
      #expect(try Base64.urlDecode(Base64.urlEncode(piece)) == piece)
      #expect(Base32.decode(Base32.encode(piece)) == piece)
      #expect(Hex.decode(Hex.encode(piece)) == piece)
    }
  }
}
