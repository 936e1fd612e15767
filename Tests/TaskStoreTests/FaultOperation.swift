/// Is one thing a program asks of a store; the fault tests run all of them, in all orders.
enum FaultOperation: String, CaseIterable, Sendable {
  case create, peerCreates, claim, settle, say, putBlob, stageFile, writeSecrets, removeSecrets
  case key, makeHandle, endHandle, moveCursor, compact, reopen, copy, replay, prune, mend, heal
  case lock, delete, restore, keepSchedule, removeSchedule, takeOver
  case changeSchedule, decide, keepPlace, makeCode, enter, signOut, sweepSecrets, sweepContent

  var isInJournal: Bool {
    switch self {
    case .create, .peerCreates, .claim, .settle, .makeHandle, .endHandle, .moveCursor, .replay,
      .heal, .delete, .restore, .keepSchedule, .removeSchedule, .takeOver, .changeSchedule, .decide:
      true
    case .say, .putBlob, .stageFile, .writeSecrets, .removeSecrets, .key, .compact, .reopen, .copy,
      .prune, .mend, .lock, .keepPlace, .makeCode, .enter, .signOut, .sweepSecrets, .sweepContent:
      false
    }
  }

  /// Tells that another of these takes away what it did, as with a task that is pruned.
  func isUndone(among all: [FaultOperation]) -> Bool {
    switch self {
    case .settle, .say, .removeSecrets: all.contains(.prune) && all.contains(.settle)
    case .heal: all.contains(.prune)
    case .makeCode: all.contains(.signOut)
    default: false
    }
  }

  /// Tells whether a sequence can succeed: no code is left to enter by after signing out, and
  /// nothing to sweep after a sweep.
  static func isPossible(_ sequence: [FaultOperation]) -> Bool {
    if sequence.count(where: { $0 == .sweepSecrets }) > 1 { return false }
    guard let place = sequence.firstIndex(of: .signOut) else { return true }
    return !sequence[place...].contains(.enter)
  }

  /// Is what a store says of an operation after a fault.
  enum Trace: Equatable {
    case absent, whole
    /// The task it was about is served as damaged, as it was before or as it is after.
    case damaged(isWhole: Bool)
    case wrong(String)
  }
}
