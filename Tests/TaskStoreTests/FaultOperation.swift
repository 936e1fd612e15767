/// Is one thing a program asks of a store; the fault tests run all of them, in all orders.
enum FaultOperation: String, CaseIterable, Sendable {
  case create, peerCreates, claim, settle, say, putBlob, stageFile, writeSecrets, removeSecrets
  case key, makeHandle, endHandle, moveCursor, compact, reopen, copy, replay, prune, mend, heal
  case lock, delete, restore, keepSchedule, removeSchedule, takeOver

  var isInJournal: Bool {
    switch self {
    case .create, .peerCreates, .claim, .settle, .makeHandle, .endHandle, .moveCursor, .replay,
      .heal, .delete, .restore, .keepSchedule, .removeSchedule, .takeOver:
      true
    case .say, .putBlob, .stageFile, .writeSecrets, .removeSecrets, .key, .compact, .reopen, .copy,
      .prune, .mend, .lock:
      false
    }
  }

  /// Tells that what it did goes with a task that is pruned among these.
  func isPruned(among all: [FaultOperation]) -> Bool {
    guard all.contains(.prune) else { return false }
    return switch self {
    case .settle, .say, .removeSecrets: all.contains(.settle)
    case .heal: true
    default: false
    }
  }

  /// Is what a store says of an operation after a fault.
  enum Trace: Equatable {
    case absent, whole
    /// The task it was about is served as damaged, as it was before or as it is after.
    case damaged(isWhole: Bool)
    case wrong(String)
  }
}
