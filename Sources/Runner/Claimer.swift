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

  private struct Taken {
    let record: TaskRecord
    let attemptN: Int
    let lock: Held
  }

  /// A supervisor at work.
  struct Supervised {
    let task: TaskID
    let process: ChildProcess
  }

  /// Claims tasks with one sync for all, then starts their supervisors. Trouble with one is told at
  /// the end: a lock of another's, let go of instead, would end what was claimed as interrupted.
  func claim(
    _ tasks: [TaskRecord], adding supervised: inout [Supervised]
  ) throws(StoreError) {
    var taken: [Taken] = []
    var failure: StoreError?
    for task in tasks where failure == nil {
      do throws(StoreError) {
        let one = try sparing { () throws(StoreError) in try takeOrFail(task) }
        if let one = one ?? nil { taken.append(one) }
      } catch {
        failure = error
      }
    }
    if !taken.isEmpty { try store.sync() }
    for one in taken {
      do throws(StoreError) {
        let process = try sparing { () throws(StoreError) in try start(one) }
        if let process = process ?? nil {
          supervised.append(Supervised(task: one.record.id, process: process))
        }
      } catch {
        failure = failure ?? error
      }
    }
    if let failure { throw failure }
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
    guard record.latestAttempt?.leaseId == claim.leaseId else { return nil }
    return Taken(record: record, attemptN: attemptN, lock: Held(lock))
  }

  private func start(_ taken: Taken) throws(StoreError) -> ChildProcess? {
    let folders = AttemptFolders(
      layout: store.layout, record: taken.record, attemptN: taken.attemptN)
    var spec = ProcessSpec(
      executable: executable,
      arguments: SuperviseCommand.arguments(taken.record.id, taken.attemptN),
      environment: SuperviseCommand.environment(environment, root: store.layout.root),
      directory: "/",
      descriptors: [SuperviseCommand.lockDescriptor: taken.lock.lock.rawValue])
    spec.environment[AgentEnvironment.Name.supervised] = "\(taken.record.id)/\(taken.attemptN)"
    do throws(SpawnFailure) {
      let complaints = try Self.file(folders.complaints)
      spec.descriptors[2] = complaints.rawValue
      return try ChildProcess.spawn(spec)
    } catch {
      try settleUnsupervised(taken, "Its supervisor could not be started: \(error).")
      return nil
    }
  }

  private static func file(_ path: String) throws(SpawnFailure) -> Descriptor {
    do throws(SystemError) {
      // A pipe that an earlier attempt put in its place is refused; nobody waits for a reader.
      return try Descriptor.open(path, [.write, .create, .append, .noFollow, .nonBlocking])
    } catch {
      throw .system(error)
    }
  }

  private func settleUnsupervised(_ taken: Taken, _ reason: String) throws(StoreError) {
    guard let attempt = taken.record.latestAttempt else { return }
    let ledger = AttemptLedger(
      store: store, record: taken.record, attempt: attempt, actor: actor)
    _ = try ledger.settle(
      Settlement(
        attemptN: attempt.attemptN, leaseId: attempt.leaseId,
        outcome: .failed(AttemptError(.unknown, reason))))
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
