/// Writes help from the table of commands, for the reader's width.
enum HelpText {
  /// Longer lines are hard to read, however wide the terminal is.
  private static let widest = 100
  /// Is the least room for what is said beside a word; with less it goes below.
  private static let leastRoom = 30

  static func overview(_ commands: [Command], _ terminal: Terminal) -> String {
    let shown = commands.filter { !$0.isInternal }
    let about = "Errand hands work to coding agents in the background and keeps the record."
    var lines = wrapped(about, terminal) + ["", "Usage: errand <command> [options]", ""]
    lines.append(terminal.styled("Commands:", .bold))
    lines += entries(shown.map { ($0.name, $0.summary) }, terminal)
    lines += ["", terminal.styled("Start here:", .bold)]
    let first = [
      ("errand demo", "See the whole path, with nothing mocked."),
      ("errand run \"fix the login test\" --watch", "Give work to an agent and follow it."),
      ("errand help <command>", "Options and examples of one command."),
    ]
    lines += entries(first, terminal) + ["", terminal.styled("Exit codes:", .bold)]
    lines += entries(ExitCode.allCases.map { ("\($0.rawValue)", $0.meaning) }, terminal)
    return lines.joined(separator: "\n")
  }

  /// Lists the commands under one word.
  static func group(_ name: String, _ commands: [Command], _ terminal: Terminal) -> String {
    commands.filter { $0.path[0] == name }.map { of($0, terminal) }
      .joined(separator: "\n\n")
  }

  static func of(_ command: Command, _ terminal: Terminal) -> String {
    var lines = wrapped("errand \(command.name): \(command.summary)", terminal)
    lines += ["", "Usage: \(command.usage)"]
    if let notes = command.notes { lines += [""] + wrapped(notes, terminal) }
    lines += ["", terminal.styled("Options:", .bold)]
    lines += entries(command.allOptions.map { ($0.usage, summary(of: $0)) }, terminal)
    lines += ["", terminal.styled("Examples:", .bold)]
    for example in command.examples {
      // A line to be copied stays one.
      lines += ["  " + example.line, "      " + terminal.styled(example.says, .dim)]
    }
    return lines.joined(separator: "\n")
  }

  private static func summary(of option: OptionSpec) -> String {
    var parts = [option.summary]
    if case .choice(let words) = option.value, !option.namesItsChoices {
      parts.append("One of: " + words.joined(separator: ", ") + ".")
    }
    if option.repeats { parts.append("May be given several times.") }
    return parts.joined(separator: " ")
  }

  private static func width(_ terminal: Terminal) -> Int {
    min(terminal.width ?? widest, widest)
  }

  private static func wrapped(_ text: String, _ terminal: Terminal) -> [String] {
    WrappedText.lines(text, width: width(terminal))
  }

  /// Sets words and what is said of them in two columns, or one below the other.
  private static func entries(_ entries: [(String, String)], _ terminal: Terminal) -> [String] {
    let column = 4 + (entries.map { DisplayWidth.of($0.0) }.max() ?? 0)
    let width = width(terminal)
    let isBeside = width - column >= leastRoom
    let margin = String(repeating: " ", count: isBeside ? column : 8)
    return entries.flatMap { word, text in
      let said = WrappedText.lines(text, width: width - margin.count)
      guard isBeside, let first = said.first else {
        return ["  " + word] + said.map { margin + $0 }
      }
      let space = String(repeating: " ", count: column - 2 - DisplayWidth.of(word))
      return ["  " + word + space + first] + said.dropFirst().map { margin + $0 }
    }
  }
}
