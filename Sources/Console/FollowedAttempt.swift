import JSON
import MCP
import Posix
import TaskStore
import Tasks
import Tools

/// Is an attempt whose messages pages want to hear, after one of them.
struct FollowedAttempt: Sendable {
  let task: TaskID
  let attempt: Int
  var seq: Int
  /// Tells that its folder wakes who waits.
  var isWatched = false
  private let folder: String

  /// Bounds how many one stream follows: more than a person has pages open.
  private static let most = 32

  /// Reads `task:attempt:seq`, several of them after commas; what is not there is left out, since
  /// the others are wanted all the same.
  static func all(_ text: String, resuming seqs: [Int?], _ toolbox: Toolbox) -> [FollowedAttempt] {
    let asked = text.split(separator: ",").prefix(most).enumerated()
    return asked.compactMap { at, word in
      let parts = word.split(separator: ":").map(String.init)
      guard parts.count == 3, let attempt = Int(parts[1]), attempt > 0, let seq = Int(parts[2])
      else { return nil }
      do throws(ToolFailure) {
        let record = try toolbox.workshop.shownTask(TaskReference(parts[0]))
        let store = try toolbox.workshop.store()
        return FollowedAttempt(
          task: record.id, attempt: attempt,
          seq: max(-1, seqs.indices.contains(at) ? seqs[at] ?? seq : seq),
          folder: store.layout.attemptFolder(of: record, attempt))
      } catch {
        return nil
      }
    }
  }

  private init(task: TaskID, attempt: Int, seq: Int, folder: String) {
    self.task = task
    self.attempt = attempt
    self.seq = seq
    self.folder = folder
  }

  /// Watches its folder once that is there.
  mutating func watch(by watch: inout FileWatch) {
    guard !isWatched else { return }
    do throws(SystemError) {
      guard try FileStatus.of(folder) != nil else { return }
      try watch.add(folder)
      isWatched = true
    } catch {
      // Then it is looked at every second.
      isWatched = true
    }
  }

  /// Gives the next messages as a page's event, and moves on; nil if there are none.
  mutating func next(_ toolbox: Toolbox, _ caller: Caller) -> (event: JSONValue, hasMore: Bool)? {
    let page: JSONValue
    do throws(ToolFailure) {
      page = try toolbox.answer(
        "tasks_messages_list",
        [
          "task_id": .string("\(task)"), "attempt_n": .integer(attempt),
          "after_seq": .integer(seq), "limit": 200, "include_deltas": true, "max_bytes": 40_000,
        ], caller)
    } catch {
      // Of an attempt that cannot be read now nothing is told; its task's changes say why.
      return nil
    }
    guard let reached = page["nextAfterSeq"]?.intValue, reached > seq else { return nil }
    defer { seq = reached }
    let event: JSONValue = [
      "task": .string("\(task)"), "attempt": .integer(attempt), "after": .integer(seq),
      "page": page,
    ]
    return (event, page["hasMore"] == true)
  }
}
