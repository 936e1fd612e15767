import HTTP
import JSON
import MCP
import Posix
import TaskStore
import Tasks
import Tools

/// Tells a page what changes in the store, and what one attempt says, from a number on.
///
/// An event's id is `number` or `number:seq`: the last change and the last message before it. A page
/// that comes back with it misses nothing.
struct EventFeed: Sendable {
  private let toolbox: Toolbox
  private let caller: Caller
  private let store: TaskStore
  private let start: Int?
  private let followed: Followed?

  /// Is the attempt whose messages are told.
  private struct Followed: Sendable {
    var task: TaskRecord
    var attempt: Int
    var seq: Int
    var folder: String
  }

  /// Lets what comes close together be told together.
  private static let rest = Duration.milliseconds(25)
  /// Looks by itself now and then, where a folder's files cannot be watched.
  private static let longestLook = Duration.seconds(1)

  init(_ toolbox: Toolbox, _ caller: Caller, _ head: RequestHead) throws(ToolFailure) {
    self.toolbox = toolbox
    self.caller = caller
    store = try toolbox.workshop.store()
    let query = head.target.query
    let resume = (head.fields["Last-Event-ID"] ?? query["after"] ?? "").split(separator: ":")
    start = resume.first.flatMap { Int($0) }.flatMap { $0 >= 0 ? $0 : nil }
    guard let task = query["task"], let attempt = query["attempt"].flatMap({ Int($0) }),
      attempt > 0
    else {
      followed = nil
      return
    }
    let record = try toolbox.workshop.shownTask(TaskReference(task))
    let seq = resume.count > 1 ? Int(resume[1]) : query["seq"].flatMap { Int($0) }
    followed = Followed(
      task: record, attempt: attempt, seq: max(-1, seq ?? -1),
      folder: store.layout.attemptFolder(of: record, attempt))
  }

  /// Tells until nobody listens.
  func run(_ sink: EventSink) throws(EventSink.Ended) {
    do throws(StoreError) {
      var number: Int
      if let start { number = start } else { number = try store.number() }
      var seq = followed?.seq
      var watch = try store.makeJournalWatch()
      var isFolderWatched = followed == nil
      // The page knows by this from where it may come back.
      try ended { () throws(EventSink.Ended) in
        try sink.send("open", id: Self.id(number, seq), Array("{}".utf8))
      }
      while true {
        if !isFolderWatched { isFolderWatched = watchFolder(&watch) }
        try tellChanges(after: &number, seq, sink)
        let hasMore = try tellMessages(after: &seq, number, sink)
        if hasMore { continue }
        let deadline = followed.map { _ in MonotonicTime.after(Self.longestLook) }
        let descriptor = watch.descriptor
        try ended { () throws(EventSink.Ended) in
          if try sink.wait(for: [descriptor], until: deadline) {
            _ = try sink.wait(for: [], until: .after(Self.rest))
          }
        }
        try drain(watch)
      }
    } catch {
      // The page comes back, and hears then what is wrong with the store.
      throw EventSink.Ended()
    }
  }

  private static func id(_ number: Int, _ seq: Int?) -> String {
    seq.map { "\(number):\($0)" } ?? "\(number)"
  }

  private func tellChanges(
    after number: inout Int, _ seq: Int?, _ sink: EventSink
  ) throws(StoreError) {
    guard let changes = try store.changes(after: number) else {
      // Too long ago to tell what changed: the page looks at everything anew.
      number = try store.number()
      let id = Self.id(number, seq)
      return try ended { () throws(EventSink.Ended) in
        try sink.send("reset", id: id, Array("{}".utf8))
      }
    }
    guard let last = changes.last else { return }
    number = last.number
    let tasks = Set(changes.map(\.task)).sorted().map { JSONValue.string("\($0)") }
    let data: JSONValue = ["number": .integer(number), "tasks": .array(tasks)]
    let id = Self.id(number, seq)
    try ended { () throws(EventSink.Ended) in try sink.send("changes", id: id, data.bytes) }
  }

  /// Tells the next messages; true if there are more already.
  private func tellMessages(
    after seq: inout Int?, _ number: Int, _ sink: EventSink
  ) throws(StoreError) -> Bool {
    guard let followed, let last = seq else { return false }
    let page: JSONValue
    do throws(ToolFailure) {
      page = try toolbox.answer(
        "tasks_messages_list",
        [
          "task_id": .string("\(followed.task.id)"), "attempt_n": .integer(followed.attempt),
          "after_seq": .integer(last), "limit": 200, "include_deltas": true, "max_bytes": 40_000,
        ], caller)
    } catch {
      // Of an attempt that cannot be read now nothing is told; its task's changes say why.
      return false
    }
    guard let next = page["nextAfterSeq"]?.intValue, next > last else { return false }
    seq = next
    let id = Self.id(number, next)
    try ended { () throws(EventSink.Ended) in try sink.send("messages", id: id, page.bytes) }
    return page["hasMore"] == true
  }

  /// Watches the attempt's folder once it is there.
  private func watchFolder(_ watch: inout FileWatch) -> Bool {
    guard let followed else { return true }
    do throws(SystemError) {
      guard try FileStatus.of(followed.folder) != nil else { return false }
      try watch.add(followed.folder)
      return true
    } catch {
      // Then it is looked at every second.
      return true
    }
  }

  private func drain(_ watch: borrowing FileWatch) throws(StoreError) {
    do throws(SystemError) { try watch.drain() } catch { throw .disk(error) }
  }

  /// Lets the end of the listening end everything.
  private func ended<Value>(
    _ body: () throws(EventSink.Ended) -> Value
  ) throws(StoreError) -> Value {
    do throws(EventSink.Ended) { return try body() } catch { throw .stopped("nobody listens") }
  }
}
