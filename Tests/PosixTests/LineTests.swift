import Posix
import TestSupport
import Testing

struct LineTests {
  private static func lines(_ text: String, piece: Int, maxLength: Int) -> [Line] {
    var splitter = LineSplitter(maxLength: maxLength)
    var found: [Line] = []
    var rest = Array(text.utf8)[...]
    while !rest.isEmpty {
      splitter.append(rest.prefix(piece))
      rest = rest.dropFirst(piece)
      while let line = splitter.next() { found.append(line) }
    }
    if let last = splitter.finish() { found.append(last) }
    return found
  }

  private static func line(_ text: String) -> Line { .line(Array(text.utf8)) }

  private static let cases: [(text: String, limit: Int, expected: [Line])] = [
    ("", 10, []),
    ("\n", 10, [line("")]),
    ("a\nbb\n\nccc\n", 10, [line("a"), line("bb"), line(""), line("ccc")]),
    ("a\nrest", 10, [line("a"), .unterminated(Array("rest".utf8))]),
    ("0123456789\nx\n", 10, [line("0123456789"), line("x")]),
    (
      "0123456789A\nx\n", 10,
      [.tooLong(prefix: Array("0123456789".utf8), length: 11), line("x")]
    ),
    (
      "a\n0123456789ABCDEF", 4,
      [line("a"), .tooLong(prefix: Array("0123".utf8), length: 16)]
    ),
    (
      "01234\n56789\nok\n", 4,
      [
        .tooLong(prefix: Array("0123".utf8), length: 5),
        .tooLong(prefix: Array("5678".utf8), length: 5), line("ok"),
      ]
    ),
  ]

  @Test(arguments: [1, 2, 3, 5, 7, 1000])
  func theSameLinesComeWhateverThePieces(piece: Int) {
    for (text, limit, expected) in Self.cases {
      #expect(Self.lines(text, piece: piece, maxLength: limit) == expected, "\(text)")
    }
  }

  @Test(arguments: [3, 4096, 65536, 1_000_003])
  func longAndShortLinesComeWholeInTurn(piece: Int) {
    let long = String(repeating: "x", count: 700_001)
    let text = "\(long)\nshort\n\(long)\n"
    let expected = [Self.line(long), Self.line("short"), Self.line(long)]
    #expect(Self.lines(text, piece: piece, maxLength: 1 << 20) == expected)
  }

  @Test func aLineThatNeverEndsKeepsOnlyItsBeginning() {
    var splitter = LineSplitter(maxLength: 100_000)
    let piece = [UInt8](repeating: 65, count: 50_000)
    for _ in 0..<1000 {
      splitter.append(piece)
      #expect(splitter.next() == nil)
    }
    splitter.append([10])
    let prefix = [UInt8](repeating: 65, count: LineSplitter.keptPrefix)
    #expect(splitter.next() == .tooLong(prefix: prefix, length: 50_000_000))
  }

  @Test func linesArriveOverAPipeInThreeByteWrites() throws {
    let text = (0..<500).map { "line number \($0) é\n" }.joined()
    let pipe = try Pipe.make()
    let writing = try pipe.writing.duplicate()
    let thread = try Thread.start(name: "writer", Feed(writing, Array(text.utf8)).run)
    var reader = LineReader(pipe.takeReading(), maxLength: 100)
    for number in 0..<500 {
      #expect(try reader.next() == Self.line("line number \(number) é"))
    }
    #expect(try reader.next() == nil)
    #expect(try reader.next() == nil)
    thread.join()
  }

  @Test func aReaderKnowsWhetherAnotherWholeLineIsHere() throws {
    let pipe = try Pipe.make()
    try pipe.writing.write(Array("a\nb\nc".utf8))
    var reader = LineReader(try pipe.reading.duplicate(), maxLength: 100)
    var seen: [Bool] = [reader.hasBufferedLine]
    for text in ["a", "b"] {
      #expect(try reader.next() == Self.line(text))
      seen.append(reader.hasBufferedLine)
    }
    #expect(seen == [false, true, false])
  }

  /// Writes bytes three at a time, then closes.
  private final class Feed: Sendable {
    private let descriptor: Descriptor
    private let bytes: [UInt8]

    init(_ descriptor: consuming Descriptor, _ bytes: [UInt8]) {
      self.descriptor = descriptor
      self.bytes = bytes
    }

    func run() {
      for start in stride(from: 0, to: bytes.count, by: 3) {
        do {
          try descriptor.write(bytes[start..<min(start + 3, bytes.count)])
        } catch {
          Issue.record(error)
        }
      }
    }
  }

  @Test func theYardstickAnswersEachLineByItsID() throws {
    let input = try Pipe.make()
    let output = try Pipe.make()
    try input.writing.write(
      Array("{\"id\":1,\"m\":2}\n{\"method\":\"n\"}\n{\"x\":[],\"id\":\"a b\"}\n".utf8))
    let reading = input.takeReading()
    try Yardstick.answerLines(
      from: reading.rawValue, to: output.writing.rawValue, before: "{\"id\":", after: ",\"r\":{}}")
    let answers = try output.takeReading().readToEnd(limit: 1000)
    #expect(
      String(decoding: answers, as: UTF8.self)
        == "{\"id\":1,\"r\":{}}\n{\"id\":\"a b\",\"r\":{}}\n")
  }
}
