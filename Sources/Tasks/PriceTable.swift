import JSON

/// Knows what a model costs, in US dollars for a million tokens.
package struct Price: Sendable, Hashable {
  package var input: Double
  package var output: Double
  /// As the input's where absent.
  package var cacheRead: Double?
  package var cacheWrite: Double?

  package init(
    input: Double, output: Double, cacheRead: Double? = nil, cacheWrite: Double? = nil
  ) {
    self.input = input
    self.output = output
    self.cacheRead = cacheRead
    self.cacheWrite = cacheWrite
  }

  func cost(of usage: Usage) -> Double {
    func part(_ tokens: Int?, _ price: Double) -> Double { Double(tokens ?? 0) * price / 1e6 }
    return part(usage.inputTokens, input) + part(usage.outputTokens, output)
      + part(usage.cacheReadTokens, cacheRead ?? input)
      + part(usage.cacheWriteTokens, cacheWrite ?? input)
  }
}

/// Gives agents that tell only tokens a cost, by the model's name.
package struct PriceTable: Sendable, Hashable {
  package var prices: [String: Price]

  package init(_ prices: [String: Price] = [:]) { self.prices = prices }

  /// Fills in the cost; the agent's own figure stands.
  package func priced(_ usage: Usage) -> Usage {
    guard usage.costUsd == nil, usage.totalTokens > 0, let model = usage.model,
      let price = price(of: model)
    else { return usage }
    var priced = usage
    priced.costUsd = price.cost(of: usage)
    return priced
  }

  /// Finds the model, else the longest name that its own begins with.
  private func price(of model: String) -> Price? {
    prices[model]
      ?? prices.filter { model.hasPrefix($0.key) }.max { $0.key.count < $1.key.count }?.value
  }
}

extension Price: JSONCodable {
  package static let json = Codec.object(
    Self.init(input:output:cacheRead:cacheWrite:),
    required("input", \.input, .double(0...1_000_000), "A million tokens read."),
    required("output", \.output, .double(0...1_000_000), "Written."),
    optional("cacheRead", \.cacheRead, .double(0...1_000_000), "Read from the cache."),
    optional("cacheWrite", \.cacheWrite, .double(0...1_000_000), "Written to the cache."))
}
