import Agents
import JSON
import Posix
import TaskStore
import Tasks

/// Owns one attempt: its lock, its agent's process tree, its clocks, its messages and its end.
package enum Supervisor {
  /// Runs a claimed attempt to its end; the descriptor carries the lock its claimer took.
  ///
  /// Returns 0 once the attempt is settled, whatever became of it, and 1 if it could not be.
  package static func run(
    root: String, task: TaskID, attempt: Int,
    lockDescriptor: Int32 = SuperviseCommand.lockDescriptor,
    environment: [String: String] = Environment.current
  ) -> Int32 {
    // The umask stays the creator's: it is the agent's, too, and our own files name their modes.
    Signal.ignoreBrokenPipe()
    let lock = FileLock(adopting: Descriptor(inherited: lockDescriptor))
    do throws(RunnerError) {
      try see(root: root, task: task, attempt: attempt, environment)
      lock.release()
      return 0
    } catch {
      StandardError.write("errand supervise \(task) \(attempt): \(error)\n")
      // Given up only now: whoever takes it finds an attempt that nobody owns, and settles it.
      lock.release()
      return 1
    }
  }

  /// A broken configuration ends no attempt: the defaults do.
  private static func timing(
    _ environment: [String: String], profile: String
  ) -> SupervisorTiming {
    do throws(ConfigurationError) {
      return SupervisorTiming(
        try Configuration.load(environment: environment).0, profile: profile)
    } catch {
      return SupervisorTiming()
    }
  }

  private static func see(
    root: String, task: TaskID, attempt attemptN: Int, _ environment: [String: String]
  ) throws(RunnerError) {
    // An agent's work is not given up because somebody stopped a program that writes.
    let store = try fromStore { () throws(StoreError) in
      try TaskStore.open(root, lockPatience: .seconds(900))
    }
    let record = try fromStore { () throws(StoreError) in try store.task(.id(task)) }
    guard let attempt = record.latestAttempt, attempt.attemptN == attemptN,
      record.status == .dispatched
    else { throw .notHandedOver("attempt \(attemptN) of \(task) is not waiting to be started") }
    try proveOwned(store, record, attemptN)
    let supervised = SupervisedAttempt(
      store: store, record: record, attempt: attempt,
      timing: timing(environment, profile: record.spec.launch.profile),
      environment: environment)
    try supervised.run()
  }

  /// Refuses to touch an attempt whose lock is free: then the descriptor given was something else.
  private static func proveOwned(
    _ store: TaskStore, _ record: TaskRecord, _ attemptN: Int
  ) throws(RunnerError) {
    let path = store.layout.attemptLock(of: record, attemptN)
    let free = try fromSystem { () throws(SystemError) in try FileLock.tryAcquire(path) }
    guard free == nil else { throw .notHandedOver("the attempt's lock was not handed down") }
  }
}
