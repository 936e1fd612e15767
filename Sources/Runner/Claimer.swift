import Agents
import Posix
import TaskStore
import Tasks

/// Takes tasks and hands each, with its lock, to a supervisor of its own.
struct Claimer {
  let store: TaskStore
  let executable: String
  let environment: [String: String]
  let actor: Actor

  /// Lets a lock lie in a list; it is given up with the last reference.
  private final class Held {
    let lock: FileLock
    init(_ lock: consuming FileLock) { self.lock = lock }
  }

  /// A task that is claimed, and whose lock is ours until its supervisor has it.
  struct Taken {
    fileprivate let record: TaskRecord
    fileprivate let attempt: Attempt
    /// Runs from the claim by a clock that nobody sets.
    fileprivate let clock: DispatchClock
    private let held: Held

    fileprivate init(_ record: TaskRecord, _ attempt: Attempt, _ lock: consuming FileLock) {
      (self.record, self.attempt, held) = (record, attempt, Held(lock))
      clock = DispatchClock(
        claimedAt: attempt.claimedAt, limitSec: record.spec.dispatchTimeoutSec)
    }

    fileprivate var lock: Int32 { held.lock.rawValue }
  }

  /// A supervisor at work.
  struct Supervised {
    let task: TaskID
    let process: ChildProcess
  }

  /// Claims tasks, then starts their supervisors as `start` does. Trouble with one is told at the
  /// end: left at once, those claimed before it would lose their locks, and end as interrupted.
  func claim(
    _ tasks: [TaskRecord], holding taken: inout [Taken], adding supervised: inout [Supervised]
  ) throws(StoreError) -> SpawnFailure? {
    var failure: StoreError?
    for task in tasks {
      do throws(StoreError) {
        let one = try sparing { () throws(StoreError) in try takeOrFail(task) }
        if let one = one ?? nil { taken.append(one) }
      } catch {
        failure = failure ?? error
      }
    }
    let crowded = try start(&taken, adding: &supervised)
    if let failure { throw failure }
    return crowded
  }

  /// Starts the supervisors of what was claimed, with one sync for all claims. What the system has
  /// no room for just now stays for another try, and what it said is given.
  func start(
    _ taken: inout [Taken], adding supervised: inout [Supervised]
  ) throws(StoreError) -> SpawnFailure? {
    guard !taken.isEmpty else { return nil }
    try store.sync()
    var failure: StoreError?
    var crowded: SpawnFailure?
    var left: [Taken] = []
    for one in taken {
      do throws(StoreError) {
        switch try sparing({ () throws(StoreError) in try start(one) }) ?? .ended {
        case .begun(let process):
          supervised.append(Supervised(task: one.record.id, process: process))
        case .ended: break
        case .later(let why):
          crowded = why
          left.append(one)
        }
      } catch {
        failure = failure ?? error
        left.append(one)
      }
    }
    taken = left
    if let failure { throw failure }
    return crowded
  }

  /// Takes a task, or fails it where its own folder is in the way: one task must not stop the rest.
  private func takeOrFail(_ task: TaskRecord) throws(StoreError) -> Taken? {
    do throws(StoreError) {
      return try take(task)
    } catch .disk(let error) where error.isAboutOnePath {
      try store.change(.id(task.id), by: actor) { (fresh) throws(StoreError) in
        fresh.status == .queued
          ? .failed(AttemptError(.storeError, "Its folder cannot be made: \(error).")) : nil
      }
      try store.removeSecrets(of: task.id)
      return nil
    }
  }

  /// Takes the lock first: from the claim on, a lock that is free means that nobody owns the task.
  private func take(_ task: TaskRecord) throws(StoreError) -> Taken? {
    let attemptN = task.attemptCount + 1
    guard let lock = try store.lockAttempt(task.id, attemptN) else { return nil }
    let claim = Claim(
      attemptN: attemptN, leaseId: RandomName.make(), profile: task.spec.launch.profile,
      resumes: task.resumableAttempt, references: try store.boundReferences(of: task))
    let record = try store.change(.id(task.id), by: actor) { (fresh) throws(StoreError) in
      fresh.status == .queued && fresh.attemptCount + 1 == attemptN ? .claimed(claim) : nil
    }
    guard let attempt = record.latestAttempt, attempt.leaseId == claim.leaseId else { return nil }
    return Taken(record, attempt, lock)
  }

  private enum Beginning {
    case begun(ChildProcess)
    case ended
    case later(SpawnFailure)
  }

  private func start(_ taken: Taken) throws(StoreError) -> Beginning {
    let (record, attemptN) = (taken.record, taken.attempt.attemptN)
    let folders = AttemptFolders(layout: store.layout, record: record, attemptN: attemptN)
    var spec = ProcessSpec(
      executable: executable, arguments: SuperviseCommand.arguments(record.id, attemptN),
      environment: SuperviseCommand.environment(environment, root: store.layout.root),
      directory: "/", descriptors: [SuperviseCommand.lockDescriptor: taken.lock])
    spec.environment[AgentEnvironment.Name.supervised] = "\(record.id)/\(attemptN)"
    do throws(SpawnFailure) {
      let complaints = try Self.file(folders.complaints)
      spec.descriptors[2] = complaints.rawValue
      return .begun(try ChildProcess.spawn(spec))
    } catch {
      return try staysOrEnds(taken, error) ? .later(error) : .ended
    }
  }

  /// Keeps an attempt whose supervisor could not be started for another try, true, while it is
  /// wanted, has time, and the trouble may pass; ends it otherwise.
  private func staysOrEnds(_ taken: Taken, _ failure: SpawnFailure) throws(StoreError) -> Bool {
    if failure.mayPass, !taken.clock.hasRunOut(), try ledger(of: taken).standing() == .wanted {
      return true
    }
    let (code, time) =
      failure.mayPass
      ? (FailureReason.dispatchTimeout, " within \(taken.record.spec.dispatchTimeoutSec) s")
      : (.unknown, "")
    try end(taken, AttemptError(code, "Its supervisor could not be started\(time): \(failure)."))
    return false
  }

  /// Ends what waits for its supervisor, since there will be none.
  func giveUp(_ taken: [Taken]) throws(StoreError) {
    let error = AttemptError(
      .interrupted, "Its runner was told to end before there was room for its supervisor.")
    for one in taken { try sparing { () throws(StoreError) in try end(one, error) } }
  }

  private func ledger(of taken: Taken) -> AttemptLedger {
    AttemptLedger(store: store, record: taken.record, attempt: taken.attempt, actor: actor)
  }

  /// Ends an attempt of which nothing ever ran: as cancelled, where that was asked for.
  private func end(_ taken: Taken, _ error: AttemptError) throws(StoreError) {
    let (ledger, attempt) = (ledger(of: taken), taken.attempt)
    let outcome: Settlement.Outcome
    switch try ledger.standing() {
    case .wanted: outcome = .failed(error)
    case .unwanted: outcome = .cancelled
    case .disowned: return
    }
    let settled = try ledger.settle(
      Settlement(attemptN: attempt.attemptN, leaseId: attempt.leaseId, outcome: outcome))
    let folders = AttemptFolders(
      layout: store.layout, record: settled, attemptN: attempt.attemptN)
    AttemptRemains(store: store, folders: folders, files: store.files).tidy(after: settled)
    Canceller.carryDown(from: settled, in: store, by: actor)
  }

  private static func file(_ path: String) throws(SpawnFailure) -> Descriptor {
    do throws(SystemError) {
      // A pipe that an earlier attempt put in its place is refused; nobody waits for a reader.
      return try Descriptor.open(path, [.write, .create, .append, .noFollow, .nonBlocking])
    } catch {
      throw .system(error)
    }
  }
}

extension TaskRecord {
  /// The attempt whose conversation the next one goes on with: one that a quota stopped, or that it
  /// was sent back to.
  fileprivate var resumableAttempt: Int? {
    if let resumesNext { return resumesNext }
    guard let latest = latestAttempt, latest.isPaused, latest.session?.isResumable == true
    else { return nil }
    return latest.attemptN
  }
}

extension SystemError {
  /// Tells an obstacle in one path from trouble that every path would meet.
  fileprivate var isAboutOnePath: Bool {
    isExisting || isNotDirectory || isSymbolicLink || isNotFound
  }
}
