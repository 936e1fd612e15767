import JSON
import Posix

/// Holds one parsed call of a command.
struct Invocation: Sendable {
  let command: Command
  let operands: [String]
  let terminal: Terminal
  fileprivate let values: [String: [String]]

  init(
    _ command: Command, operands: [String], values: [String: [String]], terminal: Terminal
  ) {
    self.command = command
    self.operands = operands
    self.values = values
    self.terminal = terminal
  }

  subscript<Value>(key: OptionKey<Value>) -> Value { key.read(values[key.spec.name] ?? []) }

  /// Tells whether an option was given.
  func has(_ option: OptionSpec) -> Bool { values[option.name] != nil }

  /// Spells the call again, for a shell, but for one option.
  func spelled(without left: OptionSpec) -> String {
    var words = ["errand"] + command.path
    for option in command.options where option != left {
      for value in values[option.name] ?? [] {
        words.append("--" + option.name)
        if option.value != .flag { words.append(ShellWord.spelled(value)) }
      }
    }
    return (words + operands.map(ShellWord.spelled)).joined(separator: " ")
  }

  /// Gives the operand at an index, if there is one.
  func operand(_ index: Int) -> String? {
    operands.indices.contains(index) ? operands[index] : nil
  }

  /// Collects the tool arguments that the given options fill.
  func arguments() -> JSONObject { arguments(of: command.options) }

  /// Names one task, in the part of the store that is meant.
  func naming(_ task: String) -> JSONObject {
    var arguments = place
    arguments["task_id"] = .string(task)
    return arguments
  }

  /// Says whose tasks are meant.
  var place: JSONObject { arguments(of: Options.place) }

  private func arguments(of options: [OptionSpec]) -> JSONObject {
    var arguments = JSONObject()
    for spec in options {
      guard let argument = spec.argument, let given = values[spec.name], let last = given.last
      else { continue }
      arguments[argument] =
        spec.repeats ? .array(given.map { json($0, spec.value) }) : json(last, spec.value)
    }
    return arguments
  }

  /// Writes a value as its declared type; the parser has checked it.
  private func json(_ text: String, _ value: OptionSpec.Value) -> JSONValue {
    switch value {
    case .flag: .bool(true)
    case .text, .path, .choice: .string(text)
    case .integer: Int(text).map(JSONValue.integer) ?? .string(text)
    case .number: Double(text).map(JSONValue.double) ?? .string(text)
    }
  }
}
