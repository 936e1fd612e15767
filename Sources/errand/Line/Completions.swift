/// Writes completion scripts from the table of commands.
enum Completions {
  enum Shell: String, CaseIterable { case bash, zsh, fish }

  static func script(for shell: Shell, _ commands: [Command]) -> String {
    let shown = commands.filter { !$0.isInternal }
    switch shell {
    case .bash: return bash(shown)
    case .zsh: return zsh(shown)
    case .fish: return fish(shown)
    }
  }

  /// Is what the scripts run to learn which tasks there are.
  private static let taskNames =
    "errand \(Command.taskNames.name) 2>/dev/null"

  /// Spells what stands for an option's value, in words and commands of every shell.
  private static func spelled(_ offer: OptionSpec.Offer) -> String {
    switch offer {
    case .words(let words): words.joined(separator: " ")
    case .tasks: "$(\(taskNames))"
    case .types: "$(errand schemas -q 2>/dev/null)"
    case .profiles: "$(errand \(Command.profileNames.name) 2>/dev/null)"
    case .files, .nothing: ""
    }
  }

  /// Lists the first words, each once, in the table's order.
  private static func verbs(_ commands: [Command]) -> [String] {
    commands.reduce(into: []) { if !$0.contains($1.path[0]) { $0.append($1.path[0]) } }
  }

  private static func words(of command: Command) -> [String] {
    command.allOptions.flatMap { option -> [String] in
      ["--" + option.name] + (option.short.map { ["-\($0)"] } ?? [])
    }
  }

  /// Lists the second words of a verb, of which a plain command has none.
  private static func seconds(_ verb: String, _ commands: [Command]) -> [String] {
    commands.filter { $0.path[0] == verb && $0.path.count > 1 }.map { $0.path[1] }
  }

  private static func cases(_ commands: [Command]) -> [String] {
    verbs(commands).map { verb in
      let own = commands.filter { $0.path[0] == verb }
      let words = seconds(verb, commands) + own.flatMap(words(of:))
      let once = words.reduce(into: [String]()) { if !$0.contains($1) { $0.append($1) } }
      let tasks = own.contains(where: \.namesTasks) ? " $(\(taskNames))" : ""
      return "    \(verb)) found=\"\(once.joined(separator: " "))\(tasks)\" ;;"
    }
  }

  /// Lists what may stand behind which option of which verb, as branches on both words; of two
  /// commands of one verb each adds what it takes.
  private static func values(_ commands: [Command]) -> [String] {
    var offers: [String: [String]] = [:]
    for command in commands {
      for option in command.allOptions {
        guard let offer = option.offer else { continue }
        for word in ["--" + option.name] + (option.short.map { ["-\($0)"] } ?? []) {
          let key = "\"\(command.path[0]) \(word)\""
          let words = spelled(offer)
          if offers[key]?.contains(words) != true { offers[key, default: []].append(words) }
        }
      }
    }
    let places = Dictionary(grouping: offers.keys) { key in
      (offers[key] ?? []).joined(separator: " ")
    }
    return places.sorted { $0.key < $1.key }.map { words, keys in
      "    \(keys.sorted().joined(separator: "|"))) found=\"\(words)\" ;;"
    }
  }

  private static func bash(_ commands: [Command]) -> String {
    """
    # bash completion for errand: source <(errand completions bash)
    _errand() {
      local found=""
      if [ "$COMP_CWORD" -eq 1 ]; then
        found="\(verbs(commands).joined(separator: " "))"
      else
        case "${COMP_WORDS[1]}" in
    \(cases(commands).joined(separator: "\n"))
        esac
        case "${COMP_WORDS[1]} ${COMP_WORDS[COMP_CWORD-1]}" in
    \(values(commands).joined(separator: "\n"))
        esac
      fi
      COMPREPLY=($(compgen -W "$found" -- "${COMP_WORDS[COMP_CWORD]}"))
    }
    complete -o default -F _errand errand
    """
  }

  private static func zsh(_ commands: [Command]) -> String {
    """
    #compdef errand
    # zsh completion for errand: source <(errand completions zsh), after compinit
    _errand() {
      local found=""
      if (( CURRENT == 2 )); then
        found="\(verbs(commands).joined(separator: " "))"
      else
        case "${words[2]}" in
    \(cases(commands).joined(separator: "\n"))
        esac
        case "${words[2]} ${words[CURRENT-1]}" in
    \(values(commands).joined(separator: "\n"))
        esac
        _files
      fi
      compadd -- ${=found}
    }
    compdef _errand errand
    """
  }

  private static func fish(_ commands: [Command]) -> String {
    var lines = ["# fish completion for errand: errand completions fish | source"]
    for verb in verbs(commands) {
      let summary = commands.first { $0.path == [verb] }?.summary ?? "Commands for \(verb)."
      lines.append(
        "complete -c errand -n __fish_use_subcommand -f -a \(verb) -d \(quoted(summary))")
    }
    for command in commands {
      let verb = command.path[0]
      if command.path.count > 1 {
        lines.append(
          "complete -c errand -n '__fish_seen_subcommand_from \(verb)' -f "
            + "-a \(command.path[1]) -d \(quoted(command.summary))")
      }
      if command.namesTasks {
        lines.append(
          "complete -c errand -n '__fish_seen_subcommand_from \(verb)' -f -a '(\(taskNames))'")
      }
      for option in command.allOptions {
        let short = option.short.map { " -s \($0)" } ?? ""
        let takes = option.offer.map(fishValue) ?? ""
        lines.append(
          "complete -c errand -n '__fish_seen_subcommand_from \(verb)'\(short) -l \(option.name)"
            + "\(takes) -d \(quoted(option.summary))")
      }
    }
    return lines.joined(separator: "\n")
  }

  /// Says what an option of fish takes: it reads `$(…)` as `(…)`.
  private static func fishValue(_ offer: OptionSpec.Offer) -> String {
    switch offer {
    case .files: " -r -F"
    case .nothing: " -r -f"
    case .words, .tasks, .types, .profiles:
      " -r -f -a '\(spelled(offer).replacing("$(", with: "("))'"
    }
  }

  private static func quoted(_ text: String) -> String {
    "'" + text.split(separator: "'", omittingEmptySubsequences: false).joined(separator: "\\'")
      + "'"
  }
}
