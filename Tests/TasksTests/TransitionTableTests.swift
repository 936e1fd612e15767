import JSON
import Tasks
import Testing

/// Checks every status against every event, with a table written from the domain's words alone.
@Suite struct TransitionTableTests {
  /// Columns of the table. `.` is a refusal because of the status; `!` one because it exists.
  static let columns: [(name: String, event: TaskEvent)] = [
    ("created", .created(Sample.spec())),
    ("held", .held(.quota, resumeAt: Sample.start)),
    ("released", .released),
    ("claimed", Sample.claim()),
    ("started", Sample.started()),
    ("asked", Sample.asked("q-2")),
    ("answered", Sample.answered()),
    ("withdrawn", .inputWithdrawn(requestId: "q-1")),
    ("sent", Sample.said()),
    ("warned", Sample.warned),
    ("counted", Sample.counted),
    ("reported", .reported(Report(attemptN: 1, leaseId: "lease-1", text: "Half way."))),
    ("submitted", .outputSubmitted(Submission(attemptN: 1, leaseId: "lease-1", output: [:]))),
    ("abandoned", Sample.abandoned),
    ("cancelRequested", .cancelRequested(reason: "stop")),
    ("cancelled", .cancelled(reason: "stop")),
    ("failed", .failed(AttemptError(.agentMissing, "Not installed."))),
    ("expired", .expired),
    ("bound", .artifactBound(Sample.artifact())),
    ("completedEnd", Sample.settled(.completed)),
    ("failedEnd", Sample.settled(.failed(Sample.error))),
    ("cancelledEnd", Sample.settled(.cancelled)),
    ("pausedEnd", Sample.settled(.paused(Sample.pause))),
    ("retried", Sample.retried()),
    ("updated", .updated(TaskUpdate(title: "Other"))),
    ("reassigned", .updated(TaskUpdate(launch: Sample.spec().launch))),
    ("commented", .commented(Remark(author: nil, text: "Well."))),
    ("deleted", .deleted),
    ("restored", .restored),
  ]

  // Letters: w q d r i = the open statuses, C F X E = the ends, = unchanged.
  static let drawn = """
                   crea held rele clai star aske answ with sent warn coun repo subm aban canR cncl fail expi boun comE faiE canE pauE retr upda reas comm dele rest
    waiting          !    .    q    .    .    .    .    .    .    .    .    .    .    .    .    X    F    E    =    .    .    .    .    .    =    =    =    .    .
    queued           !    w    .    d    .    .    .    .    .    .    .    .    .    .    .    X    F    E    =    .    .    .    .    .    =    =    =    .    .
    dispatched       !    .    .    .    r    .    .    .    =    .    .    .    .    F    =    .    .    .    =    .    F    X    .    .    =    .    =    .    .
    running          !    .    .    .    .    i    .    .    =    =    =    =    =    F    =    .    .    .    =    C    F    X    w    .    =    .    =    .    .
    input_required   !    .    .    .    .    i    r    r    =    =    =    =    =    F    =    .    .    .    =    C    F    X    w    .    =    .    =    .    .
    completed        !    .    .    .    .    .    .    .    .    .    .    .    .    .    .    .    .    .    =    .    .    .    .    q    =    .    =    =    .
    failed           !    .    .    .    .    .    .    .    .    .    .    .    .    .    .    .    .    .    =    .    .    .    .    q    =    .    =    =    .
    cancelled        !    .    .    .    .    .    .    .    .    .    .    .    .    .    .    .    .    .    =    .    .    .    .    q    =    .    =    =    .
    expired          !    .    .    .    .    .    .    .    .    .    .    .    .    .    .    .    .    .    =    .    .    .    .    q    =    .    =    =    .
    """

  static let table: [(status: TaskStatus?, cells: [Substring])] =
    drawn.split(separator: "\n").dropFirst().map { line in
      let words = line.split(separator: " ")
      return (TaskStatus(rawValue: String(words[0])), Array(words.dropFirst()))
    }

  static let letters: [Substring: TaskStatus] = [
    "w": .waiting, "q": .queued, "d": .dispatched, "r": .running, "i": .inputRequired,
    "C": .completed, "F": .failed, "X": .cancelled, "E": .expired,
  ]

  @Test func theTableHasEveryStatusAndEveryEvent() {
    #expect(Self.table.map(\.status) == TaskStatus.allCases)
    #expect(Self.table.allSatisfy { $0.cells.count == Self.columns.count })
    #expect(Set(Self.columns.map(\.event.name)).count == 25)
  }

  @Test(arguments: TaskStatus.allCases)
  func everyEventDoesWhatTheTableSays(in status: TaskStatus) throws {
    let before = try Sample.record(Sample.way(to: status))
    #expect(before.status == status)
    let row = try #require(Self.table.first { $0.status == status }).cells
    for (cell, column) in zip(row, Self.columns) {
      let cause = before.refusal(of: column.event)
      switch cell {
      case ".": #expect(cause == .status(status), "\(column.name)")
      case "!": #expect(cause == .alreadyExists, "\(column.name)")
      default:
        #expect(cause == nil, "\(column.name)")
        guard cause == nil else { continue }
        let after = try before.after(column.event)
        #expect(after.status == (Self.letters[cell] ?? status), "\(column.name)")
        #expect(after.revision == before.revision + 1)
        #expect(after.number == before.number + 1)
        #expect(after.updatedAt == Sample.moment(after.number).at)
        #expect((after.completedAt != nil) == after.status.isTerminal)
        #expect((after.hold != nil) == (after.status == .waiting))
      }
    }
  }

  @Test func nothingButItsCreationCanHappenToATaskThatDoesNotExist() {
    for column in Self.columns where column.name != "created" {
      #expect(throws: IllegalTransition(event: column.event.name, cause: .doesNotExist)) {
        try TaskRecord.applying(column.event, at: Sample.moment(1), id: Sample.id(), to: nil)
      }
    }
  }

  @Test func anArtifactBoundAfterTheEndLeavesTheEndAlone() throws {
    let ended = try Sample.record(Sample.way(to: .completed))
    let after = try ended.after(.artifactBound(Sample.artifact(attemptN: 1)))
    #expect(after.completedAt == ended.completedAt)
    #expect(after.artifacts.map(\.id) == ["art-1"])
  }
}
