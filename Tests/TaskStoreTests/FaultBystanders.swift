import Tasks

@testable import TaskStore

/// Is what a sequence of operations finds and does not change: none of it may be lost or altered.
struct FaultBystanders {
  private var tasks: [TaskRecord] = []
  private var secrets: [TaskID: [String: String]] = [:]
  private var schedules: [(schedule: Schedule, environment: [String: String])] = []
  private var handles: [WaitHandle] = []

  static let reader = InboxReader(client: "bystander", team: "local")
  static let cursor = 3

  init() {}

  /// Looks at what there is before a sequence.
  init(of store: TaskStore, slots: Int) throws(StoreError) {
    for record in try store.all() where Self.isTold(record) { tasks.append(record) }
    for slot in 0..<slots {
      if let record = try Self.deleted("binned-\(slot)", in: store) { tasks.append(record) }
      if let handle = try store.waitHandle("old-\(slot)") { handles.append(handle) }
    }
    if let handle = try store.waitHandle("keeping") { handles.append(handle) }
    for task in tasks { secrets[task.id] = try store.secrets(of: task.id) }
    for schedule in try store.schedules() {
      schedules.append((schedule, try store.environment(of: schedule)))
    }
  }

  /// Those that are damaged from the beginning have operations that look at them.
  private static func isTold(_ record: TaskRecord) -> Bool {
    let kind = String(record.spec.name.prefix { $0 != "-" })
    return ["queued", "running", "done", "ended"].contains(kind)
  }

  private static func deleted(
    _ name: String, in store: TaskStore
  ) throws(StoreError) -> TaskRecord? {
    do throws(StoreError) { return try store.deleted(TaskReference(name)) } catch {
      if case .notFound = error { return nil }
      throw error
    }
  }

  /// Says which of them is not as it was, of those that the sequence does not change.
  func harmed(in store: TaskStore, by sequence: [FaultOperation]) throws(StoreError) -> String? {
    let changed = Self.changed(by: sequence)
    for task in tasks where !changed.contains(task.spec.name) {
      let found = try store.lastKnown(id: task.id)
      if found != task {
        let now = found.map { "\($0.status), revision \($0.revision)" } ?? "nothing"
        return "\(task.spec.name) has become \(now)"
      }
      // Those of an ended task are swept sooner or later.
      if task.status.isTerminal || changed.contains("secrets of \(task.spec.name)") { continue }
      if try store.secrets(of: task.id) != secrets[task.id] {
        return "\(task.spec.name) has other secrets"
      }
    }
    let known = try store.schedules()
    for (schedule, environment) in schedules
    where !changed.contains("schedule \(schedule.name)") {
      guard known.contains(schedule) else { return "the schedule \(schedule.name) is another" }
      if try store.environment(of: schedule) != environment {
        return "the schedule \(schedule.name) has another environment"
      }
    }
    // Their time is over when there is pruned.
    for handle in handles
    where !changed.contains("handle \(handle.id)") && !sequence.contains(.prune) {
      if try store.waitHandle(handle.id) != handle { return "the wait \(handle.id) is another" }
    }
    if !tasks.isEmpty, try store.inboxCursor(Self.reader) != Self.cursor { return "lost a cursor" }
    return nil
  }

  private static func changed(by sequence: [FaultOperation]) -> Set<String> {
    var names: Set<String> = []
    for (slot, operation) in sequence.enumerated() {
      switch operation {
      case .claim: names.insert("queued-\(slot)")
      case .settle: names.insert("running-\(slot)")
      case .removeSecrets: names.insert("secrets of running-\(slot)")
      case .delete: names.insert("done-\(slot)")
      case .restore: names.insert("binned-\(slot)")
      case .prune: names.insert("ended")
      case .endHandle: names.insert("handle old-\(slot)")
      case .removeSchedule, .changeSchedule, .decide: names.insert("schedule old-\(slot)")
      case .create, .peerCreates, .say, .putBlob, .stageFile, .writeSecrets, .key, .makeHandle,
        .moveCursor, .compact, .reopen, .copy, .replay, .mend, .heal, .lock, .keepSchedule,
        .takeOver, .keepPlace, .makeCode, .enter, .signOut, .sweepSecrets, .sweepContent:
        break
      }
    }
    return names
  }
}
