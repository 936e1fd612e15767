import HTTP
import JSON
import MCP
import Posix
import TaskStore
import Tools

/// Tells pages what changes in the store, and what some attempts say, from a number on.
///
/// An event's id is `number` or `number:seq,seq`: the last change and the last message of each
/// attempt before it. A page that comes back with it misses nothing.
struct EventFeed: Sendable {
  private let toolbox: Toolbox
  private let caller: Caller
  private let store: TaskStore
  private let start: Int?
  private let followed: [FollowedAttempt]

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
    let seqs = resume.count > 1 ? resume[1].split(separator: ",").map { Int($0) } : []
    followed = FollowedAttempt.all(query["follow"] ?? "", resuming: seqs, toolbox)
  }

  /// Tells until nobody listens.
  func run(_ sink: EventSink) throws(EventSink.Ended) {
    do throws(StoreError) {
      var followed = followed
      var number: Int
      if let start { number = start } else { number = try store.number() }
      var watch = try store.makeJournalWatch()
      // The page knows by this from where it may come back.
      try send("open", Self.id(number, followed), Array("{}".utf8), sink)
      while true {
        for at in followed.indices { followed[at].watch(by: &watch) }
        try tellChanges(after: &number, followed, sink)
        if try tellMessages(&followed, number, sink) { continue }
        let deadline = followed.isEmpty ? nil : MonotonicTime.after(Self.longestLook)
        let descriptor = watch.descriptor
        try ended { () throws(EventSink.Ended) in
          if try sink.wait(for: [descriptor], until: deadline) {
            _ = try sink.wait(for: [], until: .after(Self.rest))
          }
        }
        do throws(SystemError) { try watch.drain() } catch { throw StoreError.disk(error) }
      }
    } catch {
      // The page comes back, and hears then what is wrong with the store.
      throw EventSink.Ended()
    }
  }

  private static func id(_ number: Int, _ followed: [FollowedAttempt]) -> String {
    if followed.isEmpty { return "\(number)" }
    return "\(number):" + followed.map { "\($0.seq)" }.joined(separator: ",")
  }

  private func tellChanges(
    after number: inout Int, _ followed: [FollowedAttempt], _ sink: EventSink
  ) throws(StoreError) {
    guard let changes = try store.changes(after: number) else {
      // Too long ago to tell what changed: the page looks at everything anew.
      number = try store.number()
      let data: JSONValue = ["number": .integer(number)]
      return try send("reset", Self.id(number, followed), data.bytes, sink)
    }
    guard let last = changes.last else { return }
    let tasks = Set(changes.map(\.task)).sorted().map { JSONValue.string("\($0)") }
    let data: JSONValue = [
      "after": .integer(number), "number": .integer(last.number), "tasks": .array(tasks),
    ]
    number = last.number
    try send("changes", Self.id(number, followed), data.bytes, sink)
  }

  /// Tells the next messages of each; true if there are more already.
  private func tellMessages(
    _ followed: inout [FollowedAttempt], _ number: Int, _ sink: EventSink
  ) throws(StoreError) -> Bool {
    var hasMore = false
    for at in followed.indices {
      guard let next = followed[at].next(toolbox, caller) else { continue }
      if next.hasMore { hasMore = true }
      try send("messages", Self.id(number, followed), next.event.bytes, sink)
    }
    return hasMore
  }

  private func send(
    _ name: String, _ id: String, _ data: [UInt8], _ sink: EventSink
  ) throws(StoreError) {
    try ended { () throws(EventSink.Ended) in try sink.send(name, id: id, data) }
  }

  /// Lets the end of the listening end everything.
  private func ended<Value>(
    _ body: () throws(EventSink.Ended) -> Value
  ) throws(StoreError) -> Value {
    do throws(EventSink.Ended) { return try body() } catch { throw .stopped("nobody listens") }
  }
}
