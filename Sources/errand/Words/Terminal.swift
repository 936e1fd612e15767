import Posix

/// Writes results to stdout and words about them to stderr, in what the reader can show.
struct Terminal: Sendable {
  /// Gives emphasis where the reader shows it; never the only carrier of a fact.
  enum Style: String, Sendable {
    case bold = "1"
    case dim = "2"
    case red = "31"
    case green = "32"
    case yellow = "33"
    case cyan = "36"
  }

  /// Columns to fit tables into; nil when nobody looks, so that nothing is cut in a pipe. Whoever
  /// sets COLUMNS (POSIX) wants that width wherever the output goes.
  let width: Int?
  let hasColours: Bool

  /// Looks at stdout; NO_COLOR (no-color.org) and TERM=dumb switch colours off.
  static func standard(_ environment: [String: String]) -> Terminal {
    let isTerminal = Environment.isTerminal(1)
    let silenced = !(environment["NO_COLOR"] ?? "").isEmpty || environment["TERM"] == "dumb"
    let wish = environment["COLUMNS"].flatMap { Int($0) }.flatMap { $0 > 0 ? $0 : nil }
    return Terminal(
      width: wish ?? (isTerminal ? (Environment.terminalWidth(1) ?? 80) : nil),
      hasColours: isTerminal && !silenced)
  }

  func print(_ text: String) throws(Complaint) {
    try write(Array((text + "\n").utf8))
  }

  func write(_ bytes: [UInt8]) throws(Complaint) {
    do throws(SystemError) {
      try StandardOutput.write(bytes)
    } catch {
      throw Complaint(
        "The output could not be written.", why: [error.description],
        next: "Check where standard output goes; nothing in the store was changed by printing.",
        code: .tryLater)
    }
  }

  /// Tells a person something that is no result.
  func note(_ text: String) { StandardError.write(text + "\n") }

  func styled(_ text: String, _ style: Style) -> String {
    hasColours ? "\u{1B}[\(style.rawValue)m\(text)\u{1B}[0m" : text
  }
}
