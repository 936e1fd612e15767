import JSON
import JSONRPC
import Testing

@Suite struct IncomingTests {
  struct Case: Sendable, CustomTestStringConvertible {
    var text: String
    var expected: Kind
    var testDescription: String { text }
  }

  /// Names what a message is, with the id it is answered under.
  enum Kind: Sendable, Equatable {
    case request(RequestID, String)
    case notification(String)
    case result(RequestID?)
    case error(RequestID?, Int)
    case refused(Int, RequestID?)
    case ignored

    init(_ incoming: Incoming) {
      switch incoming {
      case .request(let id, let method, _): self = .request(id, method)
      case .notification(let method, _): self = .notification(method)
      case .response(let id, .result): self = .result(id)
      case .response(let id, .error(let error)): self = .error(id, error.code)
      case .refused(let error, let id): self = .refused(error.code, id)
      case .ignored: self = .ignored
      }
    }
  }

  static let cases: [Case] = [
    Case(#"{"jsonrpc":"2.0","id":1,"method":"a"}"#, .request(.integer(1), "a")),
    Case(#"{"jsonrpc":"2.0","id":"1","method":"a","params":{}}"#, .request(.string("1"), "a")),
    Case(#"{"jsonrpc":"2.0","id":1,"method":"a","params":null}"#, .request(.integer(1), "a")),
    Case(#"{"jsonrpc":"2.0","id":1,"method":"a","params":[]}"#, .refused(-32602, .integer(1))),
    Case(#"{"jsonrpc":"2.0","id":1,"method":"a","params":1}"#, .refused(-32602, .integer(1))),
    Case(#"{"jsonrpc":"2.0","id":null,"method":"a"}"#, .refused(-32600, nil)),
    Case(#"{"jsonrpc":"2.0","id":1.5,"method":"a"}"#, .refused(-32600, nil)),
    Case(#"{"jsonrpc":"2.0","id":1,"method":2}"#, .refused(-32600, .integer(1))),
    Case(#"{"jsonrpc":"1.0","id":1,"method":"a"}"#, .refused(-32600, .integer(1))),
    Case(#"{"id":1,"method":"a"}"#, .refused(-32600, .integer(1))),
    Case(#"{"jsonrpc":"2.0","id":1}"#, .refused(-32600, .integer(1))),
    Case(#"{"jsonrpc":"2.0","id":[]}"#, .refused(-32600, nil)),
    Case(#"{}"#, .refused(-32600, nil)),
    Case(#"{"jsonrpc":"2.0","method":"a"}"#, .notification("a")),
    Case(#"{"jsonrpc":"2.0","method":"a","params":[]}"#, .ignored),
    Case(#"{"jsonrpc":"2.0","method":5}"#, .ignored),
    Case(#"{"method":"a"}"#, .ignored),
    Case(#"{"jsonrpc":"2.0","id":1,"result":null}"#, .result(.integer(1))),
    Case(#"{"jsonrpc":"2.0","id":null,"result":{}}"#, .result(nil)),
    Case(
      #"{"jsonrpc":"2.0","id":1,"error":{"code":-1,"message":"m"}}"#, .error(.integer(1), -1)),
    Case(#"{"jsonrpc":"2.0","error":5}"#, .error(nil, -32603)),
    Case(#"[]"#, .refused(-32600, nil)),
    Case(#"5"#, .refused(-32600, nil)),
  ]

  @Test(arguments: cases) func everyMessageIsOneThing(_ entry: Case) throws {
    let message = try JSONValue.parse(entry.text)
    #expect(Kind(Incoming(message)) == entry.expected)
  }

  @Test func somePeersLeaveTheVersionOut() throws {
    let message = try JSONValue.parse(#"{"id":1,"method":"a"}"#)
    #expect(Kind(Incoming(message, version: .optional)) == .request(.integer(1), "a"))
    let other = try JSONValue.parse(#"{"jsonrpc":"1.0","id":1,"method":"a"}"#)
    #expect(Kind(Incoming(other, version: .optional)) == .refused(-32600, .integer(1)))
  }

  @Test(arguments: [
    "0", "-1", "9007199254740993", "-9223372036854775808", "9223372036854775807",
    "123456789012345678901234567890", #""""#, #""1""#, #""é\"\\\n""#,
  ])
  func anIdComesBackToTheLetter(_ text: String) throws {
    let id = try #require(RequestID(try JSONValue.parse(text)))
    var bytes: [UInt8] = []
    id.write(to: &bytes)
    #expect(String(decoding: bytes, as: UTF8.self) == text)
    #expect(id.value.text == text)
  }

  @Test func framesAreWholeLines() {
    let error = RPCError.invalidParams("no", data: ["a": 1])
    let frames = [
      (Frame.result(.integer(1), ["x": 1]), #"{"jsonrpc":"2.0","id":1,"result":{"x":1}}"#),
      (
        Frame.error(error, .string("a")),
        #"{"jsonrpc":"2.0","id":"a","error":{"code":-32602,"#
          + #""message":"Invalid params: no","data":{"a":1}}}"#
      ),
      (
        Frame.error(.parseError("x"), nil),
        #"{"jsonrpc":"2.0","error":{"code":-32700,"message":"Parse error: x"}}"#
      ),
      (Frame.request(.integer(2), "m", nil), #"{"jsonrpc":"2.0","id":2,"method":"m"}"#),
      (
        Frame.notification("n", ["t": "\n"]), #"{"jsonrpc":"2.0","method":"n","params":{"t":"\n"}}"#
      ),
    ]
    for (frame, text) in frames { #expect(String(decoding: frame, as: UTF8.self) == text + "\n") }
  }
}

extension IncomingTests.Case {
  init(_ text: String, _ expected: IncomingTests.Kind) {
    self.init(text: text, expected: expected)
  }
}
