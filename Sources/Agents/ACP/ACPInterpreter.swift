import JSON
import Tasks

/// Leads one conversation over the Agent Client Protocol: greet, open a session, prompt, listen.
package struct ACPInterpreter: AgentInterpreter {
  /// Says which answer is awaited.
  enum Stage: Sendable, Hashable {
    case greeting(request: Int)
    case opening(request: Int, method: String)
    case choosing(requests: [Int: ACPWish])
    case prompting(request: Int)
    /// A turn is over; another may follow.
    case resting
    /// Nothing more will come of it.
    case over
  }

  var prompt: String
  var conversation: Brief.Conversation
  /// What is said where the conversation cannot be copied.
  let anew: String?
  let settings: AgentSettings
  let place: AgentPlace
  var stage = Stage.resting
  var agent = ACPAgent()
  var session: String?
  var turn = ACPTurn()
  var spending: ACPSpending
  var waiting: [String: ACPQuestion] = [:]
  /// What was said to it while it worked, for the turns to come.
  var said: [String] = []
  private var lastRequest = 0

  /// Bounds what may be said ahead.
  private static let saidAhead = 100

  init(_ brief: Brief, _ settings: AgentSettings, in place: AgentPlace) {
    prompt =
      switch brief.work {
      case .words(_, let prompt): prompt
      case .script(let script): script
      case .arguments(let argv): argv.joined(separator: " ")
      }
    conversation = brief.conversation
    anew = brief.anew
    self.settings = settings
    self.place = place
    spending = ACPSpending(before: brief.conversation.spent)
  }

  package mutating func open() -> Reaction { greet() }

  package mutating func interpret(_ line: AgentLine) -> Reaction {
    switch line.content {
    case .blank: return .none
    case .prose(let text): return Reaction(events: [.progress(text: text, data: nil)])
    case .value(let value):
      switch ACPMessage(value) {
      case .response(let id, let result): return take(result, of: id)
      case .request(let id, let method, let params): return serve(id, method, params)
      case .notification("session/update", let params): return Reaction(events: update(params))
      case .notification, .other: return Reaction(events: [.unknown])
      }
    }
  }

  package mutating func carry(out command: AgentCommand) -> Reaction {
    switch command {
    case .answer(let requestId, let answer):
      guard let question = waiting.removeValue(forKey: requestId) else { return .none }
      return Reaction(bytes: question.bytes(answering: answer))
    case .interrupt: return interrupt()
    case .message(let text):
      guard said.count < Self.saidAhead else { return .none }
      said.append(text)
      return stage == .resting ? sayNext() : .none
    }
  }

  package var totals: Usage? { spending.totals }

  package var rest: AgentRest {
    switch stage {
    case .resting, .over: .resting
    case .greeting, .opening, .choosing, .prompting: .working
    }
  }

  package var takesMessages: Bool {
    switch stage {
    case .prompting, .resting: session != nil
    case .greeting, .opening, .choosing, .over: false
    }
  }

  package mutating func finish() -> Reaction { Reaction(events: turn.flush()) }

  private mutating func take(_ result: ACPMessage.Result, of id: Int) -> Reaction {
    switch stage {
    case .greeting(id): return greeted(result)
    case .opening(id, let method): return opened(result, by: method)
    case .choosing(let wishes): return chosen(id, result, wishes)
    case .prompting(id): return ended(result)
    case .greeting, .opening, .prompting, .resting, .over: return Reaction(events: [.unknown])
    }
  }

  private mutating func interrupt() -> Reaction {
    guard case .prompting = stage, let session else { return .none }
    turn.isInterrupted = true
    var reaction = Reaction(
      bytes: ACPLine.notification("session/cancel", ["sessionId": .string(session)]))
    // The protocol wants every open request answered when a turn is cancelled.
    for (requestId, question) in waiting.sorted(by: { $0.key < $1.key }) {
      reaction.bytes += question.withdrawal
      reaction.events.append(.withdrawn(requestId: requestId))
    }
    waiting.removeAll()
    return reaction
  }

  mutating func nextRequest() -> Int {
    lastRequest += 1
    return lastRequest
  }

  /// Gives up for good, and says why.
  mutating func fail(_ reason: FailureReason, _ message: String) -> Reaction {
    stage = .over
    return Reaction(events: turn.flush() + [.failed(AgentFailure(reason, message))])
  }
}

/// Holds what an agent said of itself when it was greeted.
struct ACPAgent: Sendable {
  var name: String?
  var version: String?
  var capabilities: JSONValue = .null

  var canLoad: Bool { capabilities["loadSession"]?.boolValue ?? false }

  /// Flags are hints: an agent may still refuse what it announced.
  func can(_ name: String) -> Bool {
    capabilities["sessionCapabilities"]?[name]?.objectValue != nil
  }
}

/// Names what a setting was asked for.
enum ACPWish: Sendable, Hashable {
  case model(String)
  case effort(String)
  case mode
}
