/// Guesses what content is from a file's name, and whether it is text from its bytes.
package enum ContentType {
  /// Bytes that are looked at.
  package static let probe = 8_192
  package static let bytes = "application/octet-stream"
  package static let text = "text/plain"
  package static let json = "application/json"

  /// Names the media type; what claims to be text and is not is only bytes.
  ///
  /// `isWhole` tells that `beginning` is all there is: only a piece may end inside a character.
  package static func guess(
    name: String?, beginning: [UInt8], isWhole: Bool = false
  ) -> String {
    let isText = isText(beginning, isWhole: isWhole)
    guard let known = name.flatMap({ types[suffix($0)] }) else { return isText ? text : bytes }
    return isText || !isTextual(known) ? known : bytes
  }

  /// Tells whether content of a type is shown as text.
  package static func isTextual(_ type: String) -> Bool {
    let name = type.split(separator: ";").first.map { $0.lowercased() } ?? ""
    return name.hasPrefix("text/") || name.hasSuffix("+json") || name.hasSuffix("+xml")
      || textual.contains(name)
  }

  /// Gives the last part of a file's name after its dot, in lower case; empty if there is none.
  package static func suffix(_ path: String) -> String {
    let name = path.split(separator: "/").last ?? ""
    guard let dot = name.lastIndex(of: "."), dot != name.startIndex else { return "" }
    return name[name.index(after: dot)...].lowercased()
  }

  /// Text holds no zero byte.
  private static func isText(_ bytes: [UInt8], isWhole: Bool) -> Bool {
    guard !bytes.contains(0) else { return false }
    return (0...(isWhole ? 0 : 3)).contains {
      String(validating: bytes.dropLast($0), as: UTF8.self) != nil
    }
  }

  private static let textual: Set<String> = [
    "application/json", "application/xml", "application/yaml", "application/toml",
    "application/x-ndjson", "application/javascript", "application/x-sh",
  ]

  private static let types = [
    "md": "text/markdown", "txt": "text/plain", "log": "text/plain", "diff": "text/x-diff",
    "patch": "text/x-diff", "html": "text/html", "htm": "text/html", "css": "text/css",
    "csv": "text/csv", "tsv": "text/tab-separated-values", "xml": "application/xml",
    "json": "application/json", "jsonl": "application/x-ndjson", "ndjson": "application/x-ndjson",
    "yaml": "application/yaml", "yml": "application/yaml", "toml": "application/toml",
    "js": "text/javascript", "sh": "text/x-shellscript", "py": "text/x-python",
    "swift": "text/x-swift", "svg": "image/svg+xml", "png": "image/png", "jpg": "image/jpeg",
    "jpeg": "image/jpeg", "gif": "image/gif", "webp": "image/webp", "pdf": "application/pdf",
    "zip": "application/zip", "gz": "application/gzip", "tar": "application/x-tar",
    "wasm": "application/wasm", "har": "application/json", "trace": "application/octet-stream",
  ]
}
