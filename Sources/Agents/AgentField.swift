import JSON
import Tasks

/// Reads members of foreign lines in a form fit to store.
extension JSONValue {
  /// Reads a block of text, bounded and cleaned.
  func text(at key: String) -> String? {
    self[key]?.stringValue.map { AgentText.stored(Array($0.utf8)) }
  }

  /// Reads a short word; ids and names of tools are not places for essays.
  func word(at key: String) -> String? {
    self[key]?.stringValue.map { CleanText.line($0, limit: 200) }
  }

  /// Reads a count; foreign figures below zero count nothing.
  func count(at key: String) -> Int { max(0, self[key]?.intValue ?? 0) }

  /// Reads any value, bounded and cleaned.
  func kept(at key: String) -> JSONValue? { self[key].map(AgentText.stored) }

  /// Gives the line an agent reads: the value and its newline.
  var line: [UInt8] { bytes + [UInt8(ascii: "\n")] }
}

extension Usage {
  /// Gives what this has more than another; what is not more is absent.
  func beyond(_ other: Usage) -> Usage {
    func more(_ left: Int?, _ right: Int?) -> Int? {
      guard let left, left > right ?? 0 else { return nil }
      return left - (right ?? 0)
    }
    var cost: Double?
    if let total = costUsd {
      // Whole nano-dollars, since differences of sums end in noise.
      let rest = ((total - (other.costUsd ?? 0)) * 1e9).rounded() / 1e9
      cost = rest > 0 ? rest : nil
    }
    return Usage(
      inputTokens: more(inputTokens, other.inputTokens),
      outputTokens: more(outputTokens, other.outputTokens),
      cacheReadTokens: more(cacheReadTokens, other.cacheReadTokens),
      cacheWriteTokens: more(cacheWriteTokens, other.cacheWriteTokens),
      toolCalls: more(toolCalls, other.toolCalls), turns: more(turns, other.turns),
      costUsd: cost, model: model, provider: provider)
  }

  /// Tells whether nothing is counted, whoever it was.
  var isNothing: Bool { totalTokens == 0 && toolCalls == nil && turns == nil && costUsd == nil }
}

extension Timestamp {
  /// Reads seconds since 1970, as long as they are of this age.
  init?(secondsOfThisAge seconds: Int) {
    guard (1_000_000_000...9_999_999_999).contains(seconds) else { return nil }
    self.init(milliseconds: Int64(seconds) * 1000)
  }
}

extension AgentLine {
  /// Says what a line in a protocol agent's stream is.
  enum Content {
    case blank
    case value(JSONValue)
    /// Prose, or too long to be read.
    case prose(String)
  }

  /// Reads a line of a protocol: prose between the lines is no reason to fail.
  var content: Content {
    guard !bytes.allSatisfy({ $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\t") }) else {
      return .blank
    }
    if !isCut {
      do throws(JSONSyntaxError) {
        let value = try JSONValue.parse(bytes, surrogates: .replaced)
        if value.objectValue != nil { return .value(value) }
      } catch {
        // No JSON: kept as the prose it is.
      }
    }
    return .prose(AgentText.stored(bytes, length: length, limit: AgentBounds.storedValue))
  }
}
