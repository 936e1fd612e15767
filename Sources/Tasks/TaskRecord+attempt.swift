import JSON

// The transitions that belong to an attempt: each is guarded by its number and its lease.
extension TaskRecord {
  mutating func take(_ claim: Claim, at moment: Moment) throws(IllegalTransition.Cause) {
    guard status == .queued else { throw .status(status) }
    guard cancelRequest == nil else { throw .alreadyRequested }
    guard claim.attemptN == attemptCount + 1 else {
      throw .wrongAttempt(expected: attemptCount + 1, given: claim.attemptN)
    }
    if let earlier = claim.resumes, earlier < 1 || earlier >= claim.attemptN {
      throw .wrongAttempt(expected: attemptCount, given: earlier)
    }
    guard attempts.count(where: { !$0.isPaused }) < spec.maxAttempts else {
      throw .limit("maxAttempts")
    }
    attempts.append(
      Attempt(
        attemptN: claim.attemptN, leaseId: claim.leaseId, profile: claim.profile,
        resumes: claim.resumes, claimedAt: moment.at))
    resumesNext = nil
    if let bound = claim.references { spec.references = bound }
    guard let lease = claim.worker else {
      status = .dispatched
      return
    }
    attempts[attempts.count - 1].status = .running
    attempts[attempts.count - 1].startedAt = moment.at
    attempts[attempts.count - 1].worker = lease
    holdLease(until: lease.expiresAt)
    startedAt = startedAt ?? moment.at
    status = .running
  }

  mutating func begin(_ start: Start, at moment: Moment) throws(IllegalTransition.Cause) {
    guard status == .dispatched else { throw .status(status) }
    let index = try owned(start.attemptN, start.leaseId)
    attempts[index].status = .running
    attempts[index].executor = start.executor
    attempts[index].workspace = start.workspace
    attempts[index].startedAt = moment.at
    startedAt = startedAt ?? moment.at
    status = .running
  }

  /// Remembers how near its limits the attempt is.
  mutating func warn(_ warning: BudgetWarning) throws(IllegalTransition.Cause) {
    guard status == .running || status == .inputRequired else { throw .status(status) }
    let index = try owned(warning.attemptN, warning.leaseId)
    attempts[index].warning = CleanText.line(warning.text, limit: Limit.summary)
  }

  /// Opens a question; an agent may ask several before the first is answered.
  mutating func ask(_ request: InputRequest) throws(IllegalTransition.Cause) {
    guard status == .running || status == .inputRequired else { throw .status(status) }
    guard request.attemptN == attemptCount else {
      throw .wrongAttempt(expected: attemptCount, given: request.attemptN)
    }
    guard request.isOpen else { throw .alreadyAnswered(request.requestId) }
    guard !requests.contains(where: { $0.requestId == request.requestId }) else {
      throw .alreadyExists
    }
    guard requests.count < Limit.requests else { throw .limit("requests") }
    guard pendingRequests.count < Limit.openRequests else { throw .limit("openRequests") }
    requests.append(request)
    // Null and absent are one in a journal line, so they are one here.
    if request.schema == .null { requests[requests.count - 1].schema = nil }
    if request.defaultAnswer == .null { requests[requests.count - 1].defaultAnswer = nil }
    status = .inputRequired
  }

  /// Closes a question; the first answer wins, and a late one is told so whatever the status is.
  mutating func answerRequest(
    _ requestId: String, _ answer: InputAnswer
  ) throws(IllegalTransition.Cause) {
    let found = try open(requestId)
    requests[found].answer = answer
    if pendingRequests.isEmpty { status = .running }
  }

  /// Closes a question that its agent no longer asks.
  mutating func withdrawRequest(
    _ requestId: String, at moment: Moment
  ) throws(IllegalTransition.Cause) {
    let found = try open(requestId)
    requests[found].withdrawnAt = moment.at
    if pendingRequests.isEmpty { status = .running }
  }

  /// Finds a question of the running attempt that is not closed yet.
  private func open(_ requestId: String) throws(IllegalTransition.Cause) -> Int {
    let found = requests.firstIndex { $0.requestId == requestId }
    if let found, !requests[found].isOpen { throw .alreadyAnswered(requestId) }
    guard status == .inputRequired else { throw .status(status) }
    guard let found, requests[found].attemptN == attemptCount else {
      throw .unknownRequest(requestId)
    }
    return found
  }

  /// Ends the attempt and the task in one step, so that they cannot disagree.
  mutating func settle(
    _ settlement: Settlement, at moment: Moment
  ) throws(IllegalTransition.Cause) {
    guard status.isActive else { throw .status(status) }
    let index = try owned(settlement.attemptN, settlement.leaseId)
    switch settlement.outcome {
    case .completed:
      // What never started cannot have done anything.
      guard status != .dispatched else { throw .status(status) }
      attempts[index].status = .completed
      status = .completed
    case .failed(let reason):
      attempts[index].status = reason.code == .timeout ? .timedOut : .failed
      attempts[index].error = reason
      error = reason
      status = .failed
    case .paused(let pause) where cancelRequest == nil:
      guard status != .dispatched else { throw .status(status) }
      guard attempts.count(where: \.isPaused) < Limit.pauses else { throw .limit("pauses") }
      attempts[index].status = .aborted
      attempts[index].error = pause.error
      hold = Hold(reason: .quota, resumeAt: pause.resumeAt)
      status = .waiting
    // Somebody wanted it to end, whatever stopped it just before.
    case .cancelled, .paused:
      attempts[index].status = .cancelled
      cancelRequest = cancelRequest ?? CancelRequest(at: moment.at, by: moment.by, reason: nil)
      status = .cancelled
    }
    attempts[index].completedAt = moment.at
    // What was handed in before a crash is not lost with its supervisor.
    if let output = settlement.output, output != .null { attempts[index].output = output }
    attempts[index].outputCid = settlement.outputCid
    attempts[index].signature = settlement.signature
    attempts[index].signedAt = settlement.signature.map { _ in moment.at }
    attempts[index].checked = settlement.checked
    attempts[index].checks = settlement.checks
    attempts[index].usage = settlement.usage
    attempts[index].workspace = settlement.workspace ?? attempts[index].workspace
    attempts[index].session = settlement.session
    attempts[index].exit = settlement.exit
    attempts[index].survivors = settlement.survivors
    attempts[index].messageCount = settlement.messageCount
    resultSummary = settlement.summary.map { CleanText.line($0, limit: Limit.summary) }
    if status.isTerminal { completedAt = moment.at }
  }

  /// Finds the running attempt, provided the writer still holds its lease.
  func owned(_ attemptN: Int, _ leaseId: String) throws(IllegalTransition.Cause) -> Int {
    guard attemptN == attemptCount else {
      throw .wrongAttempt(expected: attemptCount, given: attemptN)
    }
    guard let latest = attempts.last, latest.leaseId == leaseId else { throw .lostLease }
    return attempts.count - 1
  }
}
