import Agents
import JSON
import Posix
import TaskStore
import Tasks

/// Hears an agent: lines become events, events messages, usage is held against the budget.
struct AgentVoice {
  private var interpreter: any AgentInterpreter
  private(set) var sink: MessageSink
  private var budget: BudgetGuard
  private let prices: PriceTable
  /// Limits nearly reached, until somebody has taken them further.
  private var warnings: [String] = []
  private let gathering: Duration
  private let redactor: Redactor
  /// Clears the pieces of the block that runs: no piece of a secret looks like one.
  private var running: Redactor
  private var keeper: SessionKeeper
  private var flushAt: MonotonicTime?
  private var lastFlush: MonotonicTime?
  /// Set once messages cannot be stored any more; nothing is written from then on.
  private(set) var failure: StoreError?
  /// Set once a limit is used up.
  private(set) var exhausted: String?
  /// What it asked or took back, until somebody takes it up.
  private var requests: [Request] = []
  /// Whether anything came that was understood: the agent's sign that it has started.
  private(set) var hasSpoken = false

  init(
    _ interpreter: any AgentInterpreter, sink: MessageSink, budget: BudgetGuard,
    prices: PriceTable = PriceTable(), gathering: Duration, redactor: Redactor,
    keeper: SessionKeeper
  ) {
    self.interpreter = interpreter
    self.sink = sink
    self.budget = budget
    self.prices = prices
    self.gathering = gathering
    self.redactor = redactor
    running = redactor
    self.keeper = keeper
  }

  /// Is a question of the agent's, or the end of one by the agent's own name for it.
  enum Request {
    case asked(AgentQuestion)
    case withdrawn(String)
  }

  /// Begins the conversation; returns bytes for the agent's input.
  mutating func open() -> [UInt8] { take(interpreter.open()) }

  /// Asks the agent to stop what it does, in its own words where it has any.
  mutating func interrupt() -> [UInt8] { take(interpreter.carry(out: .interrupt)) }

  /// Gives the agent what somebody answered.
  mutating func answer(_ name: String, _ answer: JSONValue) -> [UInt8] {
    take(interpreter.carry(out: .answer(requestId: name, answer)))
  }

  /// Tells the agent something, and keeps it as a message.
  mutating func say(_ text: String, from source: MessageBody.Source) -> [UInt8] {
    write(.userMessage(text: redactor.redacted(text), from: source))
    return take(interpreter.carry(out: .message(text)))
  }

  /// Hands over what was asked and taken back since the last time.
  mutating func takeRequests() -> [Request] {
    defer { requests.removeAll() }
    return requests
  }

  var rest: AgentRest { interpreter.rest }

  /// Tells whether it makes sense to tell the agent more: one that has given up hears nothing, one
  /// that was interrupted or lacks its output does.
  var mayGoOn: Bool {
    guard interpreter.takesMessages, failure == nil, exhausted == nil else { return false }
    if case .failure(let why) = sink.standing.word {
      return why.reason == .interrupted || sink.standing.lacksOutput
    }
    return true
  }

  /// Takes in whole lines; returns bytes for the agent's input.
  mutating func hear(_ lines: [AgentLine]) -> [UInt8] {
    var bytes: [UInt8] = []
    for line in lines { bytes += take(interpreter.interpret(line)) }
    store()
    if interpreter.isGathering {
      // The first line after a rest goes out at once; the ones on its heels are gathered.
      flushAt = flushAt ?? lastFlush.map { $0 + gathering } ?? .now
    } else {
      flushAt = nil
    }
    return bytes
  }

  /// Stores what was gathered, and syncs, when their time has come.
  mutating func advance(_ now: MonotonicTime) {
    if let due = flushAt, due <= now {
      flushAt = nil
      lastFlush = now
      _ = take(interpreter.pause())
      store()
    }
    keep { (sink) throws(StoreError) in try sink.syncIfDue() }
  }

  var deadline: MonotonicTime? {
    guard failure == nil else { return nil }
    return [flushAt, sink.syncDeadline].compactMap(\.self).min()
  }

  /// Takes in the last lines; nothing will follow.
  mutating func finish(_ lines: [AgentLine]) {
    _ = hear(lines)
    flushAt = nil
    _ = take(interpreter.finish())
    store()
  }

  /// Says something of our own in the attempt's messages.
  mutating func note(_ text: String, _ data: JSONValue? = nil) {
    sink.note(redactor.redacted(text), data.map { redactor.redacted($0) })
    store()
  }

  /// Keeps words of the agent's that have not been among its messages.
  mutating func quote(_ text: String) {
    sink.write(.text(redactor.redacted(text)))
    store()
  }

  /// Keeps what a command wrote to its error output, behind what it had said until then.
  mutating func quote(errors lines: [AgentLine]) {
    guard !lines.isEmpty else { return }
    _ = take(interpreter.pause())
    let bytes = Array(lines.map(\.bytes).joined(separator: [UInt8(ascii: "\n")]))
    let length = lines.reduce(lines.count - 1) { $0 + $1.length }
    note(AgentText.stored(bytes, length: length), ["stream": "stderr"])
  }

  /// Keeps a message of ours.
  mutating func write(_ body: MessageBody) {
    sink.write(body)
    store()
  }

  /// Says as a message why the attempt failed, unless the agent has said the same already.
  mutating func tell(_ error: AttemptError) {
    guard !sink.hasReported(error.code) else { return }
    let body = MessageBody.error(
      code: error.code.rawValue, message: redactor.redacted(error.message),
      retryable: error.retryable)
    sink.write(body)
    store()
  }

  /// Tells whether a tool of its runs, which may take long without a word.
  var isCalling: Bool { !sink.standing.openCalls.isEmpty }

  /// Says of calls whose end never came that it is lost.
  mutating func closeCalls() {
    let lost = sink.standing.openCalls.sorted { $0.key < $1.key }.map { callId, tool in
      AgentEvent.toolEnd(callId: callId, tool: tool, ok: false, result: "lost", durationMs: nil)
    }
    sink.take(lost)
    store()
  }

  /// What was used, with a cost by our own table where the agent tells none.
  var usage: Usage { prices.priced(sink.countedUsage) }

  /// Says that a limit is nearly reached.
  mutating func warn(_ text: String) {
    sink.note(text)
    warnings.append(text)
    store()
  }

  /// Says that a limit is used up, which is not its own.
  mutating func exhaust(_ text: String) { exhausted = exhausted ?? text }

  /// Hands over what was warned of since the last time.
  mutating func takeWarnings() -> [String] {
    defer { warnings = [] }
    return warnings
  }

  /// Takes off what it may use what others were given of it.
  mutating func allow(less given: Budget) { budget.given = given }

  mutating func sync() { keep { (sink) throws(StoreError) in try sink.sync() } }

  mutating func fail(_ error: StoreError) { failure = failure ?? error }

  private mutating func take(_ reaction: Reaction) -> [UInt8] {
    guard !reaction.events.isEmpty else { return reaction.bytes }
    guard failure == nil else { return reaction.bytes }
    hasSpoken = hasSpoken || reaction.events.contains { $0 != .unknown }
    // What a line says may hold a secret that its bytes, escaped, did not show.
    let events = reaction.events.compactMap { cleared($0) }
    sink.take(events)
    for event in events {
      switch event {
      case .asked(let question): requests.append(.asked(question))
      case .withdrawn(let name): requests.append(.withdrawn(name))
      default: break
      }
    }
    if let session = sink.standing.session,
      let news = keeper.note(session, totals: interpreter.totals)
    {
      sink.note(redactor.redacted(news))
    }
    let usage = usage
    for warning in budget.warnings(at: usage) { warn(warning.text) }
    exhausted = exhausted ?? budget.exhausted(at: usage)?.text
    return reaction.bytes
  }

  /// Takes secrets out of an event; nil for a piece that may be the beginning of one.
  private mutating func cleared(_ event: AgentEvent) -> AgentEvent? {
    switch event {
    case .textDelta(let piece):
      let clean = running.pass(Array(piece.utf8))
      return clean.isEmpty ? nil : .textDelta(String(decoding: clean, as: UTF8.self))
    case .text:
      running = redactor
      return event.redacted(by: redactor)
    default: return event.redacted(by: redactor)
    }
  }

  private mutating func store() { keep { (sink) throws(StoreError) in try sink.store() } }

  private mutating func keep(_ write: (inout MessageSink) throws(StoreError) -> Void) {
    guard failure == nil else { return }
    do throws(StoreError) { try write(&sink) } catch { failure = error }
  }
}
