import JSON
import Tasks

/// Gathers what an agent says and does in one turn.
struct ACPTurn: Sendable {
  var calls = ACPToolCalls()
  var isInterrupted = false
  var hasActed = false
  /// The last whole block, which is the turn's answer.
  private(set) var lastText: String?
  private var messageId: String?
  private var block: [UInt8] = []
  /// How much came, also beyond what is kept.
  private var length = 0

  /// Takes a piece of text; a new message ends the block before it.
  mutating func append(_ update: JSONValue) -> [AgentEvent] {
    guard let text = update["content"]?["text"]?.stringValue, !text.isEmpty else { return [] }
    let id = update["messageId"]?.stringValue
    var events = id == messageId ? [] : flush()
    messageId = id
    length += text.utf8.count
    block += text.utf8.prefix(max(0, AgentBounds.storedText + 4 - block.count))
    events.append(.textDelta(AgentText.stored(Array(text.utf8))))
    return events
  }

  /// Gives the block that was gathered, if there is one.
  mutating func flush() -> [AgentEvent] {
    defer {
      block.removeAll(keepingCapacity: true)
      length = 0
    }
    let text = AgentText.stored(block, length: length)
    guard !text.allSatisfy(\.isWhitespace) else { return [] }
    lastText = text
    return [.text(text)]
  }
}

/// Turns an agent's figures, which may be totals, into what each turn used.
struct ACPSpending: Sendable {
  private var total: Usage
  private var cost: Double?
  private var toldCost: Double?

  init(before: Usage?) {
    total = before ?? Usage()
    toldCost = before?.costUsd
  }

  /// Takes a `usage_update`; a cost told before the first prompt was spent earlier.
  mutating func note(_ update: JSONValue, isBeforePrompt: Bool) {
    guard let given = update["cost"], given["currency"]?.stringValue == "USD",
      let amount = given["amount"]?.doubleValue, amount >= 0
    else { return }
    cost = amount
    if isBeforePrompt { toldCost = amount }
  }

  /// What the agent has said of the whole conversation.
  var totals: Usage? {
    var all = total
    all.costUsd = toldCost
    return all == Usage() ? nil : all
  }

  /// Gives what was used since the last time.
  mutating func take(_ usage: JSONValue?, isTotal: Bool) -> Usage {
    var told = Usage()
    if let usage, usage.objectValue != nil {
      told.inputTokens = usage.count(at: "inputTokens")
      told.outputTokens = usage.count(at: "outputTokens")
      if usage["cachedReadTokens"] != nil {
        told.cacheReadTokens = usage.count(at: "cachedReadTokens")
      }
      if usage["cachedWriteTokens"] != nil {
        told.cacheWriteTokens = usage.count(at: "cachedWriteTokens")
      }
    }
    var used = isTotal ? told.beyond(total) : told
    if isTotal { total = told }
    if let cost { used.costUsd = Usage(costUsd: cost).beyond(Usage(costUsd: toldCost)).costUsd }
    toldCost = cost ?? toldCost
    return used
  }
}
