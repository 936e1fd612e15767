import JSON

/// Records what somebody thinks of a completed attempt; it changes nothing else.
package struct Review: Sendable, Hashable {
  package enum State: String, Sendable, Hashable, CaseIterable, JSONCodable {
    case pending, accepted, rejected
    package static let json = Codec<State>.enumeration
  }

  package var attemptN: Int
  package var state: State
  /// The name the reviewer gives, or the actor's.
  package var reviewer: String
  package var comments: String?
  package var at: Timestamp
}

/// Gives a verdict on an attempt.
package struct Verdict: Sendable, Hashable {
  package var attemptN: Int
  package var isAccepted: Bool
  package var reviewer: String?
  package var comments: String?

  package init(
    attemptN: Int, isAccepted: Bool, reviewer: String? = nil, comments: String? = nil
  ) {
    self.attemptN = attemptN
    self.isAccepted = isAccepted
    self.reviewer = reviewer
    self.comments = comments
  }
}

/// Sends an ended task back to the queue for one more attempt.
package struct Retry: Sendable, Hashable {
  /// The input as it is now, where its words were changed.
  package struct Change: Sendable, Hashable {
    package var input: JSONValue
    package var inputCid: ContentID

    package init(input: JSONValue, inputCid: ContentID) {
      self.input = input
      self.inputCid = inputCid
    }
  }

  package var reason: String?
  /// What the next attempt is told of the one before.
  package var feedback: String?
  package var change: Change?
  /// The attempt whose conversation the next one goes on with, if it is to.
  package var resumes: Int?
  package var launch: LaunchPlan

  package init(
    reason: String?, feedback: String? = nil, change: Change? = nil, resumes: Int? = nil,
    launch: LaunchPlan
  ) {
    self.reason = reason
    self.feedback = feedback
    self.change = change
    self.resumes = resumes
    self.launch = launch
  }
}

/// Changes what people call a task, how urgent it is, or who is to run it.
package struct TaskUpdate: Sendable, Hashable {
  package var title: String?
  package var tags: [String]?
  package var priority: Int?
  package var launch: LaunchPlan?
  /// What came of an ended task, in a line.
  package var result: String?

  package init(
    title: String? = nil, tags: [String]? = nil, priority: Int? = nil, launch: LaunchPlan? = nil,
    result: String? = nil
  ) {
    self.title = title
    self.tags = tags
    self.priority = priority
    self.launch = launch
    self.result = result
  }
}

/// Says something about a task, apart from its messages.
package struct TaskComment: Sendable, Hashable {
  package var author: String
  package var text: String
  package var at: Timestamp
}

/// Carries a comment before it is dated.
package struct Remark: Sendable, Hashable {
  package var author: String?
  package var text: String

  package init(author: String?, text: String) {
    self.author = author
    self.text = text
  }
}

extension TaskRecord {
  /// The attempt whose output counts: the one accepted last, else the first that completed and was
  /// not rejected.
  package var acceptedAttemptN: Int? {
    let verdicts = Dictionary(reviews.map { ($0.attemptN, $0.state) }, uniquingKeysWith: { $1 })
    if let chosen = reviews.last(where: {
      $0.state == .accepted && verdicts[$0.attemptN] == .accepted
    }) {
      return chosen.attemptN
    }
    return attempts.first { $0.status == .completed && verdicts[$0.attemptN] != .rejected }?
      .attemptN
  }

  /// How the latest completed attempt was judged; nil while there is none.
  package var review: Review? {
    guard let attempt = attempts.last(where: { $0.status == .completed }) else { return nil }
    return reviews.last { $0.attemptN == attempt.attemptN }
      ?? Review(
        attemptN: attempt.attemptN, state: .pending, reviewer: "",
        at: attempt.completedAt ?? updatedAt)
  }

  mutating func judge(
    _ verdict: Verdict, at moment: Moment
  ) throws(IllegalTransition.Cause) {
    guard status.isTerminal else { throw .status(status) }
    guard let attempt = attempts.first(where: { $0.attemptN == verdict.attemptN }),
      attempt.status == .completed
    else { throw .notCompleted(verdict.attemptN) }
    guard reviews.count < Limit.reviews else { throw .limit("reviews") }
    reviews.append(
      Review(
        attemptN: verdict.attemptN, state: verdict.isAccepted ? .accepted : .rejected,
        reviewer: verdict.reviewer ?? moment.by.name, comments: verdict.comments, at: moment.at))
  }

  mutating func retry(_ retry: Retry) throws(IllegalTransition.Cause) {
    guard status.isTerminal else { throw .status(status) }
    guard retryCount < Limit.retries else { throw .limit("retries") }
    if let earlier = retry.resumes, earlier < 1 || earlier > attemptCount {
      throw .wrongAttempt(expected: attemptCount, given: earlier)
    }
    retryCount += 1
    resumesNext = retry.resumes
    feedback = retry.feedback
    if let change = retry.change {
      spec.input = change.input
      spec.inputCid = change.inputCid
    }
    spec.launch = retry.launch
    spec.expiresAt = nil
    spec.maxAttempts = max(spec.maxAttempts, attempts.count { !$0.isPaused } + 1)
    hold = spec.claimCondition.map { _ in Hold(reason: .dependencies, resumeAt: nil) }
    status = hold == nil ? .queued : .waiting
    error = nil
    cancelRequest = nil
    resultSummary = nil
    completedAt = nil
  }

  mutating func update(_ update: TaskUpdate) throws(IllegalTransition.Cause) {
    if let launch = update.launch {
      guard status == .queued || status == .waiting else { throw .status(status) }
      spec.launch = launch
    }
    if let result = update.result {
      guard status.isTerminal else { throw .status(status) }
      resultSummary = result
    }
    spec.title = update.title ?? spec.title
    spec.tags = update.tags ?? spec.tags
    spec.priority = update.priority ?? spec.priority
  }

  mutating func remark(
    _ remark: Remark, at moment: Moment
  ) throws(IllegalTransition.Cause) {
    guard comments.count < Limit.comments else { throw .limit("comments") }
    comments.append(
      TaskComment(author: remark.author ?? moment.by.name, text: remark.text, at: moment.at))
  }
}
