import JSON
import Tasks
import Testing

/// Checks questions: durable, bounded, and the first answer wins.
@Suite struct QuestionTests {
  static func running() throws -> TaskRecord {
    try Sample.record(Sample.way(to: .running))
  }

  @Test func theLastAnswerSetsTheAgentGoingAgain() throws {
    var record = try Self.running().after(Sample.asked("q-1")).after(Sample.asked("q-2"))
    #expect(record.status == .inputRequired)
    #expect(record.needsAttention)
    record = try record.after(Sample.answered("q-1"))
    #expect(record.status == .inputRequired)
    #expect(record.pendingRequests.map(\.requestId) == ["q-2"])
    record = try record.after(Sample.answered("q-2"))
    #expect(record.status == .running)
    #expect(record.pendingRequests.isEmpty)
    #expect(record.requests.compactMap(\.answer?.value) == ["a", "a"])
    #expect(record.requests[1].answer?.answeredBy == Sample.runner)
    #expect(record.requests[1].answer?.at == record.updatedAt)
  }

  @Test func aLateAnswerIsToldSoWhateverTheStatus() throws {
    let answered = try Self.running().after(Sample.asked()).after(Sample.answered())
    #expect(answered.refusal(of: Sample.answered()) == .alreadyAnswered("q-1"))
    let ended = try answered.after(Sample.settled(.completed))
    #expect(ended.refusal(of: Sample.answered()) == .alreadyAnswered("q-1"))
    let open = try answered.after(Sample.asked("q-2"))
    #expect(open.refusal(of: Sample.answered("q-1")) == .alreadyAnswered("q-1"))
    #expect(open.refusal(of: Sample.answered("q-9")) == .unknownRequest("q-9"))
  }

  @Test func aQuestionThatEndedUnansweredAsksNoMore() throws {
    let ended = try Self.running().after(Sample.asked()).after(Sample.settled(.cancelled))
    #expect(ended.pendingRequests.isEmpty)
    #expect(ended.refusal(of: Sample.answered()) == .status(.cancelled))
  }

  @Test func aQuestionIsAskedOnceByTheAttemptThatRuns() throws {
    let record = try Self.running().after(Sample.asked())
    #expect(record.refusal(of: Sample.asked()) == .alreadyExists)
    #expect(
      record.refusal(of: Sample.asked("q-2", attemptN: 2))
        == .wrongAttempt(expected: 1, given: 2))
    let answer = InputAnswer(value: "a", answeredBy: Sample.client, at: Sample.start)
    let answered = TaskEvent.inputRequested(
      InputRequest(
        requestId: "q-3", attemptN: 1, question: "?", askedAt: Sample.start, answer: answer))
    #expect(record.refusal(of: answered) == .alreadyAnswered("q-3"))
  }

  @Test func aQuestionItsAgentTakesBackLetsItGoOn() throws {
    let withdrawn = TaskEvent.inputWithdrawn(requestId: "q-1")
    var record = try Self.running().after(Sample.asked("q-1")).after(Sample.asked("q-2"))
    record = try record.after(withdrawn)
    #expect(record.status == .inputRequired)
    #expect(record.pendingRequests.map(\.requestId) == ["q-2"])
    #expect(record.refusal(of: Sample.answered("q-1")) == .alreadyAnswered("q-1"))
    #expect(record.refusal(of: withdrawn) == .alreadyAnswered("q-1"))
    record = try record.after(.inputWithdrawn(requestId: "q-2"))
    #expect(record.status == .running)
    #expect(record.requests.allSatisfy { $0.withdrawnAt != nil && $0.answer == nil })
  }

  @Test func openQuestionsAreBounded() throws {
    var record = try Self.running()
    for index in 1...TaskRecord.Limit.openRequests {
      record = try record.after(Sample.asked("q-\(index)"))
    }
    #expect(record.refusal(of: Sample.asked("more")) == .limit("openRequests"))
    #expect(try record.after(Sample.answered("q-1")).refusal(of: Sample.asked("more")) == nil)
  }

  @Test func allQuestionsOfATaskAreBounded() throws {
    var record = try Self.running()
    for index in 1...TaskRecord.Limit.requests {
      record = try record.after(Sample.asked("q-\(index)")).after(Sample.answered("q-\(index)"))
    }
    #expect(record.refusal(of: Sample.asked("more")) == .limit("requests"))
  }
}
