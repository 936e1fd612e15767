import JSON

/// Tells a model what went wrong and what it can safely do next.
package struct ToolFailure: Error, Sendable, Hashable {
  /// Is one of the documented codes, such as `not_found`.
  package var code: String
  /// Says what happened, in one line.
  package var summary: String
  /// Points into the arguments.
  package var faults: [Fault]
  /// Is the one safe next step.
  package var nextStep: String?
  /// Is set when this is no failure but a question that must go to the user first.
  var question: Question?

  package init(code: String, summary: String, faults: [Fault] = [], nextStep: String? = nil) {
    self.code = code
    self.summary = summary
    self.faults = faults
    self.nextStep = nextStep
  }

  /// Carries a question from `CallContext.elicit` through the tool to the wire.
  struct Question: Sendable, Hashable {
    var forms: [String: ElicitationForm]
    var state: JSONValue
  }

  /// Renders the text a model reads: code and summary, a line for each fault, the next step.
  package var text: String { String(decoding: textBytes, as: UTF8.self) }

  /// Gives the text as it goes out: no control character but newlines.
  var textBytes: [UInt8] {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(512)
    bytes.append(UInt8(ascii: "["))
    bytes += code.utf8
    bytes += "] ".utf8
    Self.append(summary, upTo: Bound.sentence, to: &bytes)
    // Few faults may each say more.
    let room = max(Bound.message, min(Bound.sentence, Bound.messages / max(1, faults.count)))
    for fault in faults.prefix(Faults.limit) {
      bytes.append(UInt8(ascii: "\n"))
      if !fault.pointer.isRoot {
        Self.append(fault.pointer.description, upTo: Bound.pointer, to: &bytes)
        bytes += ": ".utf8
      }
      Self.append(fault.message, upTo: room, to: &bytes)
    }
    if let nextStep {
      bytes.append(UInt8(ascii: "\n"))
      Self.append(nextStep, upTo: Bound.sentence, to: &bytes)
    }
    return bytes
  }

  /// Bounds each part in bytes of JSON, so that all is shorter than a result usually may be.
  private enum Bound {
    static let sentence = 900
    static let pointer = 80
    static let message = 200
    static let messages = Faults.limit * message
  }

  /// Cuts text that somebody else may have written to so many bytes inside JSON quotes.
  private static func cut(_ text: String, to limit: Int) -> String {
    // No byte needs more than two in quotes, and most texts are short.
    if text.utf8.count <= limit / 2 { return text }
    var left = limit
    let end = text.unicodeScalars.indices.first { index in
      let scalar = text.unicodeScalars[index]
      left -= scalar == "\"" || scalar == "\\" ? 2 : UTF8.width(scalar)
      return left < 0
    }
    return end.map { text[..<$0] + "…" } ?? text
  }

  /// Appends one line, without what would break the form: keys and values in it may come from
  /// anywhere.
  private static func append(_ text: String, upTo limit: Int, to bytes: inout [UInt8]) {
    let start = bytes.count
    bytes += cut(text, to: limit).utf8
    for index in start..<bytes.count where bytes[index] < 32 || bytes[index] == 127 {
      bytes[index] = UInt8(ascii: " ")
    }
  }

  /// Names every wrong argument at once.
  package static func invalidArguments(_ faults: [Fault], tool: String) -> ToolFailure {
    let count = faults.count == 1 ? "An argument is wrong." : "\(faults.count) arguments are wrong."
    return ToolFailure(
      code: "invalid_arguments", summary: "\(count) Nothing was done.", faults: faults,
      nextStep: "Correct the arguments and call \(tool) again.")
  }

  static func busy(_ tool: String) -> ToolFailure {
    ToolFailure(
      code: "busy", summary: "Too many calls are waiting at once.",
      nextStep: "Let some of them end, then call \(tool) again.")
  }

  static let tooLarge = ToolFailure(
    code: "result_too_large", summary: "The result would be larger than a message may be.",
    nextStep: "Ask for less at once, with a smaller limit or max_bytes.")

  static let handlesUnavailable = ToolFailure(
    code: "internal", summary: "A wait handle was made for a client that takes none.",
    nextStep: "Call again without wait.")
}
