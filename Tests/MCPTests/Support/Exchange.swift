import JSON
import Testing

/// Tells one short conversation: what is sent to a fresh server, and all that must come back.
struct Exchange: Sendable, CustomTestStringConvertible {
  /// Describes one line the server must write; the order of lines does not matter.
  enum Expectation: Sendable, Hashable {
    /// A result for the id, given as JSON text so that its exact spelling is checked.
    case result(String)
    /// An error with this code; no id means that the line must have no `id` member.
    case error(Int, String?)
  }

  var name: String
  var sent: [String]
  var expected: [Expectation]

  init(_ name: String, _ sent: [String], _ expected: [Expectation]) {
    self.name = name
    self.sent = sent
    self.expected = expected
  }

  var testDescription: String { name }

  /// Plays the conversation and compares everything that came back.
  func play() throws {
    try withServer { server in
      try server.send(sent)
      let heard = try server.settle().map(Self.summary)
      let unexpected = heard.filter { !expected.contains($0) }
      #expect(unexpected.isEmpty, "\(name)")
      for expectation in expected {
        let count = heard.count { $0 == expectation }
        let wanted = expected.count { $0 == expectation }
        #expect(count == wanted, "\(name): \(expectation)")
      }
    }
  }

  private static func summary(_ line: JSONValue) -> Expectation {
    let id = line["id"]?.text
    if let code = line["error"]?["code"]?.intValue { return .error(code, id) }
    return .result(id ?? "none")
  }
}
