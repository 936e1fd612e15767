import JSON
import Posix
import TaskStore
import Tasks
import TestSupport
import Testing

/// Checks that what an attempt has said can be read again, whatever became of its files.
struct MessageMendingTests {
  struct Damage: Sendable, CustomTestStringConvertible {
    var name: String
    /// The numbers that are read after; those of markers included.
    var numbers: [Int]
    /// The number of what is said next.
    var next = 8
    /// Which of them are markers.
    var markers: [Int]
    var cause: @Sendable (_ lines: inout [String]) -> Void
    var testDescription: String { name }
  }

  static let damages: [Damage] = [
    Damage(name: "a line", numbers: Array(0..<8), markers: [3]) { $0[3] = "x" + $0[3] },
    Damage(name: "the first", numbers: Array(0..<8), markers: [0]) { $0[0] = "{" },
    Damage(name: "the last", numbers: Array(0..<8), markers: [7]) { $0[7] = "{" },
    Damage(name: "two in a row", numbers: [0, 1, 2, 3, 6, 7], markers: [3]) {
      $0[4] = ""
      $0[3] = "?"
      $0[5] = "?"
    },
    Damage(name: "the end of a line", numbers: [0, 1, 2, 5, 6, 7], markers: [2]) {
      $0[2] += "x" + $0.remove(at: 3)
      $0[3] = "?"
    },
    // Nobody can tell that what is left was two.
    Damage(name: "the end of the last but one", numbers: Array(0...6), next: 7, markers: [6]) {
      $0[6] += "x" + $0.remove(at: 7)
    },
    Damage(name: "a number that is too high", numbers: Array(0..<8), markers: [3]) {
      $0[3] = $0[3].replacing(#""seq":3"#, with: #""seq":7"#)
    },
    Damage(name: "a number that is far too high at the end", numbers: Array(0..<8), markers: [7]) {
      $0[7] = $0[7].replacing(#""seq":7"#, with: #""seq":7000000"#)
    },
    Damage(name: "a number that is too low", numbers: Array(0..<8), markers: [5]) {
      $0[5] = $0[5].replacing(#""seq":5"#, with: #""seq":1"#)
    },
    Damage(name: "a line that is gone", numbers: [0, 1, 2, 3, 4, 5, 6, 7], markers: [4]) {
      $0.remove(at: 4)
    },
    Damage(name: "everything", numbers: [0], markers: [0]) { lines in
      for place in lines.indices { lines[place] = "garbage" }
    },
  ]

  @Test(arguments: damages)
  func damagedLinesAreKeptAndMarked(_ damage: Damage) throws {
    try withTemporaryDirectory { folder in
      let (store, log) = try Self.talk(folder)
      try log.append((0..<8).map { .text("text \($0)") })
      try log.sync()
      let path = Self.attempt(store) + "/messages-000001.jsonl"
      var lines = try readText(path).split(separator: "\n").map(String.init)
      damage.cause(&lines)
      lines.removeAll { $0.isEmpty }
      try writeFile(path, lines.joined(separator: "\n") + "\n")
      #expect(try !store.verify().isWhole)
      try Self.mend(store)

      let audit = try store.verify()
      #expect(audit.isWhole && audit.history.isEmpty, "\(audit.breaks)")
      let page = try MessageReader(folder: Self.attempt(store)).read(MessageQuery())
      #expect(page.items.map(\.seq) == damage.numbers)
      #expect(page.items.filter(\.isMarker).map(\.seq) == damage.markers)
      let whole = page.items.filter { !$0.isMarker }
      #expect(whole.allSatisfy { $0.body == .text("text \($0.seq)") })
      // Every line that was there is there still, or kept.
      let isKept = try RealFileSystem().exists(store.layout.damaged)
      let kept = isKept ? try RealFileSystem().list(store.layout.damaged) : []
      let aside = try kept.map { try readText(store.layout.damaged + "/" + $0) }.joined()
      let now = try readText(path)
      for line in lines { #expect(now.contains(line) || aside.contains(line), "\(line)") }
      #expect(
        try MessageLog.Writer(folder: Self.attempt(store)).append(.text("next")) == damage.next)
      #expect(try store.verify().isWhole)
    }
  }

  @Test(arguments: [1, 2, 3])
  func aSegmentThatIsGoneIsMarkedAndThoseBehindItAreReadAgain(_ gone: Int) throws {
    try withTemporaryDirectory { folder in
      let (store, log) = try Self.talk(folder)
      let filling = String(repeating: "x", count: 100_000)
      try log.append((0..<45).map { .text("\($0) " + filling) })
      try log.sync()
      let path = Self.attempt(store) + "/messages-00000\(gone).jsonl"
      let count = try readText(path).split(separator: "\n").count
      try RealFileSystem().remove(path)
      try Self.mend(store)
      #expect(try store.verify().isWhole)
      var query = MessageQuery()
      query.maxBytes = 64 << 20
      let page = try MessageReader(folder: Self.attempt(store)).read(query)
      #expect(page.items.count == 45 - count + 1 && page.items.last?.seq == 44)
      #expect(page.items.filter(\.isMarker).count == 1)
    }
  }

  @Test func whatIsBeingSaidIsLeftAlone() throws {
    try withTemporaryDirectory { folder in
      let (store, log) = try Self.talk(folder)
      try log.append([.text("a"), .text("b")])
      let path = Self.attempt(store) + "/messages-000001.jsonl"
      let spoilt = try readText(path).replacing(#""kind""#, with: #""kynd""#)
      try writeFile(path, spoilt)
      let lock = try store.lockAttempt(store.all()[0].id, 1)
      try Self.mend(store)
      #expect(try readText(path) == spoilt)
      lock?.release()
      try Self.mend(store)
      #expect(try store.verify().isWhole)
    }
  }

  private static func talk(_ folder: String) throws -> (TaskStore, MessageLog.Writer) {
    let store = try TaskStore.open(folder + "/store")
    try store.add("a")
    try store.apply(Sample.claim(), to: "a")
    return (store, try MessageLog.Writer(folder: attempt(store)))
  }

  private static func attempt(_ store: TaskStore) -> String {
    (try? store.all().first).map { store.layout.attemptFolder(of: $0, 1) } ?? ""
  }

  private static func mend(_ store: TaskStore) throws {
    var mending = StoreMending(root: store.layout.root)
    try mending.mendBeside(store.verify(), by: Sample.client)
  }
}

extension Message {
  fileprivate var isMarker: Bool {
    if case .info(_, let data?) = body { data["lostThrough"] != nil } else { false }
  }
}
