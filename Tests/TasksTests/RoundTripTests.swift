import JSON
import Tasks
import Testing

/// Checks that what is written is read back as the same, for values of every kind.
@Suite struct RoundTripTests {
  static let seeds: Range<UInt64> = 0..<150

  /// Writes a value as a line and reads it back.
  static func again<Value: JSONCodable>(_ value: Value) throws -> Value {
    let bytes = Value.json.encode(value)
    #expect(!bytes.contains(UInt8(ascii: "\n")))
    return try Value.json.decode(JSONValue.parse(bytes))
  }

  @Test(arguments: seeds)
  func everyEventSurvivesItsLine(seed: UInt64) throws {
    var maker = Maker(seed)
    for _ in 0..<13 {
      let event = maker.event()
      #expect(try Self.again(event) == event)
      #expect(TaskEvent.json.value(of: event)["type"]?.stringValue == event.name)
    }
  }

  @Test func everyEventFitsTheSchemaItPublishes() throws {
    let schema = try Schema(TaskEvent.json.schema)
    var maker = Maker(1)
    for _ in 0..<300 {
      let event = maker.event()
      #expect(schema.validate(TaskEvent.json.value(of: event)) == [], "\(event.name)")
    }
  }

  @Test(arguments: seeds)
  func everyRecordSurvivesItsSnapshot(seed: UInt64) throws {
    var maker = Maker(seed)
    let record = try maker.record()
    #expect(try Self.again(record) == record)
  }

  @Test(arguments: seeds)
  func everyMessageSurvivesItsLine(seed: UInt64) throws {
    var maker = Maker(seed)
    for seq in 0..<10 {
      let message = Message(seq: seq, timestamp: maker.time(), body: maker.body())
      #expect(try Self.again(message) == message)
    }
  }

  @Test(arguments: seeds)
  func foldingWhatWasReadGivesWhatFoldingWhatWasMeantGave(seed: UInt64) throws {
    var maker = Maker(seed)
    var meant = try Sample.record()
    var read = meant
    for _ in 0..<30 {
      let event =
        meant.status == .queued && maker.bool() ? Sample.claim(lease: "lease") : maker.event()
      let line = try Self.again(event)
      #expect(meant.refusal(of: event) == read.refusal(of: line))
      guard meant.refusal(of: event) == nil else { continue }
      meant = try meant.after(event)
      read = try read.after(line)
      #expect(meant == read)
    }
  }

  @Test func nullAndAbsentAreOneInTheFold() throws {
    let running = try Sample.record(Sample.way(to: .running))
    let settled = TaskEvent.settled(
      Settlement(attemptN: 1, leaseId: "lease-1", outcome: .completed, output: .some(nil)))
    let asked = TaskEvent.inputRequested(
      InputRequest(
        requestId: "q", attemptN: 1, question: "?", schema: .some(nil), defaultAnswer: .some(nil),
        askedAt: Sample.start))
    for event in [settled, asked] {
      #expect(try running.after(event) == running.after(Self.again(event)))
    }
  }

  @Test func defaultsAreNotWritten() {
    #expect(
      TaskSpec.json.value(of: Sample.spec()).objectValue?.keys.map { $0 } == [
        "name", "title", "taskType", "input", "inputCid", "inputSchemaCid", "launch",
      ])
    #expect(TaskEvent.json.value(of: .released) == ["type": "released"])
    #expect(
      TaskEvent.json.value(of: .cancelRequested(reason: nil)) == ["type": "cancel_requested"])
  }

  @Test func theFormOfAMessageIsKept() {
    let message = Message(seq: 3, timestamp: Sample.start, body: .text("Hello."))
    #expect(
      Message.json.value(of: message) == [
        "seq": 3, "timestamp": .string(Sample.start.description), "kind": "text",
        "payload": ["text": "Hello."],
      ])
  }

  static let malformed: [JSONValue] = [
    [:], ["type": "nothing"], ["type": "claimed"], ["type": "settled", "attemptN": 1],
    ["type": "held", "reason": "boredom"], "released", nil, [["type": "released"]],
  ]

  @Test(arguments: malformed)
  func whatIsNoEventIsRefused(value: JSONValue) {
    #expect(throws: Mismatch.self) { try TaskEvent.json.decode(value) }
  }

  static let malformedMessages: [JSONValue] = [
    [:], ["seq": 0, "timestamp": "2026-11-21T09:30:00.000Z", "kind": "song", "payload": [:]],
    ["seq": 0, "timestamp": "2026-11-21T09:30:00.000Z", "kind": "text", "payload": [:]],
    ["seq": 0, "timestamp": "2026-11-21T09:30:00.000Z", "kind": "text"],
    ["seq": -1, "timestamp": "2026-11-21T09:30:00.000Z", "kind": "text", "payload": ["text": ""]],
    ["seq": 0, "timestamp": "yesterday", "kind": "text", "payload": ["text": ""]],
  ]

  @Test(arguments: malformedMessages)
  func whatIsNoMessageIsRefused(value: JSONValue) {
    #expect(throws: Mismatch.self) { try Message.json.decode(value) }
  }
}
