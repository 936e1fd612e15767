import JSON

/// Is what a caller hands in, in exactly one of three ways.
struct GivenContent: Sendable {
  var text: String?
  var bytes: [UInt8]?
  var path: String?
  var contentType: String?

  /// Tells whether storing it may take longer than other calls should wait.
  var isLarge: Bool {
    path != nil || text?.utf8.count ?? 0 > Self.quick || bytes?.count ?? 0 > Self.quick
  }

  /// Bounds what is hashed and written between two other answers.
  private static let quick = 64 << 10

  static func textField<Root>(
    _ get: @escaping @Sendable (Root) -> String?
  ) -> Field<Root, String?> {
    optional("text", get, .string, "As text; or")
  }

  static func bytesField<Root>(
    _ get: @escaping @Sendable (Root) -> [UInt8]?
  ) -> Field<Root, [UInt8]?> {
    optional("content_base64", get, .base64, "In base 64; or")
  }

  static func pathField<Root>(
    _ get: @escaping @Sendable (Root) -> String?
  ) -> Field<Root, String?> {
    optional("path", get, .text(1...4096), "A file to copy.")
  }

  static func typeField<Root>(
    _ get: @escaping @Sendable (Root) -> String?
  ) -> Field<Root, String?> {
    optional("content_type", get, mediaType, "Media type.")
  }

  private static let mediaType = Codec<String>.string(
    pattern: "^[A-Za-z0-9!#$&^_.+-]+/[A-Za-z0-9!#$&^_.+-]+(;[ -~]*)?$",
    expected: "a media type like text/plain", check: isMediaType)

  private static func isMediaType(_ text: String) -> Bool {
    let parts = text.split(separator: ";", maxSplits: 1, omittingEmptySubsequences: false)
    let names = parts[0].split(separator: "/", omittingEmptySubsequences: false)
    return text.utf8.count <= 200 && names.count == 2
      && text.utf8.allSatisfy { (0x20...0x7E).contains($0) }
      && names.allSatisfy { !$0.isEmpty && $0.utf8.allSatisfy(isTokenByte) }
  }

  private static func isTokenByte(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"):
      true
    default: Array("!#$&^_.+-".utf8).contains(byte)
    }
  }
}
