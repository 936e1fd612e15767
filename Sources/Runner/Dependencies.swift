import TaskStore
import Tasks

/// Lets start what waited for other tasks, and ends what waits for something that cannot come.
package enum Dependencies {
  /// Judges every task that waits for others, or for the one given only; true if anything changed.
  /// The caller syncs.
  ///
  /// What one ending decides may end another that a third waits for, so it is looked again.
  @discardableResult
  package static func decide(
    in store: TaskStore, by actor: Actor, after changed: TaskID? = nil
  ) throws(StoreError) -> Bool {
    var news = changed.map { Set([$0]) }
    var hasDecided = false
    while true {
      let decided = try decide(among: store.activeTasks(), in: store, by: actor, after: news)
      if decided.isEmpty { return hasDecided }
      (news, hasDecided) = (decided, true)
    }
  }

  /// Judges those of the given tasks that wait for others, given all that have not ended; gives
  /// those that changed.
  static func decide(
    among tasks: [TaskRecord], in store: TaskStore, by actor: Actor, after news: Set<TaskID>? = nil
  ) throws(StoreError) -> Set<TaskID> {
    let waiting = tasks.filter { task in
      guard task.hold?.reason == .dependencies else { return false }
      guard let news, let condition = task.spec.claimCondition else { return true }
      return condition.tasks.contains(where: news.contains)
    }
    guard !waiting.isEmpty else { return [] }
    let known = Dictionary(uniqueKeysWithValues: tasks.map { ($0.id, $0) })
    var decided: Set<TaskID> = []
    for task in waiting {
      guard let event = try event(for: task, known, store) else { continue }
      let found = try sparing { () throws(StoreError) in
        try store.change(.id(task.id), by: actor) { (fresh) throws(StoreError) in
          fresh.hold?.reason == .dependencies ? event : nil
        }
      }
      guard found != nil else { continue }
      decided.insert(task.id)
      if case .failed = event { try store.removeSecrets(of: task.id) }
    }
    return decided
  }

  private static func event(
    for task: TaskRecord, _ known: [TaskID: TaskRecord], _ store: TaskStore
  ) throws(StoreError) -> TaskEvent? {
    guard let condition = task.spec.claimCondition else { return .released }
    let (standings, names) = try standings(of: condition.tasks, known, store)
    switch condition.evaluate({ standings[$0] }) {
    case .pending: return nil
    case .satisfied: return .released
    case .unsatisfiable(let id):
      let name = names[id] ?? id.description
      let state = standings[id].map { "is \($0.status.rawValue)" } ?? "is gone"
      return .failed(
        AttemptError(
          .dependencyUnsatisfiable, "It waited for task \(name), which \(state)."))
    }
  }

  /// Tells whether a task that may start must wait after all, and holds it: what it waited for may
  /// have been sent back since. Who has started once has started. The caller syncs.
  static func holdBack(
    _ task: TaskRecord, in store: TaskStore, by actor: Actor
  ) throws(StoreError) -> Bool {
    guard task.attemptCount == 0, let condition = task.spec.claimCondition else { return false }
    let standings = try standings(of: condition.tasks, [:], store).0
    guard condition.evaluate({ standings[$0] }) != .satisfied else { return false }
    try store.change(.id(task.id), by: actor) { (fresh) throws(StoreError) in
      fresh.status == .queued ? .held(.dependencies, resumeAt: nil) : nil
    }
    return true
  }

  /// Says in a line which tasks one still waits for; nil where it waits for none.
  package static func awaited(
    by task: TaskRecord, in store: TaskStore
  ) throws(StoreError) -> String? {
    guard task.hold?.reason == .dependencies, let condition = task.spec.claimCondition
    else { return nil }
    let (standings, names) = try standings(of: condition.tasks, [:], store)
    let open = condition.awaited { standings[$0] }
    guard !open.isEmpty else { return nil }
    let told = open.prefix(mostTold).map { id in
      let state = standings[id].map {
        $0.status == .completed ? "not accepted" : $0.status.rawValue
      }
      return "\(names[id] ?? id.description) (\(state ?? "gone"))"
    }
    let rest = open.count - told.count
    return "Waits for \(told.joined(separator: ", "))\(rest > 0 ? " and \(rest) more" : "")."
  }

  private static let mostTold = 5

  private static func standings(
    of tasks: [TaskID], _ known: [TaskID: TaskRecord], _ store: TaskStore
  ) throws(StoreError) -> ([TaskID: ClaimCondition.Standing], [TaskID: String]) {
    var standings: [TaskID: ClaimCondition.Standing] = [:]
    var names: [TaskID: String] = [:]
    for id in tasks {
      let found: TaskRecord?
      do throws(StoreError) {
        found = if let one = known[id] { one } else { try store.task(id: id) }
      } catch {
        guard case .damagedTask = error else { throw error }
        // How it stands is not known, so nothing can be concluded from it.
        standings[id] = ClaimCondition.Standing(status: .waiting, isAccepted: false)
        continue
      }
      standings[id] = found.map {
        ClaimCondition.Standing(status: $0.status, isAccepted: $0.acceptedAttemptN != nil)
      }
      names[id] = found?.spec.name
    }
    return (standings, names)
  }
}
