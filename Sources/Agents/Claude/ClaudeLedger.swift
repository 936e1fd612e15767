import JSON
import Tasks

/// Turns Claude's figures, repeated per block and summed over whole conversations, into what was
/// used since the last word.
struct ClaudeLedger: Sendable {
  private let dialect: ClaudeDialect
  private let conversation: Brief.Conversation
  /// Handed on so far, in this process.
  private var counted = Usage()
  private var countedAtTurn = Usage()
  /// What the results so far have said of this process.
  private var told = Usage()
  /// What was counted of each message; a message comes once per block.
  private var messages: [String: Usage] = [:]
  /// Names the message being streamed, for the agent and for each of its helpers.
  private var streaming: [String: String] = [:]
  /// A turn counts once it is over, or its last would be cut off by a limit on turns.
  private var isInTurn = false

  /// Messages whose figures may still grow; a turn's result settles the rest.
  private static let most = 256

  init(_ dialect: ClaudeDialect, _ conversation: Brief.Conversation) {
    self.dialect = dialect
    self.conversation = conversation
  }

  /// Counts a message by its latest figures.
  mutating func message(_ message: JSONValue, parent: String?) -> Usage? {
    guard let id = message["id"]?.stringValue, let figures = message["usage"],
      message["model"]?.stringValue != ClaudeLedger.synthetic
    else { return nil }
    var usage = read(figures)
    usage.model = message.word(at: "model")
    let begins = parent == nil && messages[id] == nil
    var more = count(usage, of: id)
    if begins {
      if isInTurn { more = countTurn(more) }
      isInTurn = true
    }
    return more
  }

  mutating func messageStarted(_ message: JSONValue, parent: String?) -> Usage? {
    if streaming.count >= Self.most { streaming.removeAll() }
    streaming[parent ?? ""] = message["id"]?.stringValue
    return self.message(message, parent: parent)
  }

  /// Counts the only true figure of a message's output.
  mutating func messageGrew(_ figures: JSONValue?, parent: String?) -> Usage? {
    guard let figures, let id = streaming[parent ?? ""] else { return nil }
    return count(read(figures), of: id)
  }

  /// Settles a turn: gives what was not yet counted, and the turn's sum.
  mutating func result(_ line: JSONValue) -> (rest: Usage, turn: Usage) {
    tell(line)
    messages.removeAll(keepingCapacity: true)
    var rest = told.beyond(counted)
    counted = counted + rest
    if isInTurn { rest = countTurn(rest) ?? rest }
    isInTurn = false
    let turn = counted.beyond(countedAtTurn)
    countedAtTurn = counted
    return (rest, turn)
  }

  /// Takes over what the result says, by the best of the figures it has.
  private mutating func tell(_ line: JSONValue) {
    if let since = line["model_usage_since_last_result"]?.objectValue {
      told = told + sum(since)
      return
    }
    var before = Usage()
    if dialect.totals == .conversation, conversation != .new {
      guard let spent = conversation.spent else {
        // Totals of an unknown past tell nothing; the turn's own figures do, without money.
        told = told + read(line["usage"] ?? [:])
        return
      }
      before = spent
    }
    if let models = line["modelUsage"]?.objectValue, !models.isEmpty {
      told = told + sum(models).beyond(before + told)
    } else if let usage = line["usage"] {
      told = told + read(usage)
    }
  }

  /// What the results have said of the whole conversation; nil where its past is not known.
  var totals: Usage? {
    guard dialect.totals == .conversation else { return nil }
    return conversation == .new ? told : conversation.spent.map { $0 + told }
  }

  private mutating func countTurn(_ usage: Usage?) -> Usage? {
    let turn = Usage(turns: 1)
    counted = counted + turn
    return (usage ?? Usage()) + turn
  }

  private mutating func count(_ usage: Usage, of id: String) -> Usage? {
    if messages.count >= Self.most { messages.removeAll() }
    let known = messages[id] ?? Usage()
    let more = usage.beyond(known)
    messages[id] = known + more
    guard !more.isNothing else { return nil }
    counted = counted + more
    return more
  }

  private func read(_ figures: JSONValue) -> Usage {
    let cached = figures.count(at: "cache_read_input_tokens")
    let input = figures.count(at: "input_tokens")
    return Usage(
      inputTokens: dialect.inputHoldsCached ? max(0, input - cached) : input,
      outputTokens: figures.count(at: "output_tokens"), cacheReadTokens: cached,
      cacheWriteTokens: figures.count(at: "cache_creation_input_tokens"))
  }

  private func sum(_ models: JSONObject) -> Usage {
    models.members.reduce(Usage()) { total, member in
      let figures = member.value
      return total
        + Usage(
          inputTokens: figures.count(at: "inputTokens"),
          outputTokens: figures.count(at: "outputTokens"),
          cacheReadTokens: figures.count(at: "cacheReadInputTokens"),
          cacheWriteTokens: figures.count(at: "cacheCreationInputTokens"),
          costUsd: dialect.knowsCost ? figures["costUSD"]?.doubleValue.map { max(0, $0) } : nil)
    }
  }

  /// The model's name on lines that no model wrote.
  static let synthetic = "<synthetic>"
}
