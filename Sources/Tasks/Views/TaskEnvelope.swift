import JSON

/// Shows a task whole, without any payload of its attempts.
package struct TaskEnvelope: Sendable, Hashable {
  package var id: TaskID
  package var name: String
  package var title: String
  package var tags: [String]
  package var status: TaskStatus
  package var statusReason: String?
  package var statusMessage: String?
  package var queuePosition: Int?
  package var resumeAt: Timestamp?
  package var taskType: String
  package var outputKind: OutputKind
  package var input: JSONValue?
  package var inputSizeBytes: Int
  package var inputCut: Bool
  package var inputCid: ContentID
  package var inputSchemaCid: ContentID
  package var references: [WorkReference]
  package var teamId: String
  package var diaryId: String?
  package var correlationId: String?
  package var parentId: TaskID?
  package var claimCondition: ClaimCondition?
  package var priority: Int
  package var profile: String
  package var model: String?
  package var effort: String?
  package var allowedProfiles: [String]
  package var requiredTools: [String]
  package var requiredExecutorTrustLevel: TrustLevel?
  package var checks: [[String]]
  package var directory: String?
  package var workspace: WorkspaceMode
  package var budget: Budget
  package var dispatchTimeoutSec: Int
  package var runningTimeoutSec: Int
  package var expiresAt: Timestamp?
  package var maxAttempts: Int
  package var attemptCount: Int
  package var acceptedAttemptN: Int?
  package var retryCount: Int
  package var review: Review?
  package var comments: [TaskComment]
  package var latestAttempt: String?
  package var resultSummary: String?
  package var usage: Usage
  package var artifactCount: Int
  package var pendingRequests: [RequestView]
  package var queuedMessages: [SteeringView]
  package var childCounts: StatusCounts?
  package var createdBy: Actor
  package var cancelledBy: Actor?
  package var cancelReason: String?
  package var cancelRequestedAt: Timestamp?
  package var queuedAt: Timestamp
  package var startedAt: Timestamp?
  package var completedAt: Timestamp?
  package var updatedAt: Timestamp
  package var revision: Int
  /// Is the address of its page while a console is served.
  package var consoleUrl: String?
}

extension TaskEnvelope {
  /// Shows a record; what it cannot know itself, its place in the queue and its children, is given.
  ///
  /// An input of more bytes than `inputLimit` is left out, and `inputCut` says so.
  package init(
    _ record: TaskRecord, standing: QueueStanding? = nil, isDamaged: Bool = false,
    children: [TaskStatus: Int]? = nil, inputLimit: Int = ViewLimit.payload
  ) {
    let spec = record.spec
    let input = PayloadView(spec.input, limit: inputLimit)
    let wish = record.cancelRequest
    self.init(
      id: record.id, name: spec.name.cleanedWord,
      title: CleanText.line(spec.title, limit: ViewLimit.title),
      tags: spec.tags.prefix(ViewLimit.tags).map { CleanText.line($0, limit: ViewLimit.tag) },
      status: record.status,
      statusReason: record.statusReason(standing, isDamaged: isDamaged),
      statusMessage: record.statusMessage.map { CleanText.clean($0, limit: ViewLimit.sentence) },
      queuePosition: record.queuePosition(standing), resumeAt: record.hold?.resumeAt,
      taskType: spec.taskType.cleanedWord, outputKind: spec.outputKind, input: input.value,
      inputSizeBytes: input.sizeBytes ?? 0, inputCut: input.isCut, inputCid: spec.inputCid,
      inputSchemaCid: spec.inputSchemaCid, references: spec.references.map(\.cleaned),
      teamId: spec.teamId.cleanedWord,
      diaryId: spec.diaryId?.cleanedWord,
      correlationId: spec.correlationId?.cleanedWord, parentId: spec.parentId,
      claimCondition: spec.claimCondition, priority: spec.priority,
      profile: spec.launch.profile.cleanedWord,
      model: spec.launch.settings.model?.cleanedWord,
      effort: spec.launch.settings.effort?.cleanedWord,
      allowedProfiles: spec.suitability.profiles.map(\.cleanedWord),
      requiredTools: spec.suitability.tools.map(\.cleanedWord),
      requiredExecutorTrustLevel: spec.suitability.trust == .selfDeclared
        ? nil : spec.suitability.trust,
      checks: spec.checks.map { $0.map { CleanText.line($0, limit: ViewLimit.title) } },
      directory: spec.directory?.cleanedPath,
      workspace: spec.workspace,
      budget: spec.budget, dispatchTimeoutSec: spec.dispatchTimeoutSec,
      runningTimeoutSec: spec.runningTimeoutSec, expiresAt: spec.expiresAt,
      maxAttempts: spec.maxAttempts, attemptCount: record.attemptCount,
      acceptedAttemptN: record.acceptedAttemptN, retryCount: record.retryCount,
      review: record.review?.cleaned,
      comments: record.comments.suffix(ViewLimit.comments).map(\.cleaned),
      latestAttempt: record.latestAttempt.map(AttemptView.line),
      resultSummary: record.resultSummary, usage: record.usage.cleaned,
      artifactCount: record.artifacts.count,
      pendingRequests: record.pendingRequests.map { RequestView($0) },
      queuedMessages: record.unheardSteering.map { SteeringView($0) },
      childCounts: children.map { StatusCounts($0) }, createdBy: record.createdBy.cleaned,
      cancelledBy: record.status == .cancelled ? wish?.by.cleaned : nil,
      cancelReason: wish?.reason.map { CleanText.clean($0, limit: ViewLimit.sentence) },
      cancelRequestedAt: wish?.at, queuedAt: record.queuedAt, startedAt: record.startedAt,
      completedAt: record.completedAt, updatedAt: record.updatedAt, revision: record.revision)
  }
}
