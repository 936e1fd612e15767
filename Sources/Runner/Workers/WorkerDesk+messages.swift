import Posix
import TaskStore
import Tasks

// What an outside worker says: one writer at a time, under the attempt's lock.
extension WorkerDesk {
  /// How long an append waits for another one to be done.
  private static let patience = Duration.seconds(2)

  /// Appends messages, and counts as a sign of life; gives the number of the next one.
  package func append(
    _ bodies: [MessageBody], to task: TaskRecord, _ leaseId: String, limits: Limits
  ) throws(Refusal) -> Int {
    let attemptN = try held(task, leaseId).attempt.attemptN
    let lock = try told { () throws(StoreError) in
      try store.lockAttempt(task.id, attemptN, until: .after(Self.patience))
    }
    guard let lock else { throw .busy }
    defer { lock.release() }
    // Under the lock it is looked again: whoever took the task over had it before.
    let held = try held(task, leaseId)
    let next = try told { () throws(StoreError) in
      let folders = (1...attemptN).map { store.layout.attemptFolder(of: held.record, $0) }
      let limit = limits.messages - (try MessageLog.size(of: folders.dropLast(), in: store))
      // What is full says so once, not each time.
      guard try MessageLog.size(of: folders.suffix(1), in: store) < limit else {
        throw .limit(
          "The messages of this task have reached their limit (limits.messagesMiB).",
          next: "Hand the rest in as artifacts, or go on without saying more.")
      }
      let log = try MessageLog.Writer(
        folder: store.layout.attemptFolder(of: held.record, attemptN), below: store.layout.root,
        files: store.files, limit: limit)
      try log.append(bodies)
      try log.sync()
      return log.nextSeq
    }
    _ = try renew(task, leaseId)
    return next
  }
}
