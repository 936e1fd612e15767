import JSON
import Posix
import TaskStore
import Tasks
import TestSupport
import Testing

/// Checks that an attempt's messages are numbered without gaps, found again, and bounded.
struct MessageLogTests {
  private static func texts(_ page: MessagePage) -> [String] {
    page.items.compactMap { if case .text(let text) = $0.body { text } else { nil } }
  }

  private static func read(
    _ folder: String, _ change: (inout MessageQuery) -> Void = { _ in }
  ) throws -> MessagePage {
    var query = MessageQuery()
    change(&query)
    return try MessageReader(folder: folder).read(query)
  }

  @Test func messagesReadBackInOrderNumberedFromZero() throws {
    try withTemporaryDirectory { folder in
      let log = try MessageLog.Writer(folder: folder + "/1")
      let bodies: [MessageBody] = [
        .userMessage(text: "do it", from: .brief), .text("so\nbe it"),
        .toolCallStart(callId: "c", tool: "sh", title: nil, arguments: ["argv": ["ls"]]),
        .toolCallEnd(callId: "c", tool: "sh", ok: true, result: nil, durationMs: 3),
        .turnEnd(turn: 1, usage: nil, stopReason: "end"), .info(text: "over", data: nil),
      ]
      for (number, body) in bodies.enumerated() { #expect(try log.append(body) == number) }
      let page = try Self.read(folder + "/1")
      #expect(page.items.map(\.body) == bodies)
      #expect(page.items.map(\.seq) == Array(0..<6))
      #expect(page.nextAfterSeq == 5 && page.lastSeq == 5 && !page.hasMore)
    }
  }

  @Test func anAttemptThatSaidNothingIsAnEmptyPage() throws {
    try withTemporaryDirectory { folder in
      let page = try Self.read(folder + "/none") { $0.after = 7 }
      #expect(page.items.isEmpty && page.nextAfterSeq == 7 && !page.hasMore)
    }
  }

  struct Case: Sendable, CustomTestStringConvertible {
    let name: String
    let expected: [Int]
    let next: Int?
    let more: Bool
    let change: @Sendable (inout MessageQuery) -> Void
    var testDescription: String { name }
  }

  // Twelve messages: every third is a delta, the others are texts.
  private static let cases: [Case] = [
    Case(name: "all but deltas", expected: [1, 2, 4, 5, 7, 8, 10, 11], next: 11, more: false) {
      _ in
    },
    Case(name: "with deltas", expected: Array(0..<12), next: 11, more: false) {
      $0.includeDeltas = true
    },
    Case(name: "after", expected: [10, 11], next: 11, more: false) { $0.after = 8 },
    Case(name: "after the end", expected: [], next: 11, more: false) { $0.after = 11 },
    Case(name: "before", expected: [1, 2], next: 3, more: false) { $0.before = 4 },
    Case(name: "between", expected: [4, 5], next: 6, more: false) {
      $0.after = 2
      $0.before = 7
    },
    Case(name: "a page", expected: [1, 2, 4], next: 4, more: true) { $0.limit = 3 },
    Case(name: "only deltas", expected: [0, 3, 6, 9], next: 11, more: false) {
      $0.kinds = [.textDelta]
    },
    Case(name: "a kind nobody used", expected: [], next: 11, more: false) { $0.kinds = [.error] },
    Case(name: "the last two", expected: [10, 11], next: 11, more: true) { $0.tail = 2 },
    Case(name: "the last of the first", expected: [4, 5], next: 11, more: true) {
      $0.tail = 2
      $0.before = 7
    },
    Case(name: "more than there are", expected: [1, 2, 4, 5, 7, 8, 10, 11], next: 11, more: false) {
      $0.tail = 50
    },
    Case(name: "few bytes", expected: [1], next: 1, more: true) { $0.maxBytes = 1 },
  ]

  @Test(arguments: cases) func aPageHoldsWhatWasAsked(_ page: Case) throws {
    try withTemporaryDirectory { folder in
      let log = try MessageLog.Writer(folder: folder)
      for number in 0..<12 {
        try log.append(number % 3 == 0 ? .textDelta("\(number)") : .text("\(number)"))
      }
      let read = try Self.read(folder, page.change)
      #expect(read.items.map(\.seq) == page.expected)
      #expect(read.nextAfterSeq == page.next)
      #expect(read.hasMore == page.more)
      #expect(read.lastSeq == 11)
    }
  }

  @Test func segmentsAreSmallAndReadAsOne() throws {
    try withTemporaryDirectory { folder in
      let log = try MessageLog.Writer(folder: folder)
      let filling = String(repeating: "x", count: 100_000)
      for number in 0..<45 { try log.append(.text("\(number) " + filling)) }
      let names = try RealFileSystem().list(folder)
      #expect(names.count > 4)
      for name in names {
        #expect(try RealFileSystem().size(folder + "/" + name) < MessageLog.segmentSize + 110_000)
      }
      for after in [-1, 0, 9, 10, 11, 20, 43] {
        let page = try Self.read(folder) {
          $0.after = after < 0 ? nil : after
          $0.limit = 2
        }
        #expect(page.items.map(\.seq) == Array(after + 1..<min(after + 3, 45)))
      }
      let last = try Self.read(folder) {
        $0.tail = 30
        $0.maxBytes = 10 << 20
      }
      #expect(last.items.map(\.seq) == Array(15..<45))
      #expect(try MessageLog.Writer(folder: folder).nextSeq == 45)
    }
  }

  @Test func aTornLastLineIsNotReadAndIsSetAsideByTheNextWriter() throws {
    try withTemporaryDirectory { folder in
      let log = try MessageLog.Writer(folder: folder)
      try log.append(.text("whole"))
      let path = folder + "/messages-000001.jsonl"
      let whole = try readText(path)
      try writeFile(path, whole + #"{"seq":1,"timest"#)
      #expect(Self.texts(try Self.read(folder)) == ["whole"])
      let again = try MessageLog.Writer(folder: folder)
      #expect(try readText(path) == whole)
      #expect(try readText(path + ".torn") == #"{"seq":1,"timest"#)
      #expect(try again.append(.text("next")) == 1)
      #expect(Self.texts(try Self.read(folder)) == ["whole", "next"])
      // What a second one leaves does not take the place of the first.
      try writeFile(path, readText(path) + #"{"seq":2,"ti"#)
      _ = try MessageLog.Writer(folder: folder)
      #expect(try readText(path + ".torn") == #"{"seq":1,"timest"#)
      #expect(try readText(path + ".torn.2") == #"{"seq":2,"ti"#)
    }
  }

  @Test func aDamagedLineIsLeftOutAndTheRestIsRead() throws {
    try withTemporaryDirectory { folder in
      let log = try MessageLog.Writer(folder: folder)
      for text in ["a", "b", "c"] { try log.append(.text(text)) }
      let path = folder + "/messages-000001.jsonl"
      try writeFile(path, readText(path).replacing(#""text":"b""#, with: #""text":b"#))
      let page = try Self.read(folder)
      #expect(page.items.map(\.seq) == [0, 2])
      #expect(try MessageLog.Writer(folder: folder).nextSeq == 3)
    }
  }

  @Test func anAppendThatFailsHalfWayLeavesNothingForTheNext() throws {
    try withTemporaryDirectory { folder in
      let plain = FlakyFiles()
      let trial = try MessageLog.Writer(folder: folder + "/trial", files: plain)
      try trial.append(.text("a"))
      let step = try #require(plain.trace.lastIndex { $0.hasPrefix("append") })
      let files = FlakyFiles(.shortWrite(at: step, bytes: 9, .noSpace("write", "messages")))
      let log = try MessageLog.Writer(folder: folder + "/1", files: files)
      #expect(throws: StoreError.self) { try log.append(.text("a")) }
      #expect(try log.append(.text("b")) == 0)
      #expect(Self.texts(try Self.read(folder + "/1")) == ["b"])
    }
  }

  @Test func aFullLogSaysSoOnceAndKeepsNothingMore() throws {
    try withTemporaryDirectory { folder in
      let log = try MessageLog.Writer(folder: folder, limit: 500)
      var kept = 0
      for number in 0..<50 where try log.append(.text("message \(number)")) != nil { kept += 1 }
      let page = try Self.read(folder)
      #expect(kept > 0 && kept < 20)
      #expect(page.items.count == kept + 1)
      guard case .info? = page.items.last?.body else {
        Issue.record("the last message does not say that the log is full")
        return
      }
    }
  }

  @Test func messagesAppendedTogetherAreNumberedAndStoppedLikeSingleOnes() throws {
    try withTemporaryDirectory { folder in
      let bodies = (0..<50).map { MessageBody.text("message \($0)") }
      let single = try MessageLog.Writer(folder: folder + "/single", limit: 2000)
      for body in bodies { try single.append(body) }
      let together = try MessageLog.Writer(folder: folder + "/together", limit: 2000)
      try together.append(Array(bodies[..<7]))
      try together.append([])
      try together.append(Array(bodies[7...]))
      let page = try Self.read(folder + "/together")
      #expect(page.items.map(\.body) == (try Self.read(folder + "/single")).items.map(\.body))
      #expect(page.items.map(\.seq) == Array(0..<page.items.count))
      #expect(try together.append(.text("late")) == nil)
    }
  }

  @Test func messagesAppendedTogetherBeginNewSegmentsBetweenThem() throws {
    try withTemporaryDirectory { folder in
      let filling = String(repeating: "x", count: 100_000)
      let log = try MessageLog.Writer(folder: folder)
      try log.append((0..<45).map { .text("\($0) " + filling) })
      #expect(
        try RealFileSystem().list(folder).filter { $0.hasPrefix("messages-") }.count == 5)
      let page = try Self.read(folder) {
        $0.after = 9
        $0.maxBytes = 64 << 20
      }
      #expect(page.items.map(\.seq) == Array(10..<45))
    }
  }

  @Test func aReaderElsewhereIsWokenByAMessage() throws {
    try withTemporaryDirectory { folder in
      let log = try MessageLog.Writer(folder: folder)
      let watch = try FileWatch.on([folder])
      try log.append(.text("new"))
      #expect(try watch.wait(until: .after(.seconds(60))))
      #expect(Self.texts(try Self.read(folder)) == ["new"])
    }
  }
}
