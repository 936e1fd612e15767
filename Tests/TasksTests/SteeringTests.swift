import Tasks
import Testing

/// Checks what is said to a running agent: durable, in order, bounded, and heard once.
@Suite struct SteeringTests {
  static func running() throws -> TaskRecord {
    try Sample.record(Sample.way(to: .running))
  }

  @Test func whatWasSaidWaitsInOrderUntilItIsHeard() throws {
    var record = try Self.running().after(Sample.said("s-1")).after(Sample.said("s-2", .interrupt))
    #expect(record.queuedSteering.map(\.sendId) == ["s-1", "s-2"])
    #expect(record.queuedSteering.map(\.timing) == [.afterTurn, .interrupt])
    record = try record.after(.messageDelivered(sendId: "s-2"))
    #expect(record.queuedSteering.map(\.sendId) == ["s-1"])
    #expect(record.steering.map(\.state) == [.queued, .delivered])
    #expect(record.status == .running)
  }

  @Test func whatWasHeardCannotBeTakenBack() throws {
    let record = try Self.running().after(Sample.said()).after(.messageDelivered(sendId: "s-1"))
    #expect(record.refusal(of: .messageWithdrawn(sendId: "s-1")) == .alreadyHeard("s-1"))
    #expect(record.refusal(of: .messageDelivered(sendId: "s-1")) == .alreadyHeard("s-1"))
  }

  @Test func whatWasTakenBackIsNeverHeard() throws {
    let record = try Self.running().after(Sample.said()).after(.messageWithdrawn(sendId: "s-1"))
    #expect(record.queuedSteering.isEmpty)
    #expect(record.refusal(of: .messageDelivered(sendId: "s-1")) == .alreadyHeard("s-1"))
  }

  @Test func theSameIdSaysNothingTwice() throws {
    let record = try Self.running().after(Sample.said())
    #expect(record.refusal(of: Sample.said()) == .alreadyExists)
    #expect(record.refusal(of: .messageDelivered(sendId: "s-9")) == .unknownMessage("s-9"))
  }

  @Test func nothingIsSaidToWhatIsBeingCancelled() throws {
    let record = try Self.running().after(.cancelRequested(reason: nil))
    #expect(record.refusal(of: Sample.said()) == .alreadyRequested)
  }

  @Test func whatAnEndedAttemptNeverHeardWaitsNoMore() throws {
    let ended = try Self.running().after(Sample.said()).after(Sample.settled(.completed))
    #expect(ended.queuedSteering.isEmpty)
    #expect(ended.steering.map(\.state) == [.queued])
    #expect(ended.refusal(of: .messageDelivered(sendId: "s-1")) == .status(.completed))
  }

  @Test func whatWaitsIsBounded() throws {
    var record = try Self.running()
    for index in 1...TaskRecord.Limit.queuedSteering {
      record = try record.after(Sample.said("s-\(index)"))
    }
    #expect(record.refusal(of: Sample.said("more")) == .limit("queuedSteering"))
    record = try record.after(.messageWithdrawn(sendId: "s-1"))
    #expect(record.refusal(of: Sample.said("more")) == nil)
  }
}
