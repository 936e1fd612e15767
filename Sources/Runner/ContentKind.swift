/// Guesses what a file is from its name, and whether it is text from its bytes.
enum ContentKind {
  private static let types: [String: String] = [
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

  /// Types whose bytes need not be UTF-8.
  private static let binary: Set<String> = [
    "image/png", "image/jpeg", "image/gif", "image/webp", "application/pdf", "application/zip",
    "application/gzip", "application/x-tar", "application/wasm", "application/octet-stream",
  ]

  /// Names the content type; what claims to be text and is not is only bytes.
  static func contentType(of name: String, beginning: [UInt8], isWhole: Bool) -> String {
    let isText = isUTF8(beginning, isWhole: isWhole)
    guard let type = types[suffix(name)] else {
      return isText ? "text/plain" : "application/octet-stream"
    }
    return isText || binary.contains(type) ? type : "application/octet-stream"
  }

  /// Names the artifact's kind in the vocabulary of domain artifacts.
  static func kind(of name: String) -> String {
    switch suffix(name) {
    case "diff", "patch": "diff"
    case "log": "log"
    case "trace", "har": "trace"
    case "png", "jpg", "jpeg", "gif", "webp": "screenshot"
    default: isReport(name) ? "report" : "file"
    }
  }

  private static func isReport(_ name: String) -> Bool {
    let last = name.split(separator: "/").last.map { $0.lowercased() } ?? ""
    return last.hasPrefix("report") || last.hasPrefix("summary")
  }

  private static func suffix(_ name: String) -> String {
    let last = name.split(separator: "/").last ?? ""
    guard let dot = last.lastIndex(of: "."), dot != last.startIndex else { return "" }
    return last[last.index(after: dot)...].lowercased()
  }

  /// A piece may end inside a character; a whole file may not. Text holds no zero byte.
  private static func isUTF8(_ bytes: [UInt8], isWhole: Bool) -> Bool {
    guard !bytes.contains(0) else { return false }
    if String(validating: bytes, as: UTF8.self) != nil { return true }
    guard !isWhole else { return false }
    return (1...3).contains { String(validating: bytes.dropLast($0), as: UTF8.self) != nil }
  }
}
