import JSON

/// Says how far an attempt is, in its agent's own words.
package struct Report: Sendable, Hashable {
  package var attemptN: Int
  package var leaseId: String
  package var text: String
  /// Where more can be seen, such as a page or a file.
  package var link: String?

  package init(attemptN: Int, leaseId: String, text: String, link: String? = nil) {
    self.attemptN = attemptN
    self.leaseId = leaseId
    self.text = text
    self.link = link
  }
}

/// Keeps one report, numbered over the attempt from 1.
package struct Progress: Sendable, Hashable {
  package var attemptN: Int
  package var number: Int
  package var text: String
  package var link: String?
  package var at: Timestamp
}

/// Hands in an attempt's output before its end; a later one takes the place of an earlier.
package struct Submission: Sendable, Hashable {
  package var attemptN: Int
  package var leaseId: String
  package var output: JSONValue

  package init(attemptN: Int, leaseId: String, output: JSONValue) {
    self.attemptN = attemptN
    self.leaseId = leaseId
    self.output = output
  }
}

extension TaskRecord {
  /// Keeps the latest reports only; how many there were is in their numbers.
  mutating func report(_ report: Report, at moment: Moment) throws(IllegalTransition.Cause) {
    guard status == .running || status == .inputRequired else { throw .status(status) }
    _ = try owned(report.attemptN, report.leaseId)
    try note(report.text, report.link, at: moment)
  }

  private mutating func note(
    _ text: String, _ link: String?, at moment: Moment
  ) throws(IllegalTransition.Cause) {
    let earlier = progress.filter { $0.attemptN == attemptCount }
    let last = earlier.last?.number ?? 0
    guard last < Limit.reports else { throw .limit("reports") }
    progress =
      earlier.suffix(Limit.keptReports - 1) + [
        Progress(
          attemptN: attemptCount, number: last + 1, text: text, link: link, at: moment.at)
      ]
  }

  /// Takes what the agent hands in; whether it counts is settled with the attempt's end.
  mutating func submit(
    _ submission: Submission, at moment: Moment
  ) throws(IllegalTransition.Cause) {
    guard status == .running || status == .inputRequired else { throw .status(status) }
    let index = try owned(submission.attemptN, submission.leaseId)
    try note("It handed in its output.", nil, at: moment)
    attempts[index].output = submission.output == .null ? nil : submission.output
  }
}

extension Report: JSONCodable {
  package static let json = Codec.object(
    Self.init(attemptN:leaseId:text:link:),
    required("attemptN", \.attemptN, .int(1 ... .max), "The attempt."),
    required("leaseId", \.leaseId, .string, "Its lease."),
    required("text", \.text, .string, "How far it is."),
    optional("link", \.link, .string, "Where more can be seen."))
}

extension Progress: JSONCodable {
  package static let json = Codec.object(
    Self.init(attemptN:number:text:link:at:),
    required("attemptN", \.attemptN, .int(1 ... .max), "The attempt."),
    required("number", \.number, .int(1 ... .max), "Counts its reports."),
    required("text", \.text, .string, "How far it is."),
    optional("link", \.link, .string, "Where more can be seen."),
    required("at", \.at, .timestamp, "When it was said."))
}

extension Submission: JSONCodable {
  package static let json = Codec.object(
    Self.init(attemptN:leaseId:output:),
    required("attemptN", \.attemptN, .int(1 ... .max), "The attempt."),
    required("leaseId", \.leaseId, .string, "Its lease."),
    required("output", \.output, .any, "What it hands in."))
}
