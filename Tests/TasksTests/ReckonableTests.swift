import JSON
import Tasks
import Testing

/// Checks that no number another has written, in a bundle or a damaged line, is too great or too
/// small to be reckoned with.
struct ReckonableTests {
  private static let moment = Moment(
    number: 7, at: Timestamp(milliseconds: 7), by: Actor(kind: .cli, name: "test"))
  private static let remark = TaskEvent.commented(Remark(author: nil, text: "so"))
  private static let greatest = (1 << 53) - 1

  /// Gives a task at rest in whose JSON some members say something else.
  private func record(_ members: [String: JSONValue]) throws -> TaskRecord {
    let record = try Sample.record(Sample.way(to: .completed))
    var object = try #require(TaskRecord.json.value(of: record).objectValue)
    for (name, value) in members { object[name] = value }
    return try TaskRecord.json.decode(.object(object))
  }

  @Test(arguments: [Int.max, .max - 1, greatest + 1])
  func aRevisionOrNumberBeyondAllOursIsNotRead(_ number: Int) throws {
    for name in ["revision", "number"] {
      #expect(throws: (any Error).self) { try record([name: .integer(number)]) }
    }
  }

  @Test(arguments: [9, 1 << 32, greatest])
  func whatIsTakenOverCanStillBeChanged(_ revision: Int) throws {
    let taken = try record(["revision": .integer(revision)])
      .takenOver(at: Self.moment, name: "n", team: "t", after: 0)
    #expect(taken.revision == min(revision, 1 << 32) + 1)
    let next = try TaskRecord.applying(Self.remark, at: Self.moment, id: taken.id, to: taken)
    #expect(next.revision == taken.revision + 1)
  }

  @Test func theLastRevisionIsToldAndHeldWhoeverGoesOn() throws {
    let last = try record(["revision": .integer(Self.greatest)])
    #expect(throws: IllegalTransition(event: "commented", cause: .limit("revisions"))) {
      try TaskRecord.applying(Self.remark, at: Self.moment, id: last.id, to: last)
    }
    #expect(last.saidAnew(at: Self.moment).revision == Self.greatest)
    let beyond = last.goingOn(with: Self.remark, revision: 3, at: Self.moment)
    #expect(beyond.revision == Self.greatest)
  }

  @Test func noTaskTakenOverHasUsedLessThanNothingOrMoreThanAddsUp() throws {
    let usage: JSONValue = ["inputTokens": -5, "turns": .integer(.max), "costUsd": 1e308]
    var attempt = try #require(
      TaskRecord.json.value(of: try record([:]))["attempts"]?.arrayValue?.first?.objectValue)
    attempt["usage"] = usage
    let two = try record(["attempts": [.object(attempt), .object(attempt)]])
    #expect(two.usage.costUsd == .greatestFiniteMagnitude)
    let taken = two.takenOver(at: Self.moment, name: "n", team: "t", after: 0)
    #expect(taken.usage == Usage(inputTokens: 0, turns: 2 * Self.greatest, costUsd: 2_000_000))
    attempt["usage"] = ["costUsd": -100, "outputTokens": .integer(.min)]
    let less = try record(["attempts": [.object(attempt)]])
    #expect(less.takenOver(at: Self.moment, name: "n", team: "t", after: 0).usage.costUsd == 0)
    #expect(Budget(tokens: 5).less(Budget(less.usage)).tokens == 5)
  }

  @Test func sumsOverTasksDoNotOverflow() throws {
    var attempt = try #require(
      TaskRecord.json.value(of: try record([:]))["attempts"]?.arrayValue?.first?.objectValue)
    attempt["startedAt"] = "0001-01-01T00:00:00.000Z"
    attempt["completedAt"] = "9999-12-31T23:59:59.999Z"
    let many = try record(["attempts": .array(Array(repeating: .object(attempt), count: 30_000))])
    var tally = TaskTally()
    tally.add(many)
    #expect(tally.runningMilliseconds == .max)
    #expect(throws: (any Error).self) { try record(["retryCount": .integer(.max)]) }
  }

  @Test func aReportNumberedBeyondAllIsTheLast() throws {
    let running = try Sample.record(Sample.way(to: .running))
    var object = try #require(TaskRecord.json.value(of: running).objectValue)
    object["progress"] = [
      [
        "attemptN": 1, "number": .integer(.max), "text": "so", "at": "2026-01-01T00:00:00.000Z",
      ]
    ]
    let record = try TaskRecord.json.decode(.object(object))
    let lease = try #require(record.latestAttempt?.leaseId)
    let report = TaskEvent.reported(Report(attemptN: 1, leaseId: lease, text: "on", link: nil))
    #expect(throws: IllegalTransition(event: "reported", cause: .limit("reports"))) {
      try TaskRecord.applying(report, at: Self.moment, id: record.id, to: record)
    }
  }
}
