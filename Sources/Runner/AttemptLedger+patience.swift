import Posix
import TaskStore
import Tasks

extension AttemptLedger {
  /// Ends attempt and task as `settle` does, and waits for that while the disk is full, closed or
  /// failing: nobody else can write an end then either, and what is known here would be lost.
  ///
  /// Returns nil once the attempt is another's.
  func settleOnceThereIsRoom(
    _ settlement: Settlement, patience: Duration = .seconds(3600)
  ) throws(StoreError) -> TaskRecord? {
    let deadline = MonotonicTime.after(patience)
    while true {
      do throws(StoreError) {
        return try settle(settlement)
      } catch {
        guard error.isOfTheDisk, .now < deadline else { throw error }
        StandardError.write("errand: the end of \(task) waits to be written: \(error)\n")
      }
      do throws(SystemError) {
        _ = try Poller.wait([], timeoutMilliseconds: 500)
      } catch {
        throw .disk(error)
      }
      if try standing() == .disowned { return nil }
    }
  }
}
