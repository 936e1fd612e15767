import JSON

/// Counts what an attempt used; a figure the agent did not give is absent, never zero.
package struct Usage: Sendable, Hashable {
  package var inputTokens: Int?
  package var outputTokens: Int?
  package var cacheReadTokens: Int?
  package var cacheWriteTokens: Int?
  package var toolCalls: Int?
  package var turns: Int?
  package var costUsd: Double?
  package var model: String?
  package var provider: String?

  package init(
    inputTokens: Int? = nil, outputTokens: Int? = nil, cacheReadTokens: Int? = nil,
    cacheWriteTokens: Int? = nil, toolCalls: Int? = nil, turns: Int? = nil,
    costUsd: Double? = nil, model: String? = nil, provider: String? = nil
  ) {
    self.inputTokens = inputTokens
    self.outputTokens = outputTokens
    self.cacheReadTokens = cacheReadTokens
    self.cacheWriteTokens = cacheWriteTokens
    self.toolCalls = toolCalls
    self.turns = turns
    self.costUsd = costUsd
    self.model = model
    self.provider = provider
  }

  /// Counts everything billed as tokens, for the token budget.
  package var totalTokens: Int {
    [inputTokens, outputTokens, cacheReadTokens, cacheWriteTokens]
      .reduce(0) { sum, part in sum.addingSaturating(part ?? 0) }
  }

  /// Adds two spans of work; the later one names the model.
  package static func + (left: Usage, right: Usage) -> Usage {
    Usage(
      inputTokens: sum(left.inputTokens, right.inputTokens),
      outputTokens: sum(left.outputTokens, right.outputTokens),
      cacheReadTokens: sum(left.cacheReadTokens, right.cacheReadTokens),
      cacheWriteTokens: sum(left.cacheWriteTokens, right.cacheWriteTokens),
      toolCalls: sum(left.toolCalls, right.toolCalls),
      turns: sum(left.turns, right.turns),
      costUsd: sum(left.costUsd, right.costUsd),
      model: right.model ?? left.model,
      provider: right.provider ?? left.provider)
  }

  private static func sum(_ left: Int?, _ right: Int?) -> Int? {
    guard let left else { return right }
    return left.addingSaturating(right ?? 0)
  }

  private static func sum(_ left: Double?, _ right: Double?) -> Double? {
    guard let left else { return right }
    // JSON has no word for what is more than any number.
    let most = Double.greatestFiniteMagnitude
    return max(-most, min(left + (right ?? 0), most))
  }
}

extension Int {
  /// Adds without trapping, since the figures come from foreign programs.
  package func addingSaturating(_ other: Int) -> Int {
    let (sum, overflow) = addingReportingOverflow(other)
    return overflow ? (other > 0 ? .max : .min) : sum
  }
}

extension Usage: JSONCodable {
  package static let json = Codec.object(
    {
      Usage(
        inputTokens: $0, outputTokens: $1, cacheReadTokens: $2, cacheWriteTokens: $3,
        toolCalls: $4, turns: $5, costUsd: $6, model: $7, provider: $8)
    },
    optional("inputTokens", \.inputTokens, .int, "Tokens read, without cached ones."),
    optional("outputTokens", \.outputTokens, .int, "Tokens written."),
    optional("cacheReadTokens", \.cacheReadTokens, .int, "Tokens read from the cache."),
    optional("cacheWriteTokens", \.cacheWriteTokens, .int, "Tokens written to the cache."),
    optional("toolCalls", \.toolCalls, .int, "Tool calls made."),
    optional("turns", \.turns, .int, "Turns taken."),
    optional("costUsd", \.costUsd, .double, "Cost in US dollars, by the agent's own figures."),
    optional("model", \.model, .string, "Model used last."),
    optional("provider", \.provider, .string, "Who served the model."))
}
