import JSON

extension TaskEnvelope: JSONCodable {
  package static let json = Codec.object(
    Self.init(
      id:name:title:tags:status:statusReason:statusMessage:queuePosition:resumeAt:taskType:
      outputKind:input:inputSizeBytes:inputCut:inputCid:inputSchemaCid:references:teamId:
      diaryId:correlationId:parentId:claimCondition:priority:profile:model:effort:allowedProfiles:
      requiredTools:
      requiredExecutorTrustLevel:checks:directory:workspace:budget:
      dispatchTimeoutSec:runningTimeoutSec:expiresAt:maxAttempts:attemptCount:acceptedAttemptN:
      retryCount:
      review:comments:latestAttempt:resultSummary:usage:artifactCount:pendingRequests:
      queuedMessages:childCounts:createdBy:cancelledBy:cancelReason:cancelRequestedAt:queuedAt:
      startedAt:completedAt:updatedAt:revision:consoleUrl:),
    required("id", \.id, TaskID.json, "UUIDv7."),
    required("name", \.name, .string, "Slug; accepted wherever a task is named."),
    required("title", \.title, .string, "One line."),
    defaulted("tags", \.tags, .array(of: .string), [], "Words to find it by."),
    required("status", \.status, TaskStatus.json, "Where it stands."),
    optional("statusReason", \.statusReason, .string, "Why, as one word."),
    optional("statusMessage", \.statusMessage, .string, "Why, and what to do next."),
    optional("queuePosition", \.queuePosition, .int, "Place in the queue, from 1."),
    optional("resumeAt", \.resumeAt, .timestamp, "When a waiting task goes on."),
    required("taskType", \.taskType, .string, "Its type."),
    required("outputKind", \.outputKind, OutputKind.json, "What it hands in."),
    optional("input", \.input, .any, "The validated input, where it is small."),
    required("inputSizeBytes", \.inputSizeBytes, .int, "Size of the input as JSON."),
    defaulted("inputCut", \.inputCut, .bool, false, "The input is too large to stand here."),
    required("inputCid", \.inputCid, .contentID, "Content id of the canonical input."),
    required("inputSchemaCid", \.inputSchemaCid, .contentID, "Content id of its schema."),
    defaulted(
      "references", \.references, .array(of: WorkReference.json), [], "What it is about."),
    required("teamId", \.teamId, .string, "Team that can see it."),
    optional("diaryId", \.diaryId, .string, "Opaque grouping id."),
    optional("correlationId", \.correlationId, .string, "Opaque grouping id."),
    optional("parentId", \.parentId, TaskID.json, "The task that made it."),
    optional(
      "claimCondition", \.claimCondition, ClaimCondition.json, "What must be true before."),
    required("priority", \.priority, .int, "0 critical, 50 normal, 100 low."),
    required("profile", \.profile, .string, "Who runs it."),
    optional("model", \.model, .string, "The model it is to use."),
    optional("effort", \.effort, .string, "How hard it is to think."),
    defaulted("allowedProfiles", \.allowedProfiles, .array(of: .string), [], "Who else may."),
    defaulted("requiredTools", \.requiredTools, .array(of: .string), [], "What a worker needs."),
    optional("requiredExecutorTrustLevel", \.requiredExecutorTrustLevel, TrustLevel.json, "Trust."),
    defaulted("checks", \.checks, .array(of: .array(of: .string)), [], "Run after the claim."),
    optional("directory", \.directory, .string, "Where it works."),
    required("workspace", \.workspace, WorkspaceMode.json, "Whether that is a copy."),
    defaulted("budget", \.budget, Budget.json, Budget(), "What it may use."),
    required("dispatchTimeoutSec", \.dispatchTimeoutSec, .int, "Longest from claim to start."),
    required("runningTimeoutSec", \.runningTimeoutSec, .int, "Longest from start to end."),
    optional("expiresAt", \.expiresAt, .timestamp, "Latest start."),
    required("maxAttempts", \.maxAttempts, .int, "How often it may be tried."),
    required("attemptCount", \.attemptCount, .int, "How often it was tried."),
    optional("acceptedAttemptN", \.acceptedAttemptN, .int, "The attempt that counts."),
    defaulted("retryCount", \.retryCount, .int, 0, "How often it was sent back."),
    optional("review", \.review, Review.json, "What was thought of its latest result."),
    defaulted("comments", \.comments, .array(of: TaskComment.json), [], "The latest comments."),
    optional("latestAttempt", \.latestAttempt, .string, "The latest attempt in a line."),
    optional("resultSummary", \.resultSummary, .string, "The result in a few words."),
    defaulted("usage", \.usage, Usage.json, Usage(), "What all attempts used."),
    required("artifactCount", \.artifactCount, .int, "How many artifacts it has."),
    defaulted(
      "pendingRequests", \.pendingRequests, .array(of: RequestView.json), [], "Open questions."),
    defaulted(
      "queuedMessages", \.queuedMessages, .array(of: SteeringView.json), [], "Not heard yet."),
    optional("childCounts", \.childCounts, StatusCounts.json, "Subtasks by status."),
    required("createdBy", \.createdBy, Actor.json, "Who asked for it."),
    optional("cancelledBy", \.cancelledBy, Actor.json, "Who ended it."),
    optional("cancelReason", \.cancelReason, .string, "Why."),
    optional("cancelRequestedAt", \.cancelRequestedAt, .timestamp, "When that was asked for."),
    required("queuedAt", \.queuedAt, .timestamp, "When it was created."),
    optional("startedAt", \.startedAt, .timestamp, "When it first ran."),
    optional("completedAt", \.completedAt, .timestamp, "When it ended, however."),
    required("updatedAt", \.updatedAt, .timestamp, "When it changed last."),
    required("revision", \.revision, .int, "Counts its changes."),
    optional("consoleUrl", \.consoleUrl, .string, "Its page for a person."))
}
