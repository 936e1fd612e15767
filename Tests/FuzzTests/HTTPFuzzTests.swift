import HTTP
import TestSupport
import Testing

/// Feeds changed requests to the reader of HTTP.
struct HTTPFuzzTests {
  static let requests: [[UInt8]] = [
    "GET /assets/a.js?x=%20&y HTTP/1.1\r\nHost: 127.0.0.1:20000\r\nAccept: */*\r\n\r\n",
    "POST /api/tasks_get HTTP/1.1\r\nHost: [::1]:1\r\nContent-Length: 17\r\n"
      + "Content-Type: application/json\r\n\r\n{\"task_id\":\"abc\"}GET / HTTP/1.1\r\nHost: a\r\n\r\n",
    "GET /events HTTP/1.1\r\nHost: a\r\nRange: bytes=0-9\r\nLast-Event-ID: 7:12\r\n\r\n",
    "HEAD / HTTP/1.0\r\nCookie: a=1; b=\"2\"; a=3\r\nConnection: close\r\n\r\n",
    "POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 0\r\n\r\n",
  ].map { Array($0.utf8) }

  /// Says what a reader made of the bytes: its requests, then why it stopped.
  private static func read(_ input: [UInt8], pieces: [Int]) -> [String] {
    var reader = RequestReader()
    var said: [String] = []
    var pending: RequestHead?
    var start = 0
    for end in pieces + [input.count] where end >= start {
      reader.append(input[start..<end])
      start = end
      do throws(RequestError) {
        while true {
          if let head = pending {
            guard let body = reader.nextBody(head.contentLength) else { break }
            said.append("\(words(of: head)) \(body)")
            pending = nil
          }
          pending = try reader.nextHead()
          if pending == nil { break }
        }
      } catch {
        // What is both too large and malformed may be called either.
        return said + ["refused"]
      }
    }
    return said
  }

  /// Puts a head in words; the members of a query have no order of their own.
  private static func words(of head: RequestHead) -> String {
    var plain = head
    plain.target.query = [:]
    let query = head.target.query.sorted { $0.key < $1.key }
    return "\(plain) \(query)"
  }

  @Test func requestsInAnyPiecesAreTheSameRequestsAndNoneLeavesItsPlace() throws {
    try Fuzz.run("http", seeds: Self.requests, rounds: 600) { input, mutation in
      let whole = Self.read(input, pieces: [])
      let cuts = (0..<6).map { _ in mutation.number(below: input.count + 1) }.sorted()
      guard Self.read(input, pieces: cuts) == whole else {
        throw Fuzz.Finding("in pieces it is other requests")
      }
      var reader = RequestReader()
      reader.append(input)
      guard let head = Self.head(&reader) else { return }
      let isPlain = head.target.path.allSatisfy {
        !["", ".", ".."].contains($0) && !$0.contains("/") && !$0.contains("\0")
      }
      guard isPlain else { throw Fuzz.Finding("a path leaves its place: \(head.target.path)") }
      guard head.contentLength <= HTTPLimits().body, head.fields.all.count <= 100 else {
        throw Fuzz.Finding("a request is larger than may be")
      }
    }
  }

  private static func head(_ reader: inout RequestReader) -> RequestHead? {
    do throws(RequestError) { return try reader.nextHead() } catch { return nil }
  }
}
