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

  private(set) var usage = Usage()
  private(set) var result: AgentResult?
  private(set) var reportedError: (code: FailureReason, message: String)?
  /// Lines in the agent's own form that were not understood.
  private(set) var unknownLines = 0
  private(set) var tail = TailText()
  private var toolCalls = 0
  private var turns = 0

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
    var counted = usage
    if counted.toolCalls == nil, toolCalls > 0 { counted.toolCalls = toolCalls }
    if counted.turns == nil, turns > 0 { counted.turns = turns }
    return counted
  }

  private mutating func take(_ event: AgentEvent) {
    switch event {
    case .text(let text):
      tail.append(text)
      write(.text(text))
    case .toolStart(let callId, let tool, let title, let arguments):
      toolCalls += 1
      write(.toolCallStart(callId: callId, tool: tool, title: title, arguments: arguments))
    case .toolEnd(let callId, let tool, let ok, let result, let durationMs):
      write(
        .toolCallEnd(callId: callId, tool: tool, ok: ok, result: result, durationMs: durationMs))
    case .turnEnd(let used, let stopReason):
      turns += 1
      if let used { usage = usage + used }
      write(.turnEnd(turn: turns, usage: used, stopReason: stopReason))
    case .usage(let used): usage = usage + used
    case .progress(let text, let data): note(text, data)
    case .error(let code, let message):
      reportedError = (code, message)
      write(.error(code: code.rawValue, message: message, retryable: code.isRetryable))
    case .result(let claim): result = claim
    case .unknown: unknownLines += 1
    }
  }
}
