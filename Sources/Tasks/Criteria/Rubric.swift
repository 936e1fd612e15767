import JSON

/// Weighs the criteria a judge scores a piece of work by.
package struct Rubric: Sendable, Hashable {
  package struct Criterion: Sendable, Hashable {
    package enum Scoring: String, Sendable, Hashable, CaseIterable {
      case score = "llm_score"
      case checklist = "llm_checklist"
      case boolean
      case signature = "deterministic_signature_check"
      case coverage = "deterministic_coverage_check"
    }

    package var id: String
    package var description: String
    package var weight: Double
    package var scoring: Scoring
  }

  package var rubricId: String
  package var version: JSONValue
  package var preamble: String?
  package var scope: String?
  package var contentHash: String?
  package var criteria: [Criterion]

  /// How far apart two sums may be that are the same to whoever rounded them.
  static let tolerance = 0.001

  /// Finds what no schema can say.
  func faults(at place: JSONPointer) -> [Fault] {
    var faults: [Fault] = []
    let list = place.appending(key: "criteria")
    var names: Set<String> = []
    for (index, criterion) in criteria.enumerated() where !names.insert(criterion.id).inserted {
      faults.append(
        Fault(
          pointer: list.appending(index: index).appending(key: "id"), message: "is used twice"))
    }
    let sum = criteria.reduce(0) { $0 + $1.weight }
    if abs(sum - 1) > Self.tolerance {
      faults.append(
        Fault(pointer: list, message: "the weights sum to \(shown(sum)), not to 1"))
    }
    return faults
  }

  /// Sums weight × score; nil unless every criterion is scored.
  package func composite(_ scores: [String: Double]) -> Double? {
    var sum = 0.0
    for criterion in criteria {
      guard let score = scores[criterion.id] else { return nil }
      sum += criterion.weight * score
    }
    return sum
  }
}

/// Writes a figure with at most four decimals.
func shown(_ figure: Double) -> String {
  JSONValue.double((figure * 10_000).rounded() / 10_000).text
}

extension Rubric.Criterion: JSONCodable {
  package static let json = Codec.object(
    Self.init(id:description:weight:scoring:), unknownKeys: .refused,
    required("id", \.id, .string(length: 1...200)),
    required("description", \.description, .string(length: 1...5_000)),
    required("weight", \.weight, .double(0...1)),
    required("scoring", \.scoring, .enumeration))
}

extension Rubric: JSONCodable {
  package static let json = Codec.object(
    Self.init(rubricId:version:preamble:scope:contentHash:criteria:), unknownKeys: .refused,
    required("rubricId", \.rubricId, .string(length: 1...200)),
    required("version", \.version, version),
    optional("preamble", \.preamble, .string(length: 1...10_000)),
    optional("scope", \.scope, .string(length: 1...2_000)),
    optional("contentHash", \.contentHash, .string(length: 1...200)),
    required(
      "criteria", \.criteria, .array(of: Criterion.json, count: 1...100), "Weights sum to 1."))

  /// Takes a number or a word.
  private static let version = Codec<JSONValue>(
    schema: ["type": ["string", "integer"]],
    read: { value, faults in
      if value.stringValue != nil || value.intValue != nil { return value }
      return faults.expected("a version: a string or an integer", value)
    }, write: { $1.value($0) })
}
