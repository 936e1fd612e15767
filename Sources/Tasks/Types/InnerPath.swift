import JSON

/// Keeps what an input names as a file or folder of the task's directory inside that directory.
enum InnerPath {
  /// Names the members that are such paths, or lists of them.
  private static let members: [String: [String]] = [
    "fulfill_brief": ["seedFiles"], "curate_pack": ["diaryId"],
    "run_eval": ["scenario", "inputFiles"],
  ]

  static func faults(in input: JSONValue, of type: String, at place: JSONPointer) -> [Fault] {
    guard let tokens = members[type] else { return [] }
    let at = JSONPointer(tokens: place.tokens + tokens)
    guard let value = JSONPointer(tokens: tokens).evaluate(in: input) else { return [] }
    let paths =
      value.arrayValue?.enumerated().map { (at.appending(index: $0), $1) } ?? [(at, value)]
    return paths.compactMap { at, path in
      path.stringValue.flatMap(trouble).map { Fault(pointer: at, message: $0) }
    }
  }

  /// Says why a path may not be used; nil where it may.
  private static func trouble(_ path: String) -> String? {
    if path.hasPrefix("/") {
      return "expected a path from the task's directory, not an absolute one"
    }
    if path.split(separator: "/").contains("..") { return "leads out of the task's directory" }
    let hasControl = path.unicodeScalars.contains { $0.properties.generalCategory == .control }
    return hasControl ? "holds control characters" : nil
  }
}
