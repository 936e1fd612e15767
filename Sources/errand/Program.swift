import JSON
import Posix

/// Is the whole program: words in, an exit code out.
enum Program {
  static func run(_ words: [String]) -> ExitCode {
    let terminal = Terminal.standard(Environment.current)
    do throws(Complaint) {
      let parser = LineParser(
        commands: Command.candidates(for: words), directory: startDirectory)
      switch try parser.read(words) {
      case .overview(nil):
        try terminal.print(HelpText.overview(Command.all, terminal))
        return .ok
      case .overview(let group?):
        try terminal.print(HelpText.group(group, Command.all, terminal))
        return .ok
      case .help(let command):
        try terminal.print(HelpText.of(command, terminal))
        return .ok
      case .run(let command, let operands, let values):
        return try command.run(
          Invocation(command, operands: operands, values: values, terminal: terminal))
      }
    } catch {
      let isForScripts = words.prefix { $0 != "--" }.contains("--json")
      terminal.note(isForScripts ? error.json.text : error.text.trimmingNewline)
      return error.code
    }
  }

  /// Is nil in a directory that was removed, where all that names no relative path still works.
  private static var startDirectory: String? {
    do throws(SystemError) { return try Environment.currentDirectory() } catch { return nil }
  }
}

extension String {
  fileprivate var trimmingNewline: String { hasSuffix("\n") ? String(dropLast()) : self }
}
