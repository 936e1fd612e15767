import JSON
import Testing

/// Tells one short conversation: what is sent to a fresh server, and what must come back.
struct Exchange: Sendable, CustomTestStringConvertible {
  var name: String
  var sent: [String]
  var expected: [Expectation]

  init(_ name: String, sent: [String], expected: [Expectation]) {
    self.name = name
    self.sent = sent
    self.expected = expected
  }

  var testDescription: String { name }

  /// Describes one line the server must write; the order of lines does not matter.
  enum Expectation: Sendable {
    /// A result for the id, given as JSON text so that its exact spelling is checked.
    case result(id: String)
    /// An error with this code; no id means that the line must have no `id` member.
    case error(Int, id: String?)

    /// Tells whether a line the server wrote is this one, the id's spelling included.
    func matches(_ message: JSONValue) -> Bool {
      switch self {
      case .result(let id): message["result"] != nil && message["id"]?.text == id
      case .error(let code, let id):
        message["error"]?["code"] == .integer(code) && message["id"]?.text == id
      }
    }
  }
}
