/// Writes help from the table of commands.
enum HelpText {
  static func overview(_ commands: [Command], _ terminal: Terminal) -> String {
    let shown = commands.filter { !$0.isInternal }
    let width = shown.map { DisplayWidth.of($0.name) }.max() ?? 0
    var lines = [
      "Errand hands work to coding agents in the background and keeps the record.", "",
      "Usage: errand <command> [options]", "", terminal.styled("Commands:", .bold),
    ]
    lines += shown.map { "  " + padded($0.name, to: width) + "  " + $0.summary }
    lines += ["", terminal.styled("Start here:", .bold)]
    let first = [
      ("errand demo", "See the whole path, with nothing mocked."),
      ("errand run \"fix the login test\" --watch", "Give work to an agent and follow it."),
      ("errand help <command>", "Options and examples of one command."),
    ]
    lines += first.map { "  " + padded($0.0, to: 41) + $0.1 } + [""]
    lines.append(terminal.styled("Exit codes:", .bold))
    lines += ExitCode.allCases.map { code in
      "  " + padded("\(code.rawValue)", to: 4) + code.meaning
    }
    return lines.joined(separator: "\n")
  }

  /// Lists the commands under one word.
  static func group(_ name: String, _ commands: [Command], _ terminal: Terminal) -> String {
    commands.filter { $0.path[0] == name }.map { of($0, terminal) }
      .joined(separator: "\n\n")
  }

  static func of(_ command: Command, _ terminal: Terminal) -> String {
    var lines = [
      "errand \(command.name): \(command.summary)", "", "Usage: \(command.usage)",
    ]
    if let notes = command.notes { lines += ["", notes] }
    let options = command.allOptions
    let width = options.map { DisplayWidth.of($0.usage) }.max() ?? 0
    lines += ["", terminal.styled("Options:", .bold)]
    for option in options {
      let more = option.repeats ? " May be given several times." : ""
      lines.append("  " + padded(option.usage, to: width) + "  " + summary(of: option) + more)
    }
    lines += ["", terminal.styled("Examples:", .bold)]
    for example in command.examples {
      lines += ["  " + example.line, "      " + terminal.styled(example.says, .dim)]
    }
    return lines.joined(separator: "\n")
  }

  private static func summary(of option: OptionSpec) -> String {
    guard case .choice(let words) = option.value, words.count > 3 else { return option.summary }
    return option.summary + " One of: " + words.joined(separator: ", ") + "."
  }

  private static func padded(_ text: String, to width: Int) -> String {
    text + String(repeating: " ", count: max(0, width - DisplayWidth.of(text)))
  }
}
