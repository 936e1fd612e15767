import JSON
import Posix
import TaskStore
import Tasks
import TestSupport
import Testing

/// Checks that a walk over a store names the first place that is not as it was written.
struct AuditTests {
  private static func segment(_ root: String) -> String { root + "/journal/0000000001.jsonl" }

  private static func fill(_ root: String) throws -> TaskStore {
    let store = try TaskStore.open(root)
    for name in ["a", "b", "c"] { try store.add(name) }
    try store.apply(Sample.claim(), to: "b")
    try store.apply(Sample.started, to: "b")
    return store
  }

  @Test func aWholeStoreIsCounted() throws {
    try withTemporaryDirectory { folder in
      let store = try Self.fill(folder + "/store")
      let task = try store.task(TaskReference("b"))
      let log = try MessageLog.Writer(folder: store.layout.attemptFolder(of: task, 1))
      for text in ["one", "two"] { try log.append(.text(text)) }
      _ = try store.blobs.put([1, 2, 3])
      let audit = try store.verify()
      #expect(audit.isWhole, "\(audit.breaks)")
      #expect(audit.segments == 1 && audit.events == 5 && audit.tasks == 3)
      #expect(audit.messages == 2 && audit.content == 1 && audit.notes.isEmpty)
    }
  }

  enum Harm: String, CaseIterable {
    case event, seal, newline, lineGone, lineTwice, swapped, cut, segmentGone, message, content
    case contentGone
  }

  @Test(arguments: Harm.allCases)
  func theFirstBreakIsNamedByFileLineAndNumber(_ harm: Harm) throws {
    try withTemporaryDirectory { folder in
      let root = folder + "/store"
      let store = try Self.fill(root)
      var path = Self.segment(root)
      var line: Int? = 3
      var lines = try readText(path).split(separator: "\n").map(String.init)
      func rewrite() throws { try writeFile(path, lines.joined(separator: "\n") + "\n") }
      switch harm {
      case .event:
        lines[2] = lines[2].replacing("Title of c", with: "Title of d")
        try rewrite()
      case .seal:
        let digit = lines[2].dropLast(2).last == "0" ? "1" : "0"
        lines[2] = lines[2].dropLast(3) + digit + "\"}"
        try rewrite()
      case .newline:
        lines[2] += "x" + lines.remove(at: 3)
        try rewrite()
      case .lineGone:
        lines.remove(at: 2)
        try rewrite()
      case .lineTwice:
        // A line that stands again is as a failed sync leaves it; another with its number is not.
        lines.insert(lines[1].replacing("Title of b", with: "Title of x"), at: 2)
        try rewrite()
      case .swapped:
        lines.swapAt(2, 3)
        try rewrite()
      case .cut:
        try writeFile(root + "/journal/0000000002.jsonl", lines[2] + "\n")
        try writeFile(path, String(lines.prefix(3).joined(separator: "\n").dropLast(9)))
      case .segmentGone:
        try RealFileSystem().rename(path, to: root + "/journal/0000000002.jsonl")
        try writeFile(path, "")
        try RealFileSystem().rename(
          root + "/journal/0000000002.jsonl", to: root + "/journal/0000000003.jsonl")
        path = root + "/journal/0000000002.jsonl"
        line = nil
      case .message:
        let task = try store.task(TaskReference("b"))
        let attempt = store.layout.attemptFolder(of: task, 1)
        let log = try MessageLog.Writer(folder: attempt)
        for text in ["one", "two", "three"] { try log.append(.text(text)) }
        path = attempt + "/messages-000001.jsonl"
        try writeFile(path, try readText(path).replacing(#""three""#, with: #""three"#))
      case .content, .contentGone:
        let stored = try store.blobs.put(Array("hello".utf8))
        path = store.blobs.path(stored.cid)
        line = nil
        try writeFile(path, "hallo")
        guard harm == .contentGone else { break }
        let artifact = Artifact(
          id: "a", attemptN: nil, kind: "file", title: "t", contentType: "text/plain",
          sizeBytes: 5, cid: stored.cid, createdAt: Timestamp(milliseconds: 0),
          createdBy: Sample.client)
        try store.apply(.artifactBound(artifact), to: "a")
        try RealFileSystem().remove(path)
      }
      let audit = try TaskStore.open(root).verify()
      let first = try #require(audit.breaks.first, "\(harm) was not seen")
      #expect(first.path == path && first.line == line, "\(audit.breaks)")
      if path == Self.segment(root), harm != .cut, harm != .lineTwice, harm != .newline {
        #expect([3, 4].contains(first.number), "\(audit.breaks)")
      }
      #expect(!audit.isWhole && !first.reason.isEmpty)
    }
  }

  @Test func aTornLastLineIsNoBreak() throws {
    try withTemporaryDirectory { folder in
      let root = folder + "/store"
      _ = try Self.fill(root)
      try writeFile(Self.segment(root), try readText(Self.segment(root)) + #"{"n":6,"at"#)
      let audit = try TaskStore.open(root).verify()
      #expect(audit.isWhole && audit.events == 5 && audit.notes.count == 1)
    }
  }

  @Test func aDamagedNewlineCostsNothing() throws {
    try withTemporaryDirectory { folder in
      let root = folder + "/store"
      let before = try Self.fill(root).all()
      let text = try readText(Self.segment(root))
      for place in text.utf8.indices.dropLast() where text.utf8[place] == UInt8(ascii: "\n") {
        var bytes = Array(text.utf8)
        bytes[text.utf8.distance(from: text.startIndex, to: place)] = UInt8(ascii: "\u{B}")
        try RealFileSystem().replace(Self.segment(root), with: bytes)
        let opened = try TaskStore.open(root)
        #expect(try opened.all() == before)
        #expect(try opened.number() == 5)
        #expect(try !opened.verify().isWhole)
      }
    }
  }
}
