import JSON
import Tasks
import Testing

/// Checks what a review and a retry change of a task, and what they leave alone.
@Suite struct ReviewTests {
  static let first = Sample.way(to: .completed)
  static let second = [
    Sample.retried(), Sample.claim(2, lease: "lease-2"), Sample.started(2, lease: "lease-2"),
    Sample.settled(.completed, attemptN: 2, lease: "lease-2"),
  ]

  static let verdicts: [(events: [TaskEvent], accepted: Int?, state: Review.State?)] = [
    ([], nil, nil),
    (Sample.way(to: .failed), nil, nil),
    (first, 1, .pending),
    (first + [Sample.reviewed(true)], 1, .accepted),
    (first + [Sample.reviewed(false)], nil, .rejected),
    (first + [Sample.reviewed(false), Sample.reviewed(true)], 1, .accepted),
    (first + second, 1, .pending),
    (first + [Sample.reviewed(false)] + second, 2, .pending),
    (first + second + [Sample.reviewed(true, attemptN: 2)], 2, .accepted),
    (first + second + [Sample.reviewed(true, attemptN: 2), Sample.reviewed(true)], 1, .accepted),
    (
      first + second + [Sample.reviewed(true, attemptN: 2), Sample.reviewed(false, attemptN: 2)],
      1, .rejected
    ),
  ]

  @Test(arguments: verdicts)
  func theFirstCompletedAttemptCountsUnlessSomebodySaysOtherwise(
    events: [TaskEvent], accepted: Int?, state: Review.State?
  ) throws {
    let record = try Sample.record(events)
    #expect(record.acceptedAttemptN == accepted)
    #expect(record.review?.state == state)
  }

  @Test func aRejectionChangesNothingButTheReview() throws {
    let before = try Sample.record(Self.first)
    let after = try before.after(Sample.reviewed(false))
    #expect(after.status == .completed && after.error == nil && after.statusReason == nil)
    #expect(after.attempts == before.attempts && after.completedAt == before.completedAt)
    #expect(after.review?.reviewer == "runner" && after.review?.comments == "Because.")
  }

  @Test func onlyACompletedAttemptOfAnEndedTaskIsReviewed() throws {
    let failed = try Sample.record(Sample.way(to: .failed))
    #expect(failed.refusal(of: Sample.reviewed(true)) == .notCompleted(1))
    let running = try Sample.record(Sample.way(to: .running))
    #expect(running.refusal(of: Sample.reviewed(true)) == .status(.running))
    let done = try Sample.record(Self.first)
    #expect(done.refusal(of: Sample.reviewed(true, attemptN: 2)) == .notCompleted(2))
  }

  @Test func aRetryAddsAnAttemptAndKeepsTheEarlierOnes() throws {
    let before = try Sample.record(Sample.way(to: .failed))
    let change = Retry.Change(input: ["brief": "Other."], inputCid: ContentID(raw: [5]))
    let after = try before.after(
      .retried(
        Retry(
          reason: "again", feedback: "Look closer.", change: change,
          launch: LaunchPlan(profile: "codex", adapter: .codex, executable: "/bin/codex"))))
    #expect(after.status == .queued && after.retryCount == 1)
    #expect(after.error == nil && after.completedAt == nil && after.resultSummary == nil)
    #expect(after.attempts == before.attempts)
    #expect(after.spec.maxAttempts == 2 && after.spec.launch.profile == "codex")
    #expect(after.spec.input == ["brief": "Other."] && after.feedback == "Look closer.")
    #expect(try after.after(Sample.claim(2, lease: "lease-2")).attemptCount == 2)
  }

  @Test func aCancelledTaskThatIsRetriedCanBeClaimed() throws {
    let record = try Sample.record(Sample.way(to: .cancelled) + [Sample.retried()])
    #expect(record.cancelRequest == nil)
    #expect(record.refusal(of: Sample.claim()) == nil)
  }

  @Test func commentsAreKeptInOrderUpToABound() throws {
    var record = try Sample.record()
    for number in 0..<TaskRecord.Limit.comments {
      record = try record.after(.commented(Remark(author: "ann", text: "\(number)")))
    }
    #expect(record.comments.first?.text == "0" && record.comments.first?.author == "ann")
    #expect(
      record.refusal(of: .commented(Remark(author: nil, text: "x"))) == .limit("comments"))
  }
}
