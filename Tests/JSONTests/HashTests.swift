import JSON
import Testing

@Suite struct HashTests {
  /// Holds vectors of FIPS 180-4 and NIST's SHAVS.
  @Test(arguments: [
    ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
    ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
    (
      "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
      "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
    ),
    (
      "abcdefghbcdefghicdefghijdefghijkefghijklfghijklmghijklmnhijklmnoijklmnopjklmnopqklmnopqr"
        + "lmnopqrsmnopqrstnopqrstu",
      "cf5b16a778af8380036ce59e7b0492370b249b11e8f07a51afac45037afee9d1"
    ),
  ])
  func sha256MatchesThePublishedVectors(_ text: String, _ digest: String) {
    #expect(Hex.encode(SHA256.hash(Array(text.utf8))) == digest)
  }

  @Test func aMillionLettersMatchInPiecesOfAnySize() {
    let digest = "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0"
    #expect(Hex.encode(SHA256.hash([UInt8](repeating: 0x61, count: 1_000_000))) == digest)
    for size in [1, 63, 64, 65, 997] {
      var hash = SHA256()
      let piece = [UInt8](repeating: 0x61, count: size)
      var left = 1_000_000
      while left > 0 {
        hash.update(piece.prefix(left))
        left -= min(left, size)
      }
      #expect(Hex.encode(hash.finish()) == digest)
      #expect(hash.finish() == hash.finish())
    }
  }

  @Test func everyLengthAroundABlockHashesAlike() {
    for length in 0...200 {
      let bytes = (0..<length).map { UInt8(truncatingIfNeeded: $0) }
      var hash = SHA256()
      for byte in bytes { hash.update([byte]) }
      #expect(hash.finish() == SHA256.hash(bytes))
    }
  }

  /// Holds the test cases of RFC 4231 that give the whole code.
  @Test(
    arguments: [
      (
        [UInt8](repeating: 0x0b, count: 20), Array("Hi There".utf8),
        "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"
      ),
      (
        Array("Jefe".utf8), Array("what do ya want for nothing?".utf8),
        "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
      ),
      (
        [UInt8](repeating: 0xaa, count: 20), [UInt8](repeating: 0xdd, count: 50),
        "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe"
      ),
      (
        (1...25).map { UInt8($0) }, [UInt8](repeating: 0xcd, count: 50),
        "82558a389a443c0ea4cc819899f2083a85f0faa3e578f8077a2e3ff46729665b"
      ),
      (
        [UInt8](repeating: 0xaa, count: 131),
        Array("Test Using Larger Than Block-Size Key - Hash Key First".utf8),
        "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54"
      ),
      (
        [UInt8](repeating: 0xaa, count: 131),
        Array(
          ("This is a test using a larger than block-size key and a larger than block-size data. "
            + "The key needs to be hashed before being used by the HMAC algorithm.").utf8),
        "9b09ffa71b942fcb27635fbcd5b0e944bfdc63644f0713938a7f51535c3a35e2"
      ),
    ] as [([UInt8], [UInt8], String)])
  func keyedHashesMatchRFC4231(_ key: [UInt8], _ message: [UInt8], _ code: String) {
    #expect(Hex.encode(HMAC.sha256(key: key, message)) == code)
  }

  @Test func codesAreComparedWhole() {
    #expect(HMAC.isEqual([1, 2], [1, 2]))
    #expect(!HMAC.isEqual([1, 2], [1, 3]))
    #expect(!HMAC.isEqual([1, 2], [1]))
  }

  /// The ids were made with Python's hashlib and base64.
  @Test(arguments: [
    ("", "bafkreihdwdcefgh4dqkjv67uzcmw7ojee6xedzdetojuzjevtenxquvyku"),
    ("abc", "bafkreif2pall7dybz7vecqka3zo24irdwabwdi4wc55jznaq75q7eaavvu"),
    ("hello world\n", "bafkreifjjcie6lypi6ny7amxnfftagclbuxndqonfipmb64f2km2devei4"),
  ])
  func rawContentIDsMatch(_ text: String, _ id: String) throws {
    let made = ContentID(raw: Array(text.utf8))
    #expect(made.description == id)
    #expect(ContentID(parsing: id) == made)
    #expect(ContentID(codec: .raw, digest: made.digest) == made)
  }

  @Test(arguments: [
    ("{}", "bagaaieraiqjw7i2vwntyuekgvulpp2det2kpwt6cd7tx5ayqybqpmhfk76fa"),
    (#"{"a":1}"#, "bagaaieraafnl2724yv5c3wklowipaswybbbhhec64m7mltv6vzrco2ux7bra"),
  ])
  func contentIDsOfJSONMatch(_ text: String, _ id: String) {
    #expect(ContentID(json: Array(text.utf8)).description == id)
    #expect(ContentID(parsing: id)?.codec == .json)
  }

  @Test(arguments: [
    "", "b", "bafkrei", "Bafkreihdwdcefgh4dqkjv67uzcmw7ojee6xedzdetojuzjevtenxquvyku",
    "zafkreihdwdcefgh4dqkjv67uzcmw7ojee6xedzdetojuzjevtenxquvyku",
    "bafkreihdwdcefgh4dqkjv67uzcmw7ojee6xedzdetojuzjevtenxquvykuaa",
    "bafkreihdwdcefgh4dqkjv67uzcmw7ojee6xedzdetojuzjevtenxquvykv",
    "bafybeihdwdcefgh4dqkjv67uzcmw7ojee6xedzdetojuzjevtenxquvyku",
  ])
  func otherIDsAreRefused(_ text: String) {
    #expect(ContentID(parsing: text) == nil)
  }
}
