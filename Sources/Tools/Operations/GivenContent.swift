import JSON
import MCP
import Posix
import TaskStore
import Tasks

/// Is what a caller hands in, in exactly one of three ways.
struct GivenContent: Sendable {
  var text: String?
  var bytes: [UInt8]?
  var path: String?
  var contentType: String?

  static func textField<Root>(
    _ get: @escaping @Sendable (Root) -> String?
  ) -> Field<Root, String?> {
    optional("text", get, .string, "The content as text; or else:")
  }

  static func bytesField<Root>(
    _ get: @escaping @Sendable (Root) -> [UInt8]?
  ) -> Field<Root, [UInt8]?> {
    optional("content_base64", get, .base64, "The content in base 64; or else:")
  }

  static func pathField<Root>(
    _ get: @escaping @Sendable (Root) -> String?
  ) -> Field<Root, String?> {
    optional("path", get, .text(1...4096), "Absolute path of a file here to copy.")
  }

  static func typeField<Root>(
    _ get: @escaping @Sendable (Root) -> String?
  ) -> Field<Root, String?> {
    optional("content_type", get, mediaType, "Media type, if it cannot be guessed.")
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

/// Is content that is stored, and what is known of it.
struct StoredContent: Sendable {
  var cid: ContentID
  var size: Int
  var contentType: String
  /// Is the file's own name, where it came from a file.
  var fileName: String?
}

extension Workshop {
  /// Bounds a file that is copied; text and base 64 are bounded by the line they come in.
  static let artifactLimit = 1 << 30

  /// Stores what was handed in; `task` opens its own places for paths.
  func keep(
    _ given: GivenContent, for task: TaskRecord?, tool: String
  ) throws(ToolFailure) -> StoredContent {
    let store = try store()
    switch (given.text, given.bytes, given.path) {
    case (let text?, nil, nil):
      let (cid, size) = try naming { () throws(StoreError) in
        try store.blobs.put(Array(text.utf8))
      }
      return StoredContent(cid: cid, size: size, contentType: given.contentType ?? "text/plain")
    case (nil, let bytes?, nil):
      let (cid, size) = try naming { () throws(StoreError) in try store.blobs.put(bytes) }
      let guess = ContentType.guess(name: nil, beginning: bytes)
      return StoredContent(cid: cid, size: size, contentType: given.contentType ?? guess)
    case (nil, nil, let path?):
      let resolved = try allowedFile(path, for: task)
      let (cid, size) = try naming { () throws(StoreError) in
        try store.blobs.put(path: resolved, limit: Self.artifactLimit)
      }
      let beginning = try naming { () throws(StoreError) in
        try store.blobs.read(cid, offset: 0, count: ContentType.probe)
      }
      let name = Path.name(resolved)
      let guess = ContentType.guess(name: name, beginning: beginning)
      return StoredContent(
        cid: cid, size: size, contentType: given.contentType ?? guess, fileName: name)
    case (nil, nil, nil):
      throw .argument(
        "content_base64", "required: exactly one of text, content_base64 and path", tool: tool)
    default:
      throw .argument(
        given.path == nil ? "text" : "path", "give only one of text, content_base64 and path",
        tool: tool)
    }
  }
}

/// Guesses what content is from a file's name, and whether it is text from its bytes.
enum ContentType {
  /// Bytes that are looked at.
  static let probe = 8_192

  static func guess(name: String?, beginning: [UInt8]) -> String {
    let isText = isText(beginning.prefix(probe))
    let known = name.flatMap { types[suffix($0)] }
    if let known, isText || !isTextual(known) { return known }
    return isText ? "text/plain" : "application/octet-stream"
  }

  /// Tells whether content of a type is shown as text.
  static func isTextual(_ type: String) -> Bool {
    let name = type.split(separator: ";").first.map { $0.lowercased() } ?? ""
    return name.hasPrefix("text/") || name.hasSuffix("+json") || name.hasSuffix("+xml")
      || textual.contains(name)
  }

  /// A piece may end inside a character. Text holds no zero byte.
  static func isText(_ bytes: ArraySlice<UInt8>) -> Bool {
    guard !bytes.contains(0) else { return false }
    return (0...3).contains { String(validating: bytes.dropLast($0), as: UTF8.self) != nil }
  }

  private static let textual: Set<String> = [
    "application/json", "application/xml", "application/yaml", "application/toml",
    "application/x-ndjson", "application/javascript", "application/x-sh", "image/svg+xml",
  ]

  private static let types = [
    "md": "text/markdown", "txt": "text/plain", "log": "text/plain", "diff": "text/x-diff",
    "patch": "text/x-diff", "html": "text/html", "css": "text/css", "csv": "text/csv",
    "json": "application/json", "jsonl": "application/x-ndjson", "xml": "application/xml",
    "yaml": "application/yaml", "yml": "application/yaml", "toml": "application/toml",
    "js": "text/javascript", "svg": "image/svg+xml", "png": "image/png", "jpg": "image/jpeg",
    "jpeg": "image/jpeg", "gif": "image/gif", "webp": "image/webp", "pdf": "application/pdf",
    "zip": "application/zip", "gz": "application/gzip", "tar": "application/x-tar",
  ]

  private static func suffix(_ name: String) -> String {
    guard let dot = name.lastIndex(of: "."), dot != name.startIndex else { return "" }
    return name[name.index(after: dot)...].lowercased()
  }
}
