import JSON
import Tasks

/// Takes what a worker says it used.
enum WorkerUsage {
  static func field<Root>(_ get: @escaping @Sendable (Root) -> Usage) -> Field<Root, Usage> {
    defaulted("usage", get, codec, Usage(), "What it used, as far as you know.")
  }

  private static let codec = Codec.object(
    {
      (
        input: Int?, output: Int?, turns: Int?, cost: Double?, model: String?, provider: String?
      ) in
      Usage(
        inputTokens: input, outputTokens: output, turns: turns, costUsd: cost,
        model: model.map { CleanText.line($0, limit: 200) },
        provider: provider.map { CleanText.line($0, limit: 200) })
    }, unknownKeys: .refused,
    optional("input_tokens", \.inputTokens, .int(0 ... .max), "Tokens read."),
    optional("output_tokens", \.outputTokens, .int(0 ... .max), "Tokens written."),
    optional("turns", \.turns, .int(0 ... .max), "Turns."),
    optional("cost_usd", \.costUsd, .double(0...1_000_000), "US dollars."),
    optional("model", \.model, .text(1...200), "The model."),
    optional("provider", \.provider, .text(1...200), "Who served it."))
}
