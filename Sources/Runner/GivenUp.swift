import Agents
import Posix
import TaskStore
import Tasks

/// Is an attempt that could not be seen through: whatever runs of it is ended, and what it left kept,
/// before its end is written.
struct GivenUp {
  let ledger: AttemptLedger
  let folders: AttemptFolders
  let limits: Limits
  let redactor: Redactor
  let files: any FileSystem

  /// Fails where it is not known that nothing runs: then whoever finds the attempt without an owner
  /// sweeps and settles it.
  func settlement(after unfit: Unfit) throws(RunnerError) -> Settlement {
    let survivors = try fromSystem { () throws(SystemError) in
      // What lost its parent, and its environment with it, is a child of this process by now.
      let adopts = try ProcessTable.becomeSubreaper()
      return try ProcessTree.sweep(
        ledger.mark, adopting: adopts ? .children(sparing: []) : .none)
    }
    ledger.awaitRoom(in: folders, files: files)
    let record = try fromStore { () throws(StoreError) in try ledger.record() }
    Harvest.takeRest(of: record, ledger, in: folders, limits, redactor, files: files)
    return Settlement(
      attemptN: ledger.attemptN, leaseId: ledger.leaseId, outcome: .failed(unfit.error),
      survivors: survivors.asSurvivors)
  }
}
