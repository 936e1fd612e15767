import JSON

// What is known of a task of which changes are missing: nothing is started or judged by it, but it
// is shown, its name is kept, and it can be ended.
extension TaskRecord {
  /// Stands for a task whose beginning could not be read.
  package static func remnant(
    _ id: TaskID, name: String?, team: String?, at moment: Moment
  ) -> TaskRecord {
    let input: JSONValue = ["brief": "Its brief could not be read."]
    var spec = TaskSpec(
      name: name ?? "unreadable-\(id.description.suffix(12))",
      title: "What it was about could not be read", taskType: "freeform", input: input,
      inputCid: ContentID(json: input.bytes), inputSchemaCid: ContentID(raw: []),
      launch: LaunchPlan(profile: "unknown", adapter: .shell, executable: nil))
    if let team { spec.teamId = team }
    return TaskRecord(
      id: id, shared: SharedSpec(spec), createdBy: moment.by, queuedAt: id.createdAt,
      status: .queued,
      updatedAt: moment.at, revision: 1, number: moment.number)
  }

  /// Goes on behind a gap: what the event itself says is true, whatever came before; an event that
  /// says too little by itself changes nothing else.
  package func goingOn(with event: TaskEvent, revision: Int, at moment: Moment) -> TaskRecord {
    var next = self
    next.bridgeGap(before: event, at: moment)
    // One that is refused all the same stays without effect.
    try? next.apply(event, at: moment)
    next.revision = max(revision, Self.revision(after: self.revision))
    next.number = moment.number
    next.updatedAt = moment.at
    return next
  }

  /// Gives it the id that later lines name, where the line that began it had another.
  package func known(as id: TaskID) -> TaskRecord {
    var next = self
    next.id = id
    return next
  }

  /// Says anew, as a change of its own, all that is known of it; under another name where its own
  /// is taken.
  package func saidAnew(at moment: Moment, name: String? = nil) -> TaskRecord {
    var next = self
    if let name { next.spec.name = name }
    next.revision = Self.revision(after: revision)
    next.number = moment.number
    next.updatedAt = moment.at
    return next
  }

  /// Brings the record to where the event can follow.
  private mutating func bridgeGap(before event: TaskEvent, at moment: Moment) {
    // Nothing else happens to what is in the bin: that it was taken out is what is missing.
    if event != .restored { deletion = nil }
    switch event {
    case .claimed(let claim): assume(claim.attemptN, claim.leaseId, .dispatched, at: moment)
    case .started(let start):
      assume(start.attemptN, start.leaseId, .dispatched, at: moment)
    case .settled(let settlement):
      let isUnderWay = status.isActive && status != .dispatched
      assume(
        settlement.attemptN, settlement.leaseId, isUnderWay ? status : .running, at: moment)
    case .abandoned(let end): assume(end.attemptN, end.leaseId, .running, at: moment)
    case .inputRequested:
      if status == .dispatched { status = .running }
    case .cancelled, .failed, .expired:
      if !status.isTerminal { status = .queued }
    case .retried, .deleted:
      if !status.isTerminal { status = .failed }
    case .created, .held, .released, .inputAnswered, .inputWithdrawn, .messageSent,
      .messageWithdrawn, .messageDelivered, .budgetWarned, .usageCounted, .reported,
      .outputSubmitted, .renewed, .cancelRequested, .artifactBound, .reviewed, .updated, .commented,
      .restored:
      break
    }
  }

  /// Takes for granted that an attempt was claimed and has come so far.
  private mutating func assume(
    _ attemptN: Int, _ leaseId: String, _ reached: TaskStatus, at moment: Moment
  ) {
    guard attemptN >= attempts.count, attemptN <= Self.mostAttempts else { return }
    while attempts.count < attemptN {
      attempts.append(
        Attempt(
          attemptN: attempts.count + 1, leaseId: leaseId, profile: spec.launch.profile,
          claimedAt: moment.at))
    }
    attempts[attemptN - 1].leaseId = leaseId
    status = reached
    (hold, error, completedAt) = (nil, nil, nil)
  }

  /// No task has more; a number beyond is no number of ours.
  private static let mostAttempts = 100 + Limit.pauses
}

extension TaskID {
  /// Gives the time of creation that the id begins with.
  package var createdAt: Timestamp {
    Timestamp(milliseconds: bytes.prefix(6).reduce(0) { $0 << 8 | Int64($1) })
  }
}
