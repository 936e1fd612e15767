import JSON
import Posix
import TaskStore
import Tasks
import TestSupport
import Testing

/// Checks that no number, asked for or damaged on disk, is too great to be reckoned with.
struct GreatNumberTests {
  private static let great = [Int.max, .max - 1, 1 << 53]

  @Test(arguments: great)
  func aPageBehindEveryMessageIsEmptyThoughThereAreSegments(_ after: Int) throws {
    try withTemporaryDirectory { folder in
      let filling = String(repeating: "x", count: 600_000)
      let log = try MessageLog.Writer(folder: folder)
      for number in 0..<5 { try log.append(.text("\(number) " + filling)) }
      var query = MessageQuery()
      query.after = after
      let page = try MessageReader(folder: folder).read(query)
      #expect(page.items.isEmpty && page.nextAfterSeq == after && page.lastSeq == 4)
    }
  }

  @Test(arguments: great)
  func aMessageWhoseNumberIsDamagedDoesNotStopTheNextWriterNorAWalk(_ number: Int) throws {
    try withTemporaryDirectory { folder in
      let store = try TaskStore.open(folder + "/store")
      let attempt = store.layout.attemptFolder(of: try store.add("a"), 1)
      let log = try MessageLog.Writer(folder: attempt)
      for text in ["one", "two"] { try log.append(.text(text)) }
      let path = attempt + "/messages-000001.jsonl"
      try writeFile(path, try readText(path).replacing(#""seq":1,"#, with: #""seq":\#(number),"#))
      let audit = try store.verify()
      #expect(audit.breaks.map(\.line) == [2], "\(audit.breaks)")
      let next = try MessageLog.Writer(folder: attempt)
      for text in ["three", "four"] { #expect(try next.append(.text(text)) != nil) }
      let page = try MessageReader(folder: attempt).read(MessageQuery())
      #expect(page.items.map(\.seq) == [0, 1, 2])
      #expect(page.items.last?.body == .text("four"))
    }
  }

  @Test(arguments: [#""n":3"#, #""rev":2"#], great)
  func anEventWhoseNumberIsDamagedDoesNotStopTheStore(_ field: String, _ number: Int) throws {
    try withTemporaryDirectory { folder in
      let store = try TaskStore.open(folder + "/store")
      for name in ["a", "b"] { try store.add(name) }
      try store.apply(Sample.claim(), to: "a")
      try store.apply(Sample.started, to: "a")
      try store.add("c")
      let path = folder + "/store/journal/0000000001.jsonl"
      var lines = try readText(path).split(separator: "\n").map(String.init)
      let name = field.prefix { $0 != ":" }
      // Behind a line that is no JSON the chain is broken, and the next line's seal proves nothing.
      lines[1] = "x" + lines[1]
      lines[2] = lines[2].replacing(field, with: "\(name):\(number)")
      lines[3] = "x" + lines[3]
      try writeFile(path, lines.joined(separator: "\n") + "\n")
      let opened = try TaskStore.open(folder + "/store")
      #expect(try opened.task(TaskReference("c")).status == .queued)
      #expect(try opened.add("d").revision == 1)
      #expect(try opened.number() == 6)
      #expect(try !opened.verify().isWhole)
    }
  }

  @Test(arguments: great)
  func aBaseWhoseLengthIsDamagedDoesNotStopTheStore(_ length: Int) throws {
    try withTemporaryDirectory { folder in
      let store = try TaskStore.open(folder + "/store")
      try PruneTests.fill(store)
      _ = try store.prune(PruneTests.tenDays, by: PruneTests.actor, now: PruneTests.later)
      let journal = folder + "/store/journal/"
      let path = journal + (try #require(try RealFileSystem().list(journal).max()))
      var lines = try readText(path).split(separator: "\n").map(String.init)
      let head = try #require(lines.first?.firstRange(of: #""lines":"#))
      let digits = lines[0][head.upperBound...].prefix { $0.isNumber }
      lines[0].replaceSubrange(digits.startIndex..<digits.endIndex, with: "\(length)")
      try writeFile(path, lines.joined(separator: "\n") + "\n")
      let opened = try TaskStore.open(folder + "/store")
      #expect(try opened.task(TaskReference("open")).status == .queued)
      #expect(try !opened.verify().isWhole)
      try opened.add("new")
      #expect(try TaskStore.open(folder + "/store").task(TaskReference("new")).revision == 1)
    }
  }
}
