import JSON
import JSONRPC
import Posix
import TestSupport
import Testing

/// Feeds changed texts to the readers of JSON and of JSON-RPC.
struct TextFuzzTests {
  static let lines: [[UInt8]] = [
    Modern.call(1, "tasks_create", #"{"brief":"a\u00e9\ud83d\ude00","tags":["x"],"priority":5}"#),
    Modern.request("\"a\"", "server/discover"), Legacy.initialize(7), Legacy.initialized,
    Modern.listen("9", #"{"resourceSubscriptions":["errand://tasks"]}"#), ping("1.5"),
    cancelled("-1"), #"[\#(ping("1")),\#(ping("2"))]"#,
    #"{"jsonrpc":"2.0","id":1,"error":{"code":-32602,"message":"m","data":[1,2.5e-3,null]}}"#,
    #"{"jsonrpc":"2.0","id":"x","result":{"a":[{"b":[[]]},1e5,123456789012345678901]}}"#,
  ].map { Array($0.utf8) }

  @Test func theParserTakesOrRefusesAndWritesWhatItTook() throws {
    try Fuzz.run("json", seeds: Self.lines, rounds: 600) { input, _ in
      for surrogates in [LoneSurrogates.refused, .replaced] {
        guard let value = Self.parsed(input, surrogates) else { continue }
        guard try JSONValue.parse(value.bytes) == value else {
          throw Fuzz.Finding("written and read again it is another value")
        }
        if let canonical = Self.canonical(value) {
          guard Self.canonical(try JSONValue.parse(canonical)) == canonical else {
            throw Fuzz.Finding("its canonical form is not its own canonical form")
          }
        }
      }
    }
  }

  private static func parsed(_ bytes: [UInt8], _ surrogates: LoneSurrogates) -> JSONValue? {
    do throws(JSONSyntaxError) {
      return try JSONValue.parse(bytes, surrogates: surrogates)
    } catch {
      #expect((0...bytes.count).contains(error.offset))
      return nil
    }
  }

  private static func canonical(_ value: JSONValue) -> [UInt8]? {
    do { return try value.canonical } catch { return nil }
  }

  @Test func linesInAnyPiecesAreTheSameLinesAndTheirMessagesAreJudged() throws {
    try Fuzz.run("json-rpc", seeds: Self.lines, rounds: 300) { input, mutation in
      let whole = Self.split(input, pieces: 1, &mutation)
      guard Self.split(input, pieces: 5, &mutation) == whole else {
        throw Fuzz.Finding("in pieces it is other lines")
      }
      for line in whole {
        guard let value = Self.parsed(line, .replaced) else { continue }
        for version in [Incoming.VersionMember.required, .optional] {
          if case .request(let id, _, _) = Incoming(value, version: version) {
            guard value["id"] == id.value else { throw Fuzz.Finding("its id is not the one sent") }
          }
        }
      }
    }
  }

  private static func split(
    _ input: [UInt8], pieces: Int, _ mutation: inout Mutation
  ) -> [[UInt8]] {
    var splitter = LineSplitter(maxLength: 4096)
    var found: [[UInt8]] = []
    var start = 0
    for piece in 1...pieces {
      let end = piece == pieces ? input.count : start + mutation.number(below: input.count - start)
      splitter.append(input[start..<end])
      start = end
      while let line = splitter.next() { found.append(Self.bytes(line)) }
    }
    if let rest = splitter.finish() { found.append(Self.bytes(rest)) }
    return found
  }

  private static func bytes(_ line: Line) -> [UInt8] {
    switch line {
    case .line(let bytes), .unterminated(let bytes): bytes
    case .tooLong(let head, let length): head + Array("\(length)".utf8)
    }
  }
}
