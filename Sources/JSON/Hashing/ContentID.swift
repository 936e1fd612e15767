/// Names content by its SHA-256: a CIDv1 in base 32, such as `bafkrei…` for raw bytes.
package struct ContentID: Sendable, Hashable, CustomStringConvertible {
  /// Says what the bytes are, by multicodec number.
  package enum Codec: Sendable, Hashable, CaseIterable {
    case raw
    /// JSON in canonical form.
    case json

    /// Spells the number as an unsigned varint.
    fileprivate var prefix: [UInt8] {
      switch self {
      case .raw: [0x55]
      case .json: [0x80, 0x04]
      }
    }
  }

  package let codec: Codec
  /// Is the text, which is what records hold and compare; a digest is wanted far less often.
  package let description: String

  /// Takes a finished SHA-256, for content hashed piece by piece.
  package init(codec: Codec, digest: [UInt8]) {
    precondition(digest.count == 32, "a content id needs the 32 bytes of a SHA-256")
    self.codec = codec
    description = "b" + Base32.encode(Self.head(codec) + digest)
  }

  /// Gives the 32 bytes of the hash.
  package var digest: [UInt8] {
    Array((Base32.decode(Array(description.utf8)[1...]) ?? []).suffix(32))
  }

  package init(raw bytes: [UInt8]) { self.init(codec: .raw, digest: SHA256.hash(bytes)) }

  /// Takes text that is in canonical form already.
  package init(json canonical: [UInt8]) {
    self.init(codec: .json, digest: SHA256.hash(canonical))
  }

  /// Reads exactly the form `description` writes: version 1, one of our codecs, SHA-256, base 32.
  package init?(parsing text: String) {
    guard text.utf8.first == UInt8(ascii: "b"), text.utf8.count < 80,
      let bytes = Base32.decode(Array(text.utf8)[1...])
    else { return nil }
    let found = Codec.allCases.first {
      let head = Self.head($0)
      return bytes.count == head.count + 32 && bytes.starts(with: head)
    }
    guard let found else { return nil }
    codec = found
    description = text
  }

  /// Spells version, codec, hash function and digest length.
  private static func head(_ codec: Codec) -> [UInt8] {
    switch codec {
    case .raw: rawHead
    case .json: jsonHead
    }
  }

  private static let rawHead = [0x01] + Codec.raw.prefix + [0x12, 0x20]
  private static let jsonHead = [0x01] + Codec.json.prefix + [0x12, 0x20]
}
