import JSON

/// Says what an attempt has used so far, while it goes on: what others are given depends on it, and
/// after a crash it is what is known.
package struct UsageCount: Sendable, Hashable {
  package var attemptN: Int
  package var leaseId: String
  package var usage: Usage

  package init(attemptN: Int, leaseId: String, usage: Usage) {
    self.attemptN = attemptN
    self.leaseId = leaseId
    self.usage = usage
  }
}

extension TaskRecord {
  /// Takes the place of an earlier count: each says all there is.
  mutating func count(_ count: UsageCount) throws(IllegalTransition.Cause) {
    guard status == .running || status == .inputRequired else { throw .status(status) }
    attempts[try owned(count.attemptN, count.leaseId)].usage = count.usage
  }
}

extension UsageCount: JSONCodable {
  package static let json = Codec.object(
    Self.init(attemptN:leaseId:usage:),
    required("attemptN", \.attemptN, .int(1 ... .max), "The attempt."),
    required("leaseId", \.leaseId, .string, "Its lease."),
    required("usage", \.usage, Usage.json, "What it has used so far."))
}
