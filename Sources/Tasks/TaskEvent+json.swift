import JSON

extension Claim: JSONCodable {
  package static let json = Codec.object(
    Self.init(attemptN:leaseId:profile:resumes:worker:references:),
    required("attemptN", \.attemptN, .int(1 ... .max), "Counts from 1."),
    required("leaseId", \.leaseId, .string, "Guards every write of the attempt."),
    required("profile", \.profile, .string, "Who runs it."),
    optional("resumes", \.resumes, .int(1 ... .max), "The attempt it goes on with."),
    optional("worker", \.worker, WorkerLease.json, "The outside worker that took it."),
    optional(
      "references", \.references, .array(of: WorkReference.json), "The outputs it is about."))
}

extension Start: JSONCodable {
  package static let json = Codec.object(
    Self.init(attemptN:leaseId:executor:workspace:),
    required("attemptN", \.attemptN, .int(1 ... .max), "The attempt."),
    required("leaseId", \.leaseId, .string, "Its lease."),
    required("executor", \.executor, Executor.json, "The processes."),
    required("workspace", \.workspace, AttemptWorkspace.json, "Where it works."))
}

extension BudgetWarning: JSONCodable {
  package static let json = Codec.object(
    Self.init(attemptN:leaseId:text:),
    required("attemptN", \.attemptN, .int(1 ... .max), "The attempt."),
    required("leaseId", \.leaseId, .string, "Its lease."),
    required("text", \.text, .string, "The limit, and how much of it is used."))
}

extension Settlement.Outcome: JSONCodable {
  package static let json = Codec<Self>.union(
    tag: "status",
    .variant("completed", .completed),
    .variant(
      "failed", extract: { if case .failed(let error) = $0 { error } else { nil } },
      embed: { .failed($0) }, AttemptError.json),
    .variant("cancelled", .cancelled),
    .variant(
      "paused", extract: { if case .paused(let pause) = $0 { pause } else { nil } },
      embed: { .paused($0) }, Settlement.Pause.json))
}

extension Settlement.Pause: JSONCodable {
  package static let json = Codec.object(
    Self.init(_:resumeAt:),
    required("error", \.error, AttemptError.json, "What stopped it."),
    required("resumeAt", \.resumeAt, .timestamp, "When it may go on."))
}

extension Settlement: JSONCodable {
  package static let json = Codec.object(
    Self.init(
      attemptN:leaseId:outcome:output:outputCid:signature:checked:checks:summary:usage:workspace:
      session:
      exit:survivors:messageCount:),
    required("attemptN", \.attemptN, .int(1 ... .max), "The attempt."),
    required("leaseId", \.leaseId, .string, "Its lease."),
    required("outcome", \.outcome, Outcome.json, "How it ended."),
    optional("output", \.output, .any, "What the agent claims."),
    optional("outputCid", \.outputCid, .contentID, "Content id of the output."),
    optional("signature", \.signature, .string, "Signature over it."),
    optional("checked", \.checked, Verification.json, "What we found of the criteria."),
    defaulted("checks", \.checks, .array(of: CheckEvidence.json), [], "What our commands found."),
    optional("summary", \.summary, .string, "The result in a few words."),
    defaulted("usage", \.usage, Usage.json, Usage(), "What it used."),
    optional("workspace", \.workspace, AttemptWorkspace.json, "Where it worked."),
    optional("session", \.session, AttemptSession.json, "The agent's conversation."),
    optional("exit", \.exit, ProcessExit.json, "How the process ended."),
    defaulted("survivors", \.survivors, .array(of: .string), [], "Processes still alive."),
    optional("messageCount", \.messageCount, .int(0 ... .max), "How many messages there are."))
}

/// Carries why somebody wants an end.
private struct Wish: JSONCodable {
  var reason: String?
  static let json = Codec.object(
    Self.init, optional("reason", \.reason, .string, "Why."))
}

/// Carries an answer; the event's actor and time are in its journal line.
private struct Reply: JSONCodable {
  var requestId: String
  var answer: JSONValue
  static let json = Codec.object(
    Self.init,
    required("requestId", \.requestId, .string, "The question."),
    required("answer", \.answer, .any, "The answer."))
}

/// Names a question that is no longer asked.
private struct Asked: JSONCodable {
  var requestId: String
  static let json = Codec.object(
    Self.init, required("requestId", \.requestId, .string, "The question."))
}

/// Names something that was said.
private struct Said: JSONCodable {
  var sendId: String
  static let json = Codec.object(
    Self.init, required("sendId", \.sendId, .string, "What was said."))
}

extension TaskEvent: JSONCodable {
  package static let json = Codec<Self>.union(
    tag: "type",
    .variant(
      "created", extract: { if case .created(let spec) = $0 { spec } else { nil } },
      embed: { .created($0) }, TaskSpec.json),
    .variant(
      "held",
      extract: {
        if case .held(let reason, let resumeAt) = $0 {
          TaskRecord.Hold(reason: reason, resumeAt: resumeAt)
        } else {
          nil
        }
      }, embed: { .held($0.reason, resumeAt: $0.resumeAt) }, TaskRecord.Hold.json),
    .variant("released", .released),
    .variant(
      "claimed", extract: { if case .claimed(let claim) = $0 { claim } else { nil } },
      embed: { .claimed($0) }, Claim.json),
    .variant(
      "started", extract: { if case .started(let start) = $0 { start } else { nil } },
      embed: { .started($0) }, Start.json),
    .variant(
      "input_requested",
      extract: { if case .inputRequested(let request) = $0 { request } else { nil } },
      embed: { .inputRequested($0) }, InputRequest.json),
    .variant(
      "input_answered",
      extract: {
        if case .inputAnswered(let requestId, let answer) = $0 {
          Reply(requestId: requestId, answer: answer)
        } else {
          nil
        }
      }, embed: { .inputAnswered(requestId: $0.requestId, answer: $0.answer) }, Reply.json),
    .variant(
      "input_withdrawn",
      extract: { if case .inputWithdrawn(let id) = $0 { Asked(requestId: id) } else { nil } },
      embed: { .inputWithdrawn(requestId: $0.requestId) }, Asked.json),
    .variant(
      "message_sent", extract: { if case .messageSent(let saying) = $0 { saying } else { nil } },
      embed: { .messageSent($0) }, Saying.json),
    .variant(
      "message_withdrawn",
      extract: { if case .messageWithdrawn(let id) = $0 { Said(sendId: id) } else { nil } },
      embed: { .messageWithdrawn(sendId: $0.sendId) }, Said.json),
    .variant(
      "message_delivered",
      extract: { if case .messageDelivered(let id) = $0 { Said(sendId: id) } else { nil } },
      embed: { .messageDelivered(sendId: $0.sendId) }, Said.json),
    .variant(
      "budget_warned",
      extract: { if case .budgetWarned(let warning) = $0 { warning } else { nil } },
      embed: { .budgetWarned($0) }, BudgetWarning.json),
    .variant(
      "usage_counted",
      extract: { if case .usageCounted(let count) = $0 { count } else { nil } },
      embed: { .usageCounted($0) }, UsageCount.json),
    .variant(
      "reported", extract: { if case .reported(let report) = $0 { report } else { nil } },
      embed: { .reported($0) }, Report.json),
    .variant(
      "output_submitted",
      extract: { if case .outputSubmitted(let output) = $0 { output } else { nil } },
      embed: { .outputSubmitted($0) }, Submission.json),
    .variant(
      "cancel_requested",
      extract: { if case .cancelRequested(let reason) = $0 { Wish(reason: reason) } else { nil } },
      embed: { .cancelRequested(reason: $0.reason) }, Wish.json),
    .variant(
      "cancelled",
      extract: { if case .cancelled(let reason) = $0 { Wish(reason: reason) } else { nil } },
      embed: { .cancelled(reason: $0.reason) }, Wish.json),
    .variant(
      "failed", extract: { if case .failed(let error) = $0 { error } else { nil } },
      embed: { .failed($0) }, AttemptError.json),
    .variant("expired", .expired),
    .variant(
      "renewed", extract: { if case .renewed(let sign) = $0 { sign } else { nil } },
      embed: { .renewed($0) }, Heartbeat.json),
    .variant(
      "abandoned", extract: { if case .abandoned(let end) = $0 { end } else { nil } },
      embed: { .abandoned($0) }, Abandonment.json),
    .variant(
      "artifact_bound",
      extract: { if case .artifactBound(let artifact) = $0 { artifact } else { nil } },
      embed: { .artifactBound($0) }, Artifact.json),
    .variant(
      "settled", extract: { if case .settled(let end) = $0 { end } else { nil } },
      embed: { .settled($0) }, Settlement.json),
    .variant(
      "reviewed", extract: { if case .reviewed(let verdict) = $0 { verdict } else { nil } },
      embed: { .reviewed($0) }, Verdict.json),
    .variant(
      "retried", extract: { if case .retried(let retry) = $0 { retry } else { nil } },
      embed: { .retried($0) }, Retry.json),
    .variant(
      "updated", extract: { if case .updated(let update) = $0 { update } else { nil } },
      embed: { .updated($0) }, TaskUpdate.json),
    .variant(
      "commented", extract: { if case .commented(let remark) = $0 { remark } else { nil } },
      embed: { .commented($0) }, Remark.json),
    .variant("deleted", .deleted), .variant("restored", .restored))
}
