import JSON
import Tasks

/// Turns the running totals of Codex's conversations into what was used since the last.
struct CodexLedger: Sendable {
  private var totals: [String: Usage] = [:]
  private let isCarriedOn: Bool
  private var counted = Usage()
  private var countedAtTurn = Usage()
  /// A response counts as a turn once another begins or the turn is over, or the last would be
  /// cut off by a limit on turns.
  private var isInTurn = false

  /// Conversations of helpers that are kept apart; beyond, their figures are those of the last call.
  private static let most = 64

  init(_ conversation: Brief.Conversation) { isCarriedOn = conversation != .new }

  /// Takes in a total; what a carried-on conversation says before our turn is its past.
  mutating func update(
    of thread: String, _ figures: JSONValue, isOurs: Bool, inTurn: Bool
  ) -> Usage? {
    let total = CodexTerms.usage(figures["total"] ?? [:], .server)
    let known = totals[thread]
    if totals.count < Self.most || known != nil { totals[thread] = total }
    if isCarriedOn, !inTurn { return nil }
    var more: Usage
    switch (known, isOurs && !isCarriedOn) {
    case (let known?, _): more = total.beyond(known)
    case (nil, true): more = total
    // Its past is unknown: only the last call can be trusted.
    case (nil, false): more = CodexTerms.usage(figures["last"] ?? [:], .server)
    }
    guard !more.isNothing else { return nil }
    if isInTurn { more.turns = 1 }
    isInTurn = true
    counted = counted + more
    return more
  }

  /// Settles a turn: gives what was not yet counted, and the turn's sum.
  mutating func turn() -> (rest: Usage?, turn: Usage?) {
    let rest = isInTurn ? Usage(turns: 1) : nil
    isInTurn = false
    counted = counted + (rest ?? Usage())
    let turn = counted.beyond(countedAtTurn)
    countedAtTurn = counted
    return (rest, turn.isNothing ? nil : turn)
  }
}
