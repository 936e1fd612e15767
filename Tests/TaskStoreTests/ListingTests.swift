import JSON
import Posix
import TaskStore
import Tasks
import TestSupport
import Testing

/// Checks every filter, the order, the totals and the cursors of a list.
struct ListingTests {
  struct Case: Sendable, CustomTestStringConvertible {
    let name: String
    let expected: Set<String>
    let change: @Sendable (inout TaskQuery) -> Void

    init(
      _ name: String, _ expected: Set<String>,
      _ change: @escaping @Sendable (inout TaskQuery) -> Void
    ) {
      self.name = name
      self.expected = expected
      self.change = change
    }

    var testDescription: String { name }
  }

  private static let parent = TaskID("0190a0b0-0000-7000-8000-000000000001") ?? .init(bytes: [])

  /// Makes six tasks that differ in everything a query can ask for.
  private static func fill(_ store: TaskStore) throws {
    try store.add("plain")
    try store.add("typed") { $0.taskType = "command" }
    try store.add("tagged") { $0.tags = ["red", "blue"] }
    try store.add("related") {
      $0.correlationId = "c1"
      $0.diaryId = "d1"
      $0.parentId = parent
      $0.tags = ["red"]
    }
    try store.add("tried") { $0.launch.profile = "other" }
    try store.apply(Sample.claim(), to: "tried")
    try store.apply(Sample.started, to: "tried")
    let usage = Usage(model: "m1", provider: "p1")
    try store.apply(
      .settled(Settlement(attemptN: 1, leaseId: "lease", outcome: .completed, usage: usage)),
      to: "tried")
    let foreign = Sample.spec("foreign") { $0.teamId = "them" }
    _ = try store.create(
      foreign, by: Actor(kind: .cli, name: "somebody"), nameIsGiven: true)
    try store.sync()
  }

  private static let names = ["plain", "typed", "tagged", "related", "tried", "foreign"]
  private static let all = Set(names.dropLast())
  private static let cases: [Case] = [
    Case("nothing asked", all) { _ in },
    Case("status", ["tried"]) { $0.statuses = [.completed] },
    Case("several statuses", all) { $0.statuses = [.completed, .queued] },
    Case("type", ["typed"]) { $0.taskTypes = ["command", "unknown"] },
    Case("profile", ["tried"]) { $0.profile = "other" },
    Case("one tag", ["tagged", "related"]) { $0.tags = ["red"] },
    Case("all tags", ["tagged"]) { $0.tags = ["blue", "red"] },
    Case("parent", ["related"]) { $0.parentId = parent },
    Case("correlation", ["related"]) { $0.correlationId = "c1" },
    Case("diary", ["related"]) { $0.diaryId = "d1" },
    Case("team", ["foreign"]) { $0.teamId = "them" },
    Case("any team", all.union(["foreign"])) { $0.teamId = nil },
    Case("a team nobody is in", []) { $0.teamId = "nobody" },
    Case("tried", ["tried"]) { $0.hasAttempts = true },
    Case("not tried", all.subtracting(["tried"])) { $0.hasAttempts = false },
    Case("text in the name", ["typed"]) { $0.text = "TYPE" },
    Case("text in the title", all) { $0.text = "title OF" },
    Case("text in the brief", ["related"]) { $0.text = "Do Rel" },
    Case("text nowhere", []) { $0.text = "elsewhere" },
    Case("creator", ["foreign"]) {
      $0.createdBy = "somebody"
      $0.teamId = nil
    },
    Case("model", ["tried"]) { $0.model = "m1" },
    Case("provider", ["tried"]) { $0.provider = "p1" },
    Case("another provider", []) { $0.provider = "p2" },
    Case("queued since", all) { $0.queuedAfter = Timestamp(milliseconds: 0) },
    Case("queued until", []) { $0.queuedBefore = Timestamp(milliseconds: 1) },
    Case("ended since", ["tried"]) { $0.completedAfter = Timestamp(milliseconds: 0) },
    Case("ended until", []) { $0.completedBefore = Timestamp(milliseconds: 1) },
    Case("changed since", ["tried"]) { $0.changedAfter = 5 },
    Case("two things at once", ["related"]) {
      $0.tags = ["red"]
      $0.diaryId = "d1"
    },
  ]

  @Test(arguments: cases)
  func aFilterFindsItsTasksInTheTailAndInTheSnapshot(_ filter: Case) throws {
    try withTemporaryDirectory { folder in
      let store = try TaskStore.open(folder + "/store")
      try Self.fill(store)
      for isCompacted in [false, true] {
        if isCompacted { try store.compactIfWorthwhile(always: true) }
        for order in TaskQuery.Order.allCases {
          var query = TaskQuery()
          filter.change(&query)
          query.order = order
          let page = try store.list(query)
          #expect(Set(page.items.map(\.spec.name)) == filter.expected)
          let places = page.items.compactMap { Self.names.firstIndex(of: $0.spec.name) }
          #expect(places == (order == .newest ? places.sorted(by: >) : places.sorted()))
          #expect(page.total == filter.expected.count)
          #expect(page.counts.values.reduce(0, +) == page.total)
          query.limit = 1
          #expect(try store.list(query).total == page.total, "the total is not the page's")
        }
      }
    }
  }

  @Test(arguments: TaskQuery.Order.allCases, [false, true])
  func pagesMissNothingWhileTasksComeAndGo(_ order: TaskQuery.Order, _ byStatus: Bool) throws {
    try withTemporaryDirectory { folder in
      let store = try TaskStore.open(folder + "/store")
      for number in 0..<20 { try store.add("old-\(number)") }
      try store.compactIfWorthwhile(always: true)
      var query = TaskQuery()
      query.order = order
      query.limit = 3
      if byStatus { query.statuses = [.queued] }
      var seen: [String] = []
      var pages = 0
      repeat {
        let page = try store.list(query)
        seen += page.items.map(\.spec.name)
        query.cursor = page.nextCursor
        pages += 1
        // One that is on a page already ends, another comes.
        try store.apply(.cancelled(reason: nil), to: try #require(seen.last))
        try store.add("new-\(pages)")
        if pages == 3 { try store.compactIfWorthwhile(always: true) }
      } while query.cursor != nil && pages < 50
      let old = seen.filter { $0.hasPrefix("old") }
      let expected = (0..<20).map { "old-\($0)" }
      #expect(old == (order == .newest ? expected.reversed() : expected))
      #expect(Set(seen).count == seen.count, "nothing twice")
    }
  }

  /// More than are remembered at once, so that rows push each other out.
  @Test func aPageReadAgainIsTheSameButForWhatChanged() throws {
    try withTemporaryDirectory { folder in
      let store = try TaskStore.open(folder + "/store")
      for number in 0..<600 { try store.add("task-\(number)") }
      try store.compactIfWorthwhile(always: true)
      func names(_ status: TaskStatus) throws -> [String] {
        var query = TaskQuery()
        query.limit = 50
        query.statuses = [status]
        var all: [String] = []
        repeat {
          let page = try store.list(query)
          all += page.items.map(\.spec.name)
          query.cursor = page.nextCursor
        } while query.cursor != nil
        return all
      }
      let wanted = (0..<600).reversed().map { "task-\($0)" }
      #expect(try names(.queued) == wanted)
      #expect(try names(.queued) == wanted)
      try store.apply(.cancelled(reason: nil), to: "task-300")
      #expect(try names(.queued) == wanted.filter { $0 != "task-300" })
      #expect(try names(.cancelled) == ["task-300"])
    }
  }

  @Test(arguments: ["", "x", "AAAA", "MTo", "MjphYmM"])
  func aTextThatIsNoCursorIsRefused(_ text: String) throws {
    try withTemporaryDirectory { folder in
      let store = try TaskStore.open(folder + "/store")
      try store.add("a")
      var query = TaskQuery()
      query.cursor = text
      #expect { try store.list(query) } throws: { error in
        if case .badCursor(text)? = error as? StoreError { true } else { false }
      }
    }
  }

  @Test func theInboxShowsWhatNeedsSomebodyFirstAndWhatEndedSinceOnce() throws {
    try withTemporaryDirectory { folder in
      let store = try TaskStore.open(folder + "/store")
      for name in ["asks", "ended", "runs", "waits"] { try store.add(name) }
      for name in ["asks", "ended", "runs"] {
        try store.apply(Sample.claim(), to: name)
        try store.apply(Sample.started, to: name)
      }
      try store.apply(Sample.settled(), to: "ended")
      let asked = try store.task(TaskReference("asks")).queuedAt
      try store.apply(
        .inputRequested(
          InputRequest(requestId: "r", attemptN: 1, question: "Which?", askedAt: asked)),
        to: "asks")
      let x = InboxReader(client: "x", team: "local")
      let inbox = try store.inbox(x, limit: 10)
      #expect(inbox.needsYou.map(\.spec.name) == ["asks"])
      #expect(inbox.finished.map(\.spec.name) == ["ended"])
      #expect(inbox.running.map(\.spec.name) == ["runs"])
      #expect(inbox.queued.map(\.spec.name) == ["waits"])
      #expect(inbox.left.all == 0 && inbox.counts.values.reduce(0, +) == 4)
      try store.moveInboxCursor(x, to: inbox.cursor, by: Sample.client)
      let second = try store.inbox(x, limit: 1)
      #expect(second.finished.isEmpty && second.needsYou.count == 1 && second.left == (2, 0))
      #expect(
        try store.inbox(InboxReader(client: "y", team: "local"), limit: 10).finished.count == 1)
      #expect(try store.inbox(InboxReader(client: "y", team: "them"), limit: 10).counts.isEmpty)
    }
  }

  @Test func subtasksAreBoundedInNumberAndDepth() throws {
    try withTemporaryDirectory { folder in
      let store = try TaskStore.open(folder + "/store")
      var parent = try store.add("root").id
      for depth in 1...Limits().depth {
        let above = parent
        parent = try store.add("depth-\(depth)") { $0.parentId = above }.id
      }
      func isLimit(_ error: any Error) -> Bool {
        if case .limit? = error as? StoreError { true } else { false }
      }
      let deepest = parent
      #expect { try store.add("too-deep") { $0.parentId = deepest } } throws: { isLimit($0) }
      let root = try store.task(TaskReference("root")).id
      for number in 1..<Limits().subtasks {
        _ = try store.create(
          Sample.spec("child-\(number)") { $0.parentId = root }, by: Sample.client,
          nameIsGiven: true)
      }
      #expect { try store.add("too-many") { $0.parentId = root } } throws: { isLimit($0) }
    }
  }
}
