import Posix
import TestSupport
import Testing

struct SignalTests {
  @Test func arrivingSignalsCanBePolledAndTaken() async {
    await #expect(processExitsWith: .success) {
      let signals = try SignalPipe.install([.terminate, .hangup, .user1])
      #expect(try signals.take() == [])
      let own = try ProcessTable.current().identity
      for signal in [Signal.terminate, .hangup, .terminate] {
        #expect(try ProcessTable.signal(own, signal))
        #expect(try Poller.isReadable(signals.descriptor, until: .after(.seconds(60))))
        #expect(try signals.take() == [signal])
      }
      #expect(try signals.take() == [])
    }
  }

  @Test func withoutAPipeASignalEndsTheProcessAgain() async {
    await #expect(processExitsWith: .signal(Signal.terminate.rawValue)) {
      _ = try SignalPipe.install([.terminate])
      try ProcessTable.signal(try ProcessTable.current().identity, .terminate)
      exitNow(0)
    }
  }

  @Test(arguments: [("SIGTERM", Signal.terminate), ("INT", .interrupt), ("SIGHUP", .hangup)])
  func aSignalIsKnownByItsName(name: String, signal: Signal) {
    #expect(Signal(name: name) == signal)
    #expect(signal.description.hasSuffix(name))
  }

  @Test func anUnknownNameIsNoSignal() {
    #expect(Signal(name: "SIGNOTHING") == nil)
    #expect(Signal(rawValue: 63).description == "signal 63")
  }

  @Test func aTakenWireIsOutOfReachOfThePrintedWord() async {
    await #expect(processExitsWith: .success) {
      let before = try Descriptor(duplicating: 1).status()
      let wire = try StandardStreams.takeWire()
      #expect(try wire.output.status().isSameFile(as: before))
      let one = try Descriptor(duplicating: 1).status()
      let two = try Descriptor(duplicating: 2).status()
      #expect(one.isSameFile(as: two))
      #expect(try Descriptor(duplicating: 0).read(upTo: 1) == [])
      let null = try #require(try FileStatus.of("/dev/null"))
      #expect(try Descriptor(duplicating: 0).status().isSameFile(as: null))
      #expect(wire.input.rawValue > 2 && wire.output.rawValue > 2)
    }
  }

  @Test func wordsForPeopleAreDroppedRatherThanWaitedFor() throws {
    let pipe = try Pipe.make()
    for _ in 0..<100 {
      StandardError.write(String(repeating: "x", count: 10_000), to: pipe.writing.rawValue)
    }
    let kept = try pipe.takeReading().readToEnd(limit: 1_000_000)
    #expect(kept.count >= 512 && kept.count < 1_000_000)
  }

  @Test func wordsForPeopleArriveWholeWhenSomebodyReads() throws {
    let pipe = try Pipe.make()
    let text = (0..<500).map { "\($0) " }.joined()
    StandardError.write(text, to: pipe.writing.rawValue)
    #expect(try pipe.takeReading().readToEnd(limit: 10_000) == Array(text.utf8))
  }
}
