import JSON

extension TaskRecord {
  /// Bounds what one task's record may hold, since every reader folds it.
  package enum Limit {
    package static let artifacts = 1000
    package static let openRequests = 8
    package static let requests = 500
    package static let queuedSteering = 20
    package static let steering = 500
    /// Stops by a quota, each of which costs an attempt.
    package static let pauses = 50
    package static let reviews = 200
    package static let retries = 100
    package static let comments = 500
    /// Of one attempt, handed-in outputs among them; the last few are kept.
    package static let reports = 1_000
    package static let keptReports = 8
    /// Characters of `resultSummary`.
    package static let summary = 300
  }

  /// Folds one event into a record; pure, and total over every status and event.
  package static func applying(
    _ event: TaskEvent, at moment: Moment, id: TaskID, to record: TaskRecord?
  ) throws(IllegalTransition) -> TaskRecord {
    guard var next = record else {
      guard case .created(let spec) = event else {
        throw IllegalTransition(event: event.name, cause: .doesNotExist)
      }
      // Whether it is true already nobody can say who sees one task only: it waits to be released.
      let hold = spec.claimCondition.map { _ in Hold(reason: .dependencies, resumeAt: nil) }
      return TaskRecord(
        id: id, shared: SharedSpec(spec), createdBy: moment.by, queuedAt: moment.at,
        status: hold == nil ? .queued : .waiting, hold: hold,
        artifacts: spec.boundArtifacts(at: moment), updatedAt: moment.at, revision: 1,
        number: moment.number)
    }
    guard next.revision < Reckonable.counts.upperBound else {
      throw IllegalTransition(event: event.name, cause: .limit("revisions"))
    }
    try next.apply(event, at: moment)
    next.revision += 1
    next.number = moment.number
    next.updatedAt = moment.at
    return next
  }

  /// Changes what the event says and nothing else; refused, it changes nothing at all.
  mutating func apply(_ event: TaskEvent, at moment: Moment) throws(IllegalTransition) {
    do throws(IllegalTransition.Cause) {
      if deletion != nil, event != .restored { throw .deleted }
      switch event {
      case .created: throw .alreadyExists
      case .held(let reason, let resumeAt): try hold(Hold(reason: reason, resumeAt: resumeAt))
      case .released: try release()
      case .claimed(let claim): try take(claim, at: moment)
      case .started(let start): try begin(start, at: moment)
      case .inputRequested(let request): try ask(request)
      case .inputAnswered(let requestId, let answer):
        try answerRequest(
          requestId, InputAnswer(value: answer, answeredBy: moment.by, at: moment.at))
      case .inputWithdrawn(let requestId): try withdrawRequest(requestId, at: moment)
      case .messageSent(let saying): try say(saying, at: moment)
      case .messageWithdrawn(let sendId): try conclude(sendId, as: .withdrawn)
      case .messageDelivered(let sendId): try conclude(sendId, as: .delivered)
      case .budgetWarned(let warning): try warn(warning)
      case .usageCounted(let count): try self.count(count)
      case .reported(let report): try self.report(report, at: moment)
      case .outputSubmitted(let submission): try submit(submission, at: moment)
      case .cancelRequested(let reason): try requestCancel(reason, at: moment)
      case .cancelled(let reason):
        try end(.cancelled, at: moment)
        cancelRequest = CancelRequest(at: moment.at, by: moment.by, reason: reason)
      case .failed(let reason):
        try end(.failed, at: moment)
        error = reason
      case .expired: try end(.expired, at: moment)
      case .renewed(let heartbeat): try renew(heartbeat)
      case .abandoned(let abandonment): try abandon(abandonment, at: moment)
      case .artifactBound(let artifact): try bind(artifact)
      case .settled(let settlement): try settle(settlement, at: moment)
      case .reviewed(let verdict): try judge(verdict, at: moment)
      case .retried(let retry): try self.retry(retry)
      case .updated(let update): try self.update(update)
      case .commented(let remark): try self.remark(remark, at: moment)
      case .deleted: try delete(at: moment)
      case .restored: try restore()
      }
    } catch {
      throw IllegalTransition(event: event.name, cause: error)
    }
  }

  private mutating func hold(_ hold: Hold) throws(IllegalTransition.Cause) {
    guard status == .queued else { throw .status(status) }
    status = .waiting
    self.hold = hold
  }

  private mutating func release() throws(IllegalTransition.Cause) {
    guard status == .waiting else { throw .status(status) }
    status = .queued
    hold = nil
  }

  /// Ends a task that never started.
  private mutating func end(
    _ terminal: TaskStatus, at moment: Moment
  ) throws(IllegalTransition.Cause) {
    guard status == .waiting || status == .queued else { throw .status(status) }
    status = terminal
    hold = nil
    completedAt = moment.at
  }

  private mutating func requestCancel(
    _ reason: String?, at moment: Moment
  ) throws(IllegalTransition.Cause) {
    guard status.isActive else { throw .status(status) }
    guard cancelRequest == nil else { throw .alreadyRequested }
    cancelRequest = CancelRequest(at: moment.at, by: moment.by, reason: reason)
  }

  private mutating func bind(_ artifact: Artifact) throws(IllegalTransition.Cause) {
    guard artifacts.count < Limit.artifacts else { throw .limit("artifacts") }
    guard !artifacts.contains(where: { $0.id == artifact.id }) else { throw .alreadyExists }
    if let attemptN = artifact.attemptN {
      guard attemptN >= 1, attemptN <= attemptCount else {
        throw .wrongAttempt(expected: attemptCount, given: attemptN)
      }
    }
    artifacts.append(artifact)
  }
}
