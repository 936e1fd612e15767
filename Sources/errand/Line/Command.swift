/// Declares one verb: everything that parsing, help, completions and usage errors need to know.
struct Command: Sendable {
  struct Operand: Sendable {
    var name: String
    /// The arguments of the verb's tool that it may fill.
    var arguments: [String] = []
    var isOptional = false
    var repeats = false

    static let task = Operand(name: "task", arguments: ["task_id"])
    static let tasks = Operand(name: "task", arguments: ["task_id", "task_ids"], repeats: true)
    static let anyTasks = Operand(
      name: "task", arguments: ["task_ids"], isOptional: true, repeats: true)

    static func required(_ name: String, _ arguments: String...) -> Operand {
      Operand(name: name, arguments: arguments)
    }

    static func optional(_ name: String, _ arguments: String...) -> Operand {
      Operand(name: name, arguments: arguments, isOptional: true)
    }

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

  /// Tells whether its first operand is a task.
  var namesTasks: Bool { operands.first?.name == Operand.task.name }

  /// Spells the call in one line.
  var usage: String {
    let words = ["errand", name] + (options.isEmpty ? [] : ["[options]"])
    return (words + operands.map(\.usage)).joined(separator: " ")
  }

  /// Adds what every command understands.
  var allOptions: [OptionSpec] { options + [Options.help.spec] }
}
