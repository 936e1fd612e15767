import HTTP
import Testing

/// Checks what is taken for a request, and that everything else is refused by the right name.
struct RequestReaderTests {
  private static func read(
    _ text: String, pieces size: Int = .max
  ) throws(RequestError) -> [RequestHead] {
    var reader = RequestReader()
    var heads: [RequestHead] = []
    var rest = Array(text.utf8)[...]
    while !rest.isEmpty {
      reader.append(rest.prefix(size))
      rest = rest.dropFirst(size)
      while let head = try reader.nextHead() {
        heads.append(head)
        // A body may come in later pieces.
        while reader.nextBody(head.contentLength) == nil, !rest.isEmpty {
          reader.append(rest.prefix(size))
          rest = rest.dropFirst(size)
        }
      }
    }
    return heads
  }

  private static let host = "Host: a\r\n"

  static let refused: [(String, Int)] = [
    ("\r\nGET / HTTP/1.1\r\n\(host)\r\n", 400),
    ("GET / HTTP/1.1\n\(host)\r\n", 400),
    ("GET / HTTP/1.1\r\nHost: a\n\r\n", 400),
    ("GET  / HTTP/1.1\r\n\(host)\r\n", 400),
    ("GET / HTTP/1.1 \r\n\(host)\r\n", 400),
    (" GET / HTTP/1.1\r\n\(host)\r\n", 400),
    ("GET /\r\n\(host)\r\n", 400),
    ("GET / http/1.1\r\n\(host)\r\n", 400),
    ("GET / HTTP/2.0\r\n\(host)\r\n", 505),
    ("GET / HTTP/1.1x\r\n\(host)\r\n", 505),
    ("G\u{1}T / HTTP/1.1\r\n\(host)\r\n", 400),
    ("PUT / HTTP/1.1\r\n\(host)\r\n", 405),
    ("get / HTTP/1.1\r\n\(host)\r\n", 405),
    ("CONNECT a:1 HTTP/1.1\r\n\(host)\r\n", 405),
    ("GET http://a/ HTTP/1.1\r\n\(host)\r\n", 400),
    ("GET * HTTP/1.1\r\n\(host)\r\n", 400),
    ("GET //a HTTP/1.1\r\n\(host)\r\n", 400),
    ("GET /a/ HTTP/1.1\r\n\(host)\r\n", 400),
    ("GET /../a HTTP/1.1\r\n\(host)\r\n", 400),
    ("GET /%2e%2e/a HTTP/1.1\r\n\(host)\r\n", 400),
    ("GET /a%2fb HTTP/1.1\r\n\(host)\r\n", 400),
    ("GET /%00 HTTP/1.1\r\n\(host)\r\n", 400),
    ("GET /%0d%0a HTTP/1.1\r\n\(host)\r\n", 400),
    ("GET /%c0%80 HTTP/1.1\r\n\(host)\r\n", 400),
    ("GET /%zz HTTP/1.1\r\n\(host)\r\n", 400),
    ("GET /% HTTP/1.1\r\n\(host)\r\n", 400),
    ("GET /#a HTTP/1.1\r\n\(host)\r\n", 400),
    ("GET /é HTTP/1.1\r\n\(host)\r\n", 400),
    ("GET /?a=1&a=2 HTTP/1.1\r\n\(host)\r\n", 400),
    ("GET /?\((0...40).map { "a\($0)=1" }.joined(separator: "&")) HTTP/1.1\r\n\(host)\r\n", 400),
    ("GET / HTTP/1.1\r\n\r\n", 400),
    ("GET / HTTP/1.1\r\nHost:\r\n\r\n", 400),
    ("GET / HTTP/1.1\r\n\(host)\(host)\r\n", 400),
    ("GET / HTTP/1.1\r\n\(host)hOST: b\r\n\r\n", 400),
    ("GET / HTTP/1.1\r\nHost : a\r\n\r\n", 400),
    ("GET / HTTP/1.1\r\n: a\r\n\(host)\r\n", 400),
    ("GET / HTTP/1.1\r\n\(host) folded\r\n\r\n", 400),
    ("GET / HTTP/1.1\r\n\(host)nothing\r\n\r\n", 400),
    ("GET / HTTP/1.1\r\n\(host)A: b\u{0}\r\n\r\n", 400),
    ("GET / HTTP/1.1\r\n\(host)A: b\rC: d\r\n\r\n", 400),
    ("GET / HTTP/1.1\r\n\(host)é: b\r\n\r\n", 400),
    ("POST / HTTP/1.1\r\n\(host)\r\n", 411),
    ("POST / HTTP/1.1\r\n\(host)Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 411),
    ("POST / HTTP/1.1\r\n\(host)Content-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n", 411),
    ("GET / HTTP/1.1\r\n\(host)Transfer-Encoding: identity\r\n\r\n", 411),
    ("POST / HTTP/1.1\r\n\(host)Content-Length: 1\r\nContent-Length: 1\r\n\r\na", 400),
    ("POST / HTTP/1.1\r\n\(host)Content-Length: 1, 1\r\n\r\na", 400),
    ("POST / HTTP/1.1\r\n\(host)Content-Length: +1\r\n\r\na", 400),
    ("POST / HTTP/1.1\r\n\(host)Content-Length: -1\r\n\r\na", 400),
    ("POST / HTTP/1.1\r\n\(host)Content-Length: 0x1\r\n\r\na", 400),
    ("POST / HTTP/1.1\r\n\(host)Content-Length:\r\n\r\na", 400),
    ("POST / HTTP/1.1\r\n\(host)Content-Length: 99999999999\r\n\r\n", 400),
    ("POST / HTTP/1.1\r\n\(host)Content-Length: 2097153\r\n\r\n", 413),
    ("GET / HTTP/1.1\r\n\(host)Content-Length: 1\r\n\r\na", 400),
    ("POST / HTTP/1.1\r\n\(host)Content-Length: 1\r\nExpect: a-miracle\r\n\r\n", 417),
    ("GET /\(String(repeating: "a", count: 8200)) HTTP/1.1\r\n\(host)\r\n", 414),
    (String(repeating: "a", count: 8200), 414),
    ("GET / HTTP/1.1\r\n\(host)A: \(String(repeating: "a", count: 16_400))\r\n\r\n", 431),
    ("GET / HTTP/1.1\r\n\(host)A: \(String(repeating: "a", count: 16_400))", 431),
    ("GET / HTTP/1.1\r\n\(host)\(String(repeating: "A: b\r\n", count: 100))\r\n", 431),
    ("GET / HTTP/1.1\r\n\(host)\(String(repeating: "Abcd: efgh\r\n", count: 2000))", 431),
    ("\u{16}\u{3}\u{1}\u{2}\n", 400),
  ]

  @Test(arguments: refused)
  func whatIsNoPlainRequestIsRefused(text: String, status: Int) {
    for size in [Int.max, 1, 7] {
      let error = #expect(throws: RequestError.self) {
        let heads = try Self.read(text, pieces: size)
        Issue.record("\(heads)")
      }
      #expect(error?.status.rawValue == status, "\(text.prefix(80)) in pieces of \(size)")
    }
  }

  @Test(arguments: [1, 2, 3, 16, 100, Int.max])
  func requestsAreTheSameInWhateverPiecesTheyCome(size: Int) throws {
    let text =
      "GET /a%20b/c?d=e%26&f HTTP/1.1\r\nHost: a:1\r\nX-Y:  z \t\r\nCookie: a=1; b=2; a=3\r\n\r\n"
      + "POST /x HTTP/1.1\r\nhost: a\r\ncontent-length: 5\r\nExpect: 100-Continue\r\n\r\nGET /"
      + "HEAD / HTTP/1.0\r\n\r\n"
      + "GET /é HTTP/1.1".replacing("é", with: "%C3%A9")
      + "\r\nHost: a\r\nConnection: foo, Close\r\n\r\n"
    let heads = try Self.read(text, pieces: size)
    #expect(heads.map(\.method) == [.get, .post, .head, .get])
    #expect(heads.map(\.target.path) == [["a b", "c"], ["x"], [], ["é"]])
    #expect(heads.map(\.keepsAlive) == [true, true, false, false])
    #expect(heads.map(\.contentLength) == [0, 5, 0, 0])
    #expect(heads.map(\.expectsContinue) == [false, true, false, false])
    let first = try #require(heads.first)
    #expect(first.target.query == ["d": "e&", "f": ""])
    #expect(first.fields["x-y"] == "z")
    #expect(first.fields.cookies("a") == ["1", "3"])
    #expect(first.fields.single("nothing") == .absent)
  }

  @Test func whatIsJustSmallEnoughIsTaken() throws {
    let line = "GET /\(String(repeating: "a", count: 8192 - 15)) HTTP/1.1\r\n"
    #expect(try Self.read(line + "Host: a\r\n\r\n").count == 1)
    let long = String(repeating: "a", count: (16 << 10) - 9 - 5)
    #expect(try Self.read("GET / HTTP/1.1\r\nHost: a\r\nA: \(long)\r\n\r\n").count == 1)
    let many = String(repeating: "A: b\r\n", count: 99)
    #expect(try Self.read("GET / HTTP/1.1\r\nHost: a\r\n\(many)\r\n").count == 1)
  }
}
