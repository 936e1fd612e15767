import JSON
import Posix

extension Command {
  static let version = Command(
    path: ["version"], summary: "Print the version.", options: [Options.json.spec],
    examples: [Example("errand version", "The version, for a report.")],
    run: Telling.version)

  static let completions = Command(
    path: ["completions"], summary: "Print a completion script for bash, zsh or fish.",
    operands: [.required("shell")],
    examples: [
      Example("source <(errand completions bash)", "In ~/.bashrc."),
      Example("source <(errand completions zsh)", "In ~/.zshrc, after compinit."),
      Example("errand completions fish | source", "In ~/.config/fish/config.fish."),
    ],
    run: Telling.completions)

  static let taskNames = Command(
    path: ["task-names"], summary: "Print the names that completion offers, one in a line.",
    examples: [Example("errand task-names", "What needs you first.")],
    isInternal: true, run: Telling.taskNames)

  static let profileNames = Command(
    path: ["profile-names"], summary: "Print the profiles that completion offers, one in a line.",
    examples: [Example("errand profile-names", "Those that can run something now.")],
    isInternal: true, run: Telling.profileNames)

  static let help = Command(
    path: ["help"], summary: "Show help, for one command if one is named.",
    operands: [Operand(name: "command", isOptional: true, repeats: true)],
    examples: [
      Example("errand help", "All commands."),
      Example("errand help run", "Options and examples of one."),
    ],
    run: Telling.help)
}

/// Answers what the program knows about itself.
enum Telling {
  static func version(_ call: Invocation) throws(Complaint) -> ExitCode {
    if call[Options.json] {
      let value: JSONValue = [
        "version": .string(ThisBuild.version), "build": .string(ThisBuild.number),
      ]
      try call.terminal.print(value.text)
    } else {
      try call.terminal.print("errand \(ThisBuild.version)")
    }
    return .ok
  }

  static func completions(_ call: Invocation) throws(Complaint) -> ExitCode {
    let known = Completions.Shell.allCases.map(\.rawValue)
    let named = call.operand(0) ?? ""
    guard let shell = Completions.Shell(rawValue: named) else {
      throw Complaint(
        "There are no completions for `\(named)`.",
        next: "Use one of: \(known.joined(separator: ", ")).", code: .usage)
    }
    try call.terminal.print(Completions.script(for: shell, Command.all))
    return .ok
  }

  static func taskNames(_ call: Invocation) throws(Complaint) -> ExitCode {
    let page = try Operations.open(for: call.command).call(
      "tasks_list", ["view": "inbox", "limit": 100, "max_bytes": 40_000])
    let names = (page["items"]?.arrayValue ?? []).compactMap { $0["name"]?.stringValue }
    if !names.isEmpty { try call.terminal.print(names.joined(separator: "\n")) }
    return .ok
  }

  static func profileNames(_ call: Invocation) throws(Complaint) -> ExitCode {
    let answer = try Operations.open(for: call.command).call("tasks_schemas", [:])
    let usable = (answer["profiles"]?.arrayValue ?? []).filter { $0["available"] == true }
    let names = usable.compactMap { $0["name"]?.stringValue }
    if !names.isEmpty { try call.terminal.print(names.joined(separator: "\n")) }
    return .ok
  }

  static func help(_ call: Invocation) throws(Complaint) -> ExitCode {
    guard let first = call.operand(0) else {
      try call.terminal.print(HelpText.overview(Command.all, call.terminal))
      return .ok
    }
    let words = call.operands
    if let command = Command.all.first(where: { $0.path == Array(words.prefix($0.path.count)) }) {
      try call.terminal.print(HelpText.of(command, call.terminal))
    } else if Command.all.contains(where: { $0.path[0] == first }) {
      try call.terminal.print(HelpText.group(first, Command.all, call.terminal))
    } else {
      let known = Command.all.filter { !$0.isInternal }.map { $0.path[0] }
      throw Complaint(
        "There is no command `\(first)`.",
        why: Nearest.match(for: first, among: known).map { ["The nearest is `\($0)`."] } ?? [],
        next: "See `errand help`.", code: .usage)
    }
    return .ok
  }
}
