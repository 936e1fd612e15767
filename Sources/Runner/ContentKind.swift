import Tasks

/// Names an artifact's kind, in the vocabulary of domain artifacts, from its file's name.
enum ContentKind {
  static func kind(of name: String) -> String {
    switch ContentType.suffix(name) {
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
}
