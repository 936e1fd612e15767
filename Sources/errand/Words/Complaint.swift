/// Says what happened, why, and the one safe next step; the only error that leaves a command.
struct Complaint: Error, Sendable, Equatable {
  var what: String
  var why: [String]
  var next: String?
  var code: ExitCode

  init(_ what: String, why: [String] = [], next: String? = nil, code: ExitCode) {
    self.what = what
    self.why = why
    self.next = next
    self.code = code
  }

  /// Writes it for stderr, a line for each part.
  var text: String {
    var lines = ["errand: \(what)"]
    lines += why.map { "  \($0)" }
    if let next { lines.append("Next: \(next)") }
    return lines.joined(separator: "\n") + "\n"
  }
}
