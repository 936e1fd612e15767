import JSON

extension TaskRecord.Hold: JSONCodable {
  package static let json = Codec.object(
    Self.init(reason:resumeAt:),
    required("reason", \.reason, HoldReason.json, "Why it waits."),
    optional("resumeAt", \.resumeAt, .timestamp, "Until when, where that is known."))
}

extension TaskRecord.CancelRequest: JSONCodable {
  package static let json = Codec.object(
    Self.init(at:by:reason:),
    required("at", \.at, .timestamp, "When."),
    required("by", \.by, Actor.json, "Who."),
    optional("reason", \.reason, .string, "Why."))
}

extension TaskRecord: JSONCodable {
  /// The form of snapshots and of `task.json`: complete, so that reading it gives the same record.
  package static let json = Codec.object(
    Self.init,
    required("id", \.id, TaskID.json, "UUIDv7."),
    required("spec", \.shared, SharedSpec.json, "What was asked for."),
    required("createdBy", \.createdBy, Actor.json, "Who asked."),
    required("queuedAt", \.queuedAt, .timestamp, "When."),
    required("status", \.status, TaskStatus.json, "Where it stands."),
    optional("hold", \.hold, Hold.json, "Why it may not start yet."),
    optional("error", \.error, AttemptError.json, "Why it failed."),
    optional("cancelRequest", \.cancelRequest, CancelRequest.json, "Who wanted it to end."),
    defaulted("attempts", \.attempts, .array(of: Attempt.json), [], "Its runs."),
    defaulted("artifacts", \.artifacts, .array(of: Artifact.json), [], "What was bound to it."),
    defaulted("requests", \.requests, .array(of: InputRequest.json), [], "Its questions."),
    defaulted("steering", \.steering, .array(of: Steering.json), [], "What was said to it."),
    defaulted("progress", \.progress, .array(of: Progress.json), [], "How far it said it is."),
    defaulted("reviews", \.reviews, .array(of: Review.json), [], "What was thought of it."),
    defaulted("comments", \.comments, .array(of: TaskComment.json), [], "What was said about it."),
    defaulted(
      "retryCount", \.retryCount, .int(0...Limit.retries), 0, "How often it was sent back."),
    optional("feedback", \.feedback, .string, "What the next attempt is told."),
    optional("resumesNext", \.resumesNext, .int(1 ... .max), "What the next attempt resumes."),
    optional("resultSummary", \.resultSummary, .string, "The result in a few words."),
    optional("startedAt", \.startedAt, .timestamp, "When it first ran."),
    optional("completedAt", \.completedAt, .timestamp, "When it ended, however."),
    optional("deletion", \.deletion, Deletion.json, "Who deleted it, and when."),
    required("updatedAt", \.updatedAt, .timestamp, "When it changed last."),
    required("revision", \.revision, .int(1...Reckonable.counts.upperBound), "Counts changes."),
    required(
      "number", \.number, .int(Reckonable.counts), "The journal's number of the last change."))
}
