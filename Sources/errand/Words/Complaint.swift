import JSON
import Tasks

/// Says what happened, why, and the one safe next step; the only error that leaves a command.
struct Complaint: Error, Sendable, Equatable {
  var what: String
  var why: [String]
  var next: String?
  var code: ExitCode
  /// Names it for scripts: the tool's own word for it, else that of the exit code.
  var name: String

  init(
    _ what: String, why: [String] = [], next: String? = nil, code: ExitCode, name: String? = nil
  ) {
    self.what = what
    self.why = why
    self.next = next
    self.code = code
    self.name = name ?? code.name
  }

  /// Writes it for stderr, a line for each part.
  var text: String {
    var lines = ["errand: \(what)"]
    lines += why.map { "  \($0)" }
    if let next { lines.append("Next: \(next)") }
    // What was typed may stand in it, and a terminal acts on some of that.
    lines = lines.map { CleanText.clean($0, limit: .max) }
    return lines.joined(separator: "\n") + "\n"
  }

  /// Writes it for a script that asked for JSON, which finds it on stderr as well.
  var json: JSONValue {
    var error: JSONObject = [
      "code": .string(name), "message": .string(what), "exitCode": .integer(Int(code.rawValue)),
    ]
    if !why.isEmpty { error["details"] = .array(why.map(JSONValue.string)) }
    error["next"] = next.map(JSONValue.string)
    return ["error": .object(error)]
  }
}
