/// Declares one verb: everything that parsing, help, completions and usage errors need to know.
struct Command: Sendable {
  struct Operand: Sendable {
    var name: String
    var isOptional = false
    var repeats = false

    static func required(_ name: String) -> Operand { Operand(name: name) }
    static func optional(_ name: String) -> Operand { Operand(name: name, isOptional: true) }
    static func several(_ name: String) -> Operand { Operand(name: name, repeats: true) }

    var usage: String {
      let word = "<\(name)>" + (repeats ? "..." : "")
      return isOptional ? "[\(word)]" : word
    }
  }

  struct Example: Sendable {
    var line: String
    var says: String

    init(_ line: String, _ says: String) {
      self.line = line
      self.says = says
    }
  }

  /// One word, or two for a verb of a group: `artifacts get`.
  let path: [String]
  let summary: String
  var operands: [Operand] = []
  var options: [OptionSpec] = []
  /// The tool whose arguments the options fill.
  var tool: String?
  /// Tools of which this verb is what a terminal has.
  var otherTools: [String] = []
  var notes: String?
  let examples: [Example]
  /// Started by the program itself, not by people.
  var isInternal = false
  let run: @Sendable (Invocation) throws(Complaint) -> ExitCode

  var name: String { path.joined(separator: " ") }

  /// Spells the call in one line.
  var usage: String {
    let words = ["errand", name] + (options.isEmpty ? [] : ["[options]"])
    return (words + operands.map(\.usage)).joined(separator: " ")
  }

  /// Adds what every command understands.
  var allOptions: [OptionSpec] { options + [Options.help.spec] }
}
