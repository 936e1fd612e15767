import JSON
import Tasks
import Testing

/// Checks the views that tools and the command line share.
@Suite struct EnvelopeTests {
  /// A record whose words are as long and as hostile as they can be.
  static func long(_ filler: String, status: TaskStatus) throws -> TaskRecord {
    var spec = Sample.spec()
    spec.name = String(repeating: "n", count: 63)
    spec.title = String(repeating: filler, count: 500)
    spec.taskType = String(repeating: "t", count: 64)
    spec.launch.profile = String(repeating: filler, count: 64)
    var events = Sample.way(to: status)
    if status == .completed || status == .failed {
      let outcome: Settlement.Outcome =
        status == .completed ? .completed : .failed(AttemptError(.agentVersionUnsupported, filler))
      events[2] = .settled(
        Settlement(
          attemptN: 1, leaseId: "lease-1", outcome: outcome,
          summary: String(repeating: filler, count: 500)))
    }
    return try Sample.record(events, spec: spec)
  }

  @Test(
    arguments: ["x", "\"", "\\", "é", "🙂", "\u{1B}[1mz", "a\u{301}\u{302}"], TaskStatus.allCases)
  func aBriefEnvelopeNeverExceedsItsBytes(filler: String, status: TaskStatus) throws {
    let standing = QueueStanding(reason: .runnerUnavailable, position: 100_000)
    let brief = BriefEnvelope(try Self.long(filler, status: status), standing: standing)
    let bytes = BriefEnvelope.json.encode(brief)
    #expect(bytes.count <= 400)
    #expect(brief.name.count == 63)
    #expect(try BriefEnvelope.json.decode(.parse(bytes)) == brief)
    #expect(!bytes.contains(0x1B))
  }

  @Test func anOrdinaryTaskStandsUncutInItsBriefEnvelope() throws {
    let record = try Sample.record(Sample.way(to: .completed))
    let brief = BriefEnvelope(record)
    #expect(brief.title == "Fix the login test")
    #expect(brief.resultSummary == "Fixed.")
    #expect(brief.profile == "claude")
    #expect(brief.completedAt == record.completedAt)
  }

  @Test func whatWeFoundStandsBesideWhatTheAgentClaims() throws {
    var attempt = try #require(try Sample.record(Sample.way(to: .completed)).latestAttempt)
    attempt.output = [
      "verification": [
        "results": [["id": "pushed", "kind": "assertion", "status": "pass"]], "passed": true,
      ]
    ]
    #expect(!AttemptView.line(attempt).contains("criteria"))
    let failed = Verification.Finding(
      id: "pushed", kind: .assertion, status: .fail, detail: "there is nothing at branch")
    attempt.checked = Verification(inputCid: nil, results: [failed])
    #expect(
      AttemptView.line(attempt).hasSuffix(
        "; criteria fail: pushed (the agent claims they hold)"))
    #expect(
      CriteriaReport(attempt)?.findings == [
        "assertion pushed fail, where the agent claims pass: there is nothing at branch"
      ])
    attempt.checked = Verification(
      inputCid: nil, results: [Verification.Finding(id: "pushed", kind: .assertion, status: .pass)])
    #expect(AttemptView.line(attempt).hasSuffix("; criteria hold"))
    attempt.checked = Verification(
      inputCid: nil, results: Array(repeating: failed, count: 30))
    #expect((CriteriaReport(attempt)?.line.utf8.count ?? .max) < 200)
  }

  @Test func aLongTitleLeavesRoomForTheSummary() throws {
    var spec = Sample.spec()
    spec.title = String(repeating: "long title ", count: 50)
    let brief = BriefEnvelope(try Sample.record(Sample.way(to: .completed), spec: spec))
    #expect(brief.title?.hasSuffix("…") == true)
    #expect((brief.title?.utf8.count ?? 0) <= 80)
    #expect(brief.resultSummary == "Fixed.")
  }

  @Test func whatHasNoRoomAtAllIsSaidToBeThere() throws {
    let brief = BriefEnvelope(
      try Self.long("é", status: .completed),
      consoleUrl: "http://127.0.0.1:65535/tasks/" + String(repeating: "0", count: 36))
    #expect(BriefEnvelope.json.encode(brief).count <= 400)
    #expect(brief.resultSummary?.hasSuffix("…") == true)
  }

  @Test func theQueueIsOnlyTheQueuedTasksConcern() throws {
    let standing = QueueStanding(reason: .parallelLimit, position: 3)
    let queued = TaskEnvelope(try Sample.record(), standing: standing)
    #expect(queued.statusReason == "parallel_limit")
    #expect(queued.queuePosition == 3)
    let running = TaskEnvelope(
      try Sample.record(Sample.way(to: .running)), standing: standing)
    #expect(running.statusReason == nil)
    #expect(running.queuePosition == nil)
  }

  @Test(arguments: 0..<100 as Range<UInt64>)
  func viewsSurviveTheirJSON(seed: UInt64) throws {
    var maker = Maker(seed)
    let record = try maker.record(steps: 20)
    try Self.holds(TaskEnvelope(record, children: [.running: 2, .failed: 0]))
    try Self.holds(BriefEnvelope(record))
    for attempt in record.attempts { try Self.holds(AttemptView(attempt, of: record.id)) }
    for artifact in record.artifacts { try Self.holds(ArtifactView(artifact, of: record.id)) }
    for request in record.requests { try Self.holds(RequestView(request)) }
  }

  /// Checks that a view is read back as it was, and that nothing in it can act on a terminal.
  static func holds<View: JSONCodable & Equatable>(_ view: View) throws {
    #expect(try RoundTripTests.again(view) == view)
    #expect(!View.json.value(of: view).text.contains("u001b"))
  }

  @Test func anEnvelopeHasNoPayloadOfItsAttempts() throws {
    let record = try Sample.record(
      Sample.way(to: .completed) + [.artifactBound(Sample.artifact(attemptN: 1))])
    let value = TaskEnvelope.json.value(of: TaskEnvelope(record))
    #expect(value["attempts"] == nil)
    #expect(value["output"] == nil)
    #expect(value["artifacts"] == nil)
    #expect(value["artifactCount"] == 1)
    #expect(value["acceptedAttemptN"] == 1)
    #expect(value["latestAttempt"] == "attempt 1 completed after 1.0 s, exit 0")
    #expect(value["leaseId"] == nil)
  }

  @Test func aLargeInputIsNamedButNotShown() throws {
    var spec = Sample.spec()
    spec.input = ["brief": .string(String(repeating: "x", count: 5000))]
    let record = try Sample.record(spec: spec)
    let envelope = TaskEnvelope(record)
    #expect(envelope.input == nil)
    #expect(envelope.inputCut)
    #expect(envelope.inputSizeBytes == 5012)
    #expect(TaskEnvelope.json.encode(envelope).count < 2000)
    #expect(TaskEnvelope(record, inputLimit: 6000).input == spec.input)
  }

  @Test func whoCancelledIsNamedOnceItIs() throws {
    let wished = try Sample.record(Sample.way(to: .running))
      .after(.cancelRequested(reason: "stop"))
    #expect(TaskEnvelope(wished).cancelledBy == nil)
    #expect(TaskEnvelope(wished).cancelRequestedAt == wished.updatedAt)
    let ended = TaskEnvelope(try wished.after(Sample.settled(.cancelled)))
    #expect(ended.cancelledBy == Sample.runner)
    #expect(ended.cancelReason == "stop")
  }

  @Test func openQuestionsStandInTheEnvelopeCleaned() throws {
    let asked = TaskEvent.inputRequested(
      InputRequest(
        requestId: "q", attemptN: 1, question: "\u{1B}[31mRed\u{202E}?",
        options: Array(repeating: "\u{7}a", count: 50), askedAt: Sample.start))
    let record = try Sample.record(Sample.way(to: .running)).after(asked)
    let request = try #require(TaskEnvelope(record).pendingRequests.first)
    #expect(request.question == "Red?")
    #expect(request.options == Array(repeating: "a", count: 20))
  }

  @Test func anAttemptViewKeepsTheLeaseToItself() throws {
    let record = try Sample.record(Sample.way(to: .completed))
    let view = AttemptView(try #require(record.latestAttempt), of: record.id)
    let value = AttemptView.json.value(of: view)
    #expect(value["leaseId"] == nil)
    #expect(value["output"] == ["summary": "Fixed."])
    let cut = AttemptView(try #require(record.latestAttempt), of: record.id, outputLimit: 5)
    #expect(cut.output == nil)
    #expect(cut.outputCut)
    #expect(cut.outputCid == Sample.cid)
  }

  @Test func anArtifactViewGivesTheHashAsShasumPrintsIt() {
    let view = ArtifactView(Sample.artifact(), of: Sample.id())
    // printf '\1\2\3' | sha256sum
    #expect(
      view.sha256 == "039058c6f2c0cb492c533b0a4d14ef77cc0f78abccced5287d84a1a2011cfb81")
  }

  @Test(arguments: 0..<50 as Range<UInt64>)
  func aShownMessageHasNothingInItThatActs(seed: UInt64) {
    var maker = Maker(seed)
    let body = maker.body()
    let shown = body.cleaned(limit: 100)
    #expect(shown.kind == body.kind)
    #expect(shown.cleaned(limit: 100) == shown)
    let message = Message(seq: 0, timestamp: Sample.start, body: shown)
    #expect(!Message.json.value(of: message).text.contains("u001b"))
  }

  @Test func aShownMessageIsBounded() {
    let long = String(repeating: "x", count: 500)
    #expect(MessageBody.text(long).cleaned(limit: 100) == .text(String(long.prefix(99)) + "…"))
    let call = MessageBody.toolCallStart(
      callId: "1", tool: long, title: long, arguments: ["a": .string(long)])
    #expect(
      Message.json.encode(
        Message(seq: 0, timestamp: Sample.start, body: call.cleaned(limit: 50))
      ).count < 400)
  }

  @Test func countsLeaveOutWhatIsNot() {
    let counts = StatusCounts([.running: 2, .inputRequired: 1, .failed: 0])
    #expect(StatusCounts.json.value(of: counts) == ["running": 2, "input_required": 1])
    #expect(counts.total == 3)
    #expect(counts[.failed] == 0)
  }
}
