import JSON
import Posix

/// Reads the words of a command line against the table of commands.
struct LineParser: Sendable {
  let commands: [Command]
  /// Where relative paths start; nil where the current directory is gone.
  let directory: String?

  /// Says what the words ask for.
  enum Reading: Sendable {
    case run(Command, operands: [String], values: [String: [String]])
    case help(Command)
    /// Help for everything, or for the commands under one word.
    case overview(group: String?)
  }

  func read(_ words: [String]) throws(Complaint) -> Reading {
    guard let first = words.first else { return .overview(group: nil) }
    if first == "--help" || first == "-h" { return .overview(group: nil) }
    if first == "--version" { return try read(["version"] + words.dropFirst()) }
    if first.hasPrefix("-") { throw unknown(first, among: ["--help", "--version"], of: nil) }
    let candidates = commands.filter { $0.path[0] == first }
    guard !candidates.isEmpty else { throw unknownCommand(first) }
    if let single = candidates.first(where: { $0.path.count == 1 }) {
      return try read(Array(words.dropFirst()), for: single)
    }
    let second = words.dropFirst().first
    guard let second, second != "--help", second != "-h" else { return .overview(group: first) }
    guard let chosen = candidates.first(where: { $0.path[1] == second }) else {
      let known = candidates.map { $0.path[1] }
      throw Complaint(
        "There is no command `errand \(first) \(second)`.",
        why: nearestLine(second, among: known),
        next: "Use one of: \(known.joined(separator: ", ")).", code: .usage)
    }
    return try read(Array(words.dropFirst(2)), for: chosen)
  }

  private func read(_ words: [String], for command: Command) throws(Complaint) -> Reading {
    var values: [String: [String]] = [:]
    var operands: [String] = []
    var rest = words[...]
    while let word = rest.popFirst() {
      if word == "--" {
        operands += rest
        break
      }
      guard word.hasPrefix("-"), word != "-" else {
        operands.append(word)
        continue
      }
      let (spec, inline) = try option(word, of: command, &rest)
      if spec == Options.help.spec { return .help(command) }
      let value = try taken(spec, inline, &rest, command)
      if values[spec.name] != nil, !spec.repeats {
        throw usage("--\(spec.name) is given twice.", command)
      }
      values[spec.name, default: []].append(value)
    }
    try check(operands, for: command)
    return .run(command, operands: operands, values: values)
  }

  /// Finds the declared option a word spells, with the value after `=` if there is one.
  private func option(
    _ word: String, of command: Command, _ rest: inout ArraySlice<String>
  ) throws(Complaint) -> (OptionSpec, String?) {
    if word.hasPrefix("--") {
      let parts = word.dropFirst(2).split(
        separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      let name = String(parts[0])
      if let spec = command.allOptions.first(where: { $0.name == name }) {
        return (spec, parts.count > 1 ? String(parts[1]) : nil)
      }
    } else {
      let letters = Array(word.dropFirst())
      if let spec = command.allOptions.first(where: { $0.short == letters[0] }) {
        if letters.count == 1 { return (spec, nil) }
        // `-qf` is `-q -f`; `-dPATH` is `-d PATH`.
        guard spec.value == .flag else { return (spec, String(letters.dropFirst())) }
        rest = ["-" + String(letters.dropFirst())] + rest
        return (spec, nil)
      }
    }
    throw unknown(word, among: command.allOptions.map { "--" + $0.name }, of: command)
  }

  private func taken(
    _ spec: OptionSpec, _ inline: String?, _ rest: inout ArraySlice<String>, _ command: Command
  ) throws(Complaint) -> String {
    if spec.value == .flag {
      guard inline == nil else { throw usage("--\(spec.name) takes no value.", command) }
      return ""
    }
    guard let text = inline ?? rest.popFirst() else {
      throw usage("--\(spec.name) needs a value (\(spec.placeholder ?? "")).", command)
    }
    switch spec.value {
    case .flag, .text: return text
    case .path:
      if text == "-" || text.hasPrefix("/") { return text }
      guard let directory else {
        throw Complaint(
          "The current directory is gone, so --\(spec.name) needs an absolute path.",
          next: "Change to a directory that exists, then call again.", code: .usage)
      }
      return Path.join(directory, text)
    case .integer(_, let range):
      guard let number = Int(text), range.contains(number) else {
        let bounds =
          range.upperBound == .max
          ? "of at least \(range.lowerBound)" : "from \(range.lowerBound) to \(range.upperBound)"
        throw usage("--\(spec.name) takes a whole number \(bounds), not `\(text)`.", command)
      }
      return text
    case .number:
      guard let number = Double(text), number.isFinite, number >= 0 else {
        throw usage("--\(spec.name) takes a number of at least 0, not `\(text)`.", command)
      }
      return text
    case .choice(let words):
      guard words.contains(text) else {
        throw Complaint(
          "--\(spec.name) does not know `\(text)`.", why: nearestLine(text, among: words),
          next: "Use one of: \(words.joined(separator: ", ")).", code: .usage)
      }
      return text
    }
  }

  private func check(_ operands: [String], for command: Command) throws(Complaint) {
    let needed = command.operands.filter { !$0.isOptional }
    if operands.count < needed.count {
      throw usage("\(needed[operands.count].usage) is missing.", command)
    }
    let isOpen = command.operands.contains(where: \.repeats)
    if !isOpen, operands.count > command.operands.count {
      throw usage("`\(operands[command.operands.count])` is one word too many.", command)
    }
  }

  private func unknown(_ word: String, among known: [String], of command: Command?) -> Complaint {
    let name = String(word.split(separator: "=", omittingEmptySubsequences: false)[0])
    let place = command.map { " `errand \($0.name)`" } ?? " `errand`"
    return Complaint(
      "There is no option `\(name)` of\(place).", why: nearestLine(name, among: known),
      next: "See `errand\(command.map { " " + $0.name } ?? "") --help`.", code: .usage)
  }

  private func unknownCommand(_ word: String) -> Complaint {
    let known = commands.filter { !$0.isInternal }.map { $0.path[0] } + ["help"]
    return Complaint(
      "There is no command `\(word)`.", why: nearestLine(word, among: known),
      next: "See `errand help`.", code: .usage)
  }

  private func usage(_ what: String, _ command: Command) -> Complaint {
    Complaint(
      what, why: ["Usage: \(command.usage)"], next: "See `errand \(command.name) --help`.",
      code: .usage)
  }

  /// Names what was probably meant: a longer spelling of the same beginning, else the nearest.
  private func nearestLine(_ word: String, among known: [String]) -> [String] {
    let longer = word.count > 3 ? known.first { $0.hasPrefix(word) } : nil
    let meant = longer ?? Nearest.match(for: word, among: known)
    return meant.map { ["The nearest is `\($0)`."] } ?? []
  }
}
