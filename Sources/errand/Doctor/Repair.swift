import Posix
import Runner
import TaskStore
import Tasks
import Tools

/// Mends a store as far as that is safe, and settles what nobody owns.
enum Repair {
  /// Gives what was done, in words.
  static func carryOut(_ root: String, isDeep: Bool) throws(Complaint) -> [String] {
    // Asked before the store is opened, which may be what needs mending.
    try refuseInside()
    let actor = Caller.terminal(user: Environment.userName).actor
    var mending = StoreMending(root: root)
    do throws(StoreError) {
      guard try exists(root) else { return [] }
      try mending.mend(by: actor)
      let store = try TaskStore.open(root)
      if isDeep { try mending.mendBeside(store.verify(), by: actor) }
      return mending.done + (try settle(store, actor))
    } catch {
      throw Complaint(
        "The store could not be mended in full.", why: ["\(error)"] + mending.done,
        next: error.nextStep, code: .tryLater)
    }
  }

  private static func exists(_ root: String) throws(StoreError) -> Bool {
    do throws(SystemError) { return try FileStatus.of(root) != nil } catch { throw .disk(error) }
  }

  /// Settles attempts whose owner died, and tasks of which a change could not be read.
  private static func settle(
    _ store: TaskStore, _ actor: Actor
  ) throws(StoreError) -> [String] {
    do throws(RunnerError) {
      let settled = try Reconciler.reconcile(store: store, by: actor)
      try store.asking { (store) throws(StoreError) in try store.sync() }
      return settled.map { "settled \($0.spec.name), whose supervisor had died" }
        + (try endInDoubt(store, actor))
    } catch {
      switch error {
      case .store(let error): throw error
      case .system(let error): throw .disk(error)
      case .spawn(let reason), .notHandedOver(let reason): throw .stopped(reason)
      }
    }
  }

  /// Ends what is in doubt, unless a living supervisor knows better.
  private static func endInDoubt(
    _ store: TaskStore, _ actor: Actor
  ) throws(RunnerError) -> [String] {
    var done: [String] = []
    for id in try store.asking({ (store) throws(StoreError) in try store.damagedTasks() }) {
      let known = try store.asking { (store) throws(StoreError) in try store.lastKnown(id: id) }
      guard let known else { continue }
      let ended = try Reconciler.settleInDoubt(known, store: store, by: actor)
      done.append(
        ended.map {
          "said \($0.spec.name) anew as \($0.status.rawValue): a change of it could not be read"
        } ?? "left \(known.spec.name) to its supervisor, which lives")
    }
    return done
  }

  static func refuseInside() throws(Complaint) {
    try Complaint.unlessOutsideOfAttempts(
      "the store can only be read", next: "Run it from a terminal of your own.")
  }
}

extension TaskStore {
  /// Asks the store, with a failure in the runner's words.
  fileprivate func asking<Answer>(
    _ body: (TaskStore) throws(StoreError) -> Answer
  ) throws(RunnerError) -> Answer {
    do throws(StoreError) { return try body(self) } catch { throw .store(error) }
  }
}
