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

  /// Tells that a later one of a sequence takes away what it did in its place, as with a task that is
  /// pruned; once all were asked for again, each is later than any.
  func isUndone(at place: Int, of sequence: [FaultOperation], isRepeated: Bool) -> Bool {
    let later = isRepeated ? sequence[...] : sequence[(place + 1)...]
    let all = isRepeated ? sequence + sequence : sequence
    return switch self {
    case .settle, .heal: later.contains(.prune)
    case .say, .removeSecrets:
      later.contains(.prune) && Self.isInOrder([.settle, .prune], in: all)
    case .makeCode: later.contains(.signOut)
    default: false
    }
  }

  /// Tells whether a sequence can succeed: no code is left to enter by after signing out, nothing to
  /// sweep after a sweep, and nothing to be said in a task that has ended and was pruned.
  static func isPossible(_ sequence: [FaultOperation]) -> Bool {
    if sequence.count(where: { $0 == .sweepSecrets }) > 1 { return false }
    return !isInOrder([.signOut, .enter], in: sequence)
      && !isInOrder([.settle, .prune, .say], in: sequence)
  }

  private static func isInOrder(_ wanted: [FaultOperation], in sequence: [FaultOperation]) -> Bool {
    var rest = wanted[...]
    for operation in sequence where operation == rest.first { rest.removeFirst() }
    return rest.isEmpty
  }

  /// Is what a store says of an operation after a fault.
  enum Trace: Equatable {
    case absent, whole
    /// The task it was about is served as damaged, as it was before or as it is after.
    case damaged(isWhole: Bool)
    case wrong(String)
  }
}
