import Tasks

/// Declares one option: how it is spelt, what it takes, and which argument of the tools it fills.
struct OptionSpec: Sendable, Hashable {
  enum Value: Sendable, Hashable {
    case flag
    case text(String)
    /// A file or folder, made absolute from where the person stands.
    case path(String)
    case integer(String, ClosedRange<Int>)
    case number(String)
    case choice([String])
  }

  let name: String
  let short: Character?
  let value: Value
  let summary: String
  /// Whether it may be given several times.
  var repeats = false
  /// The argument of the verb's tool that it fills, if it fills one.
  var argument: String?

  /// Spells it as help does: `-d, --dir PATH`.
  var usage: String {
    let shortPart = short.map { "-\($0), " } ?? "    "
    return shortPart + "--" + name + (placeholder.map { " " + $0 } ?? "")
  }

  /// Says what it takes; nil for a flag.
  var placeholder: String? {
    switch value {
    case .flag: nil
    case .text(let word), .path(let word), .integer(let word, _), .number(let word): word
    case .choice(let words): namesItsChoices ? words.joined(separator: "|") : "WORD"
    }
  }

  /// Says what can be offered for its value; nil for a flag.
  var offer: Offer? {
    switch (value, name) {
    case (.flag, _): nil
    case (.choice(let words), _): .words(words)
    case (.path, _): .files
    case (.text("TASK"), _): .tasks
    case (.text("STATUS"), _): .words(TaskStatus.allCases.map(\.rawValue))
    case (.text("TYPE"), "type"): .types
    case (.text, "profile"), (.text, "allow-profile"): .profiles
    case (.text, _), (.integer, _), (.number, _): .nothing
    }
  }

  /// Names what a shell can complete.
  enum Offer: Sendable, Hashable {
    case words([String])
    case files, tasks, types, profiles, nothing
  }

  /// Tells whether the words to choose from are few and short enough to stand for themselves.
  var namesItsChoices: Bool {
    guard case .choice(let words) = value else { return false }
    return words.joined(separator: "|").count <= 24
  }
}

/// Names an option in code, with the type its value has there.
struct OptionKey<Value: Sendable>: Sendable {
  var spec: OptionSpec
  let read: @Sendable ([String]) -> Value

  /// Says that it fills an argument of the tool.
  func filling(_ argument: String) -> OptionKey {
    var key = self
    key.spec.argument = argument
    return key
  }
}

extension OptionKey<Bool> {
  static func flag(_ name: String, _ short: Character? = nil, _ summary: String) -> OptionKey {
    OptionKey(spec: OptionSpec(name: name, short: short, value: .flag, summary: summary)) {
      !$0.isEmpty
    }
  }
}

extension OptionKey<String?> {
  static func text(
    _ name: String, _ short: Character? = nil, _ placeholder: String, _ summary: String
  ) -> OptionKey { one(name, short, .text(placeholder), summary) }

  static func path(
    _ name: String, _ short: Character? = nil, _ placeholder: String, _ summary: String
  ) -> OptionKey { one(name, short, .path(placeholder), summary) }

  static func choice(
    _ name: String, _ short: Character? = nil, _ words: [String], _ summary: String
  ) -> OptionKey { one(name, short, .choice(words), summary) }

  private static func one(
    _ name: String, _ short: Character?, _ value: OptionSpec.Value, _ summary: String
  ) -> OptionKey {
    OptionKey(spec: OptionSpec(name: name, short: short, value: value, summary: summary)) {
      $0.last
    }
  }
}

extension OptionKey<Int?> {
  static func integer(
    _ name: String, _ short: Character? = nil, _ placeholder: String, _ range: ClosedRange<Int>,
    _ summary: String
  ) -> OptionKey {
    OptionKey(
      spec: OptionSpec(
        name: name, short: short, value: .integer(placeholder, range), summary: summary)
    ) { $0.last.flatMap { Int($0) } }
  }
}

extension OptionKey<Double?> {
  static func number(
    _ name: String, _ short: Character? = nil, _ placeholder: String, _ summary: String
  ) -> OptionKey {
    OptionKey(
      spec: OptionSpec(name: name, short: short, value: .number(placeholder), summary: summary)
    ) { $0.last.flatMap { Double($0) } }
  }
}

extension OptionKey<[String]> {
  /// Declares an option that may be given several times.
  static func list(
    _ name: String, _ short: Character? = nil, _ value: OptionSpec.Value, _ summary: String
  ) -> OptionKey {
    OptionKey(
      spec: OptionSpec(name: name, short: short, value: value, summary: summary, repeats: true)
    ) { $0 }
  }
}
