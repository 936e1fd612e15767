import HTTP
import Posix
import TestSupport
import Testing

/// Checks what a client that many use makes of our answers.
struct CurlTests {
  static let curl = Environment.which("curl", path: Environment.value("PATH"))

  private static func run(_ arguments: [String], _ server: HTTPServer) throws -> Program.Outcome {
    let arguments = arguments.map { $0.replacing("HERE", with: "http://127.0.0.1:\(server.port)") }
    return try Program.run(["-sS", "--max-time", "20"] + arguments, executable: curl)
  }

  @Test(
    .enabled(if: curl != nil),
    arguments: [
      (["-r", "0-9"], 206, 0..<10), (["-r", "199990-"], 206, 199_990..<200_000),
      (["-r", "-5"], 206, 199_995..<200_000), (["-r", "100-999999"], 206, 100..<200_000),
      (["-r", "5-4"], 200, 0..<200_000), (["-r", "0-1,4-5"], 200, 0..<200_000),
      (["-r", "200000-"], 416, 0..<0), (["-r", "-0"], 416, 0..<0), ([], 200, 0..<200_000),
      (["-r", "0-9", "-H", "If-Range: \"one\""], 206, 0..<10),
      (["-r", "0-9", "-H", "If-Range: \"two\""], 200, 0..<200_000),
    ] as [([String], Int, Range<Int>)])
  func partsOfAContentAreGiven(options: [String], status: Int, part: Range<Int>) throws {
    try withServer { server, echo in
      let said = try Self.run(options + ["-w", "%{stderr}%{http_code}", "HERE/content"], server)
      #expect(said.output == Array(echo.content[part]), "\(said.output.count)")
      #expect(said.errorText == "\(status)")
    }
  }

  @Test(.enabled(if: curl != nil)) func severalFetchesShareAConnection() throws {
    try withServer { server, _ in
      let said = try Self.run(["-v", "HERE/a?x=y", "HERE/b"], server)
      #expect(said.text.hasPrefix("GET|a|x=y|Host=127.0.0.1:\(server.port);"))
      #expect(said.errorText.contains("Re-using existing connection"))
    }
  }

  @Test(.enabled(if: curl != nil)) func aPostIsTakenAndAStreamIsShownAsItComes() throws {
    try withServer { server, _ in
      let posted = try Self.run(["-d", "{\"a\":1}", "HERE/b"], server)
      #expect(posted.text.hasSuffix("|{\"a\":1}"))
      let chunked = try Self.run(
        ["-H", "Transfer-Encoding: chunked", "-d", "x", "-w", "%{http_code}", "HERE/b"], server)
      #expect(chunked.text.hasSuffix("411"))
      let streamed = try Self.run(["-N", "--max-time", "1", "HERE/events"], server)
      #expect(streamed.text.contains("id: 3\ndata: line\ndata: 3\n\n"))
    }
  }
}
