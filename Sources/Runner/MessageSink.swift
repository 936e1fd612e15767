import Agents
import JSON
import Posix
import TaskStore
import Tasks

/// Turns an agent's events into stored messages, and sums up what they say about the attempt.
struct MessageSink {
  private let log: MessageLog.Writer
  private let syncEvery: Duration
  private var unsyncedSince: MonotonicTime?
  /// Waits for `store`.
  private var heard: [MessageBody] = []

  private(set) var standing = AgentStanding()
  private(set) var tail = TailText()
  private var toolCalls = 0
  /// Counts turns, and tools that may have changed something.
  private(set) var deeds = 0
  private var turns = 0
  private var delta = DeltaText()
  private var lastError: FailureReason?

  init(_ log: MessageLog.Writer, syncEvery: Duration) {
    self.log = log
    self.syncEvery = syncEvery
  }

  /// Takes in what was heard; it is stored by `store`.
  mutating func take(_ events: [AgentEvent]) {
    for event in events { take(event) }
  }

  mutating func note(_ text: String, _ data: JSONValue? = nil) {
    write(.info(text: text, data: data))
  }

  mutating func write(_ body: MessageBody) { heard.append(body) }

  /// Stores what was heard, in one write: a write for each message costs more than all the rest.
  mutating func store() throws(StoreError) {
    guard !heard.isEmpty else { return }
    defer { heard.removeAll(keepingCapacity: true) }
    try log.append(heard)
    if unsyncedSince == nil { unsyncedSince = .now }
  }

  /// When messages written so far should be synced; nil if all are.
  var syncDeadline: MonotonicTime? { unsyncedSince.map { $0 + syncEvery } }

  mutating func syncIfDue() throws(StoreError) {
    if let deadline = syncDeadline, deadline <= .now { try sync() }
  }

  mutating func sync() throws(StoreError) {
    try log.sync()
    unsyncedSince = nil
  }

  /// What was used, with counts of our own where the agent gave none.
  var countedUsage: Usage {
    var counted = standing.usage
    if counted.toolCalls == nil, toolCalls > 0 { counted.toolCalls = toolCalls }
    if counted.turns == nil, turns > 0 { counted.turns = turns }
    counted.model = counted.model ?? standing.session?.model
    return counted
  }

  /// Tells whether the agent has said the same already.
  func hasReported(_ code: FailureReason) -> Bool { lastError == code }

  private mutating func take(_ event: AgentEvent) {
    standing.take(event)
    switch event {
    case .text(let text):
      tail.append(text)
      delta.reset()
      write(.text(text))
    case .textDelta(let text):
      if let piece = delta.gather(text) { write(.textDelta(piece)) }
    case .toolStart(let callId, let tool, let title, let arguments):
      toolCalls += 1
      write(.toolCallStart(callId: callId, tool: tool, title: title, arguments: arguments))
    case .toolEnd(let callId, let tool, let ok, let result, let durationMs):
      if !NeighbourWatch.onlyLooks(tool) { deeds += 1 }
      write(
        .toolCallEnd(callId: callId, tool: tool, ok: ok, result: result, durationMs: durationMs))
    case .turnEnd(let used, let stopReason):
      turns += 1
      deeds += 1
      write(.turnEnd(turn: turns, usage: used, stopReason: stopReason))
    case .progress(let text, let data): note(text, data)
    case .error(let code, let message): report(code, message)
    case .failed(let failure):
      // Its last word often repeats the error before it.
      if !hasReported(failure.reason) { report(failure.reason, failure.message) }
    case .session(let session):
      note("Conversation \(session.id)", .object(session.members))
    // The desk tells of questions once they are in the journal.
    case .usage, .result, .unknown, .asked, .withdrawn: break
    }
  }

  private mutating func report(_ code: FailureReason, _ message: String) {
    lastError = code
    write(.error(code: code.rawValue, message: message, retryable: code.isRetryable))
  }
}
