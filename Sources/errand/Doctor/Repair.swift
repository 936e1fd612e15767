import Agents
import Posix
import Runner
import TaskStore
import Tasks
import Tools

/// Mends a store as far as that is safe, and settles what nobody owns.
enum Repair {
  /// Gives what was done, in words.
  static func carryOut(_ root: String, isDeep: Bool) throws(Complaint) -> [String] {
    let environment = Environment.current
    // Asked before the store is opened, which may be what needs mending.
    if environment[AgentEnvironment.Name.attempt] != nil { throw refusal }
    let actor = Caller.terminal(user: Environment.userName).actor
    var mending = StoreMending(root: root)
    do throws(StoreError) {
      guard try exists(root) else { return [] }
      try mending.mend(by: actor)
      let store = try TaskStore.open(root)
      if isDeep { try mending.setAsideContent(store.verify()) }
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

  /// Settles attempts whose owner died.
  private static func settle(
    _ store: TaskStore, _ actor: Actor
  ) throws(StoreError) -> [String] {
    do throws(RunnerError) {
      let settled = try Reconciler.reconcile(store: store, by: actor)
      try store.syncing(RunnerError.store)
      return settled.map { "settled \($0.spec.name), whose supervisor had died" }
    } catch {
      switch error {
      case .store(let error): throw error
      case .system(let error): throw .disk(error)
      case .spawn(let reason): throw .stopped(reason)
      }
    }
  }

  static let refusal = Complaint(
    "This runs inside an attempt, where the store can only be read.",
    next: "Run it from a terminal of your own.", code: .usage)
}

extension TaskStore {
  /// Makes durable what was done, in the caller's own words for a failure.
  fileprivate func syncing<Failure>(
    _ word: (StoreError) -> Failure
  ) throws(Failure) {
    do throws(StoreError) { try sync() } catch { throw word(error) }
  }
}
