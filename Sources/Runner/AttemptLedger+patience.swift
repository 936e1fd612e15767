import Posix
import TaskStore
import Tasks

extension AttemptLedger {
  /// Ends attempt and task as `settle` does, and waits for that while the disk is full or may not be
  /// written: nobody else can write an end then either, and what is known here would be lost.
  ///
  /// Returns nil once the attempt is another's.
  func settleOnceThereIsRoom(
    _ settlement: Settlement, patience: Duration = .seconds(3600)
  ) throws(StoreError) -> TaskRecord? {
    var ledger = self
    return try onceThereIsRoom("the end", patience) { () throws(StoreError) in
      do throws(StoreError) { return try ledger.settleUnlessWritten(settlement) } catch .stopped {
        ledger = try reopened()
        return try ledger.settleUnlessWritten(settlement)
      }
    }
  }

  /// Settles, or makes safe what was written of it before a sync failed.
  private func settleUnlessWritten(_ settlement: Settlement) throws(StoreError) -> TaskRecord {
    let found = try record()
    guard isEnded(in: found) else { return try settle(settlement) }
    store.owe()
    try store.sync()
    return found
  }

  /// Waits in the same way until what was left can be kept, which is looked at only once.
  func awaitRoom(
    in folders: AttemptFolders, files: any FileSystem, patience: Duration = .seconds(3600)
  ) {
    do throws(StoreError) {
      _ = try onceThereIsRoom("what is left", patience) { () throws(StoreError) in
        do throws(SystemError) { try folders.prove(files: files) } catch { throw .disk(error) }
      }
    } catch {
      // Whatever else is wrong shows where something is to be kept.
    }
  }

  /// Tells that our own end stands in the journal, safe or not.
  private func isEnded(in record: TaskRecord) -> Bool {
    !record.status.isActive && record.latestAttempt?.leaseId == leaseId
  }

  private func onceThereIsRoom<Value>(
    _ what: String, _ patience: Duration, _ body: () throws(StoreError) -> Value
  ) throws(StoreError) -> Value? {
    let deadline = MonotonicTime.after(patience)
    while true {
      do throws(StoreError) {
        return try body()
      } catch {
        guard error.passesWithTheDisk, .now < deadline else { throw error }
        StandardError.write("errand: \(what) of \(task) waits to be written: \(error)\n")
      }
      do throws(SystemError) {
        _ = try Poller.wait([], timeoutMilliseconds: 500)
      } catch {
        throw .disk(error)
      }
      let (standing, found) = try look()
      if standing == .disowned, !(found.map(isEnded) ?? false) { return nil }
    }
  }
}

extension StoreError {
  /// Tells that the same may succeed once somebody has made room.
  fileprivate var passesWithTheDisk: Bool {
    switch self {
    case .notWritable(_, let error), .disk(let error): error.isNoSpace || error.isReadOnly
    case .stopped, .busy: true
    default: false
    }
  }
}
