import JSON
import JSONRPC
import Posix
import TestSupport
import Testing

@Suite struct RequestTableTests {
  /// Holds a table whose frames can be read back.
  private final class Fixture: Sendable {
    let table: RequestTable
    let outbox: Outbox
    private let reading: Monitor<LineReader>

    init() throws {
      Signal.ignoreBrokenPipe()
      let pipe = try Pipe.make()
      reading = Monitor(LineReader(try pipe.reading.duplicate(), maxLength: 1 << 20))
      outbox = Outbox(pipe.takeWriting())
      table = RequestTable(outbox)
    }

    /// Closes the way out and gives everything that was sent.
    func sent() throws -> [String] {
      outbox.close()
      var lines: [String] = []
      while case .line(let line)? = try reading.withLock({ (reader) throws in try reader.next() }) {
        lines.append(String(decoding: line, as: UTF8.self))
      }
      return lines
    }
  }

  private func frame(_ text: String) -> [UInt8] { Array((text + "\n").utf8) }

  @Test func nothingFollowsTheAnswer() throws {
    let fixture = try Fixture()
    let entry = try #require(fixture.table.begin(.integer(1)))
    #expect(fixture.table.begin(.integer(1)) == nil)
    #expect(fixture.table.begin(.string("1")) != nil)
    #expect(fixture.table.notify(entry, frame("half")))
    #expect(fixture.table.answer(entry, frame("whole")))
    #expect(!fixture.table.notify(entry, frame("late")))
    #expect(!fixture.table.answer(entry, frame("twice")))
    #expect(!fixture.table.cancel(.integer(1)))
    #expect(try fixture.sent() == ["half", "whole"])
  }

  @Test func nothingFollowsACancel() throws {
    let fixture = try Fixture()
    let entry = try #require(fixture.table.begin(.integer(1)))
    #expect(fixture.table.cancel(.integer(1)))
    #expect(entry.cancellation.isCancelled)
    // The same id taken anew is another request: the old one cannot answer for it.
    let second = try #require(fixture.table.begin(.integer(1)))
    #expect(!fixture.table.answer(entry, frame("old")))
    #expect(!fixture.table.notify(entry, frame("old")))
    #expect(fixture.table.answer(second, frame("new")))
    #expect(try fixture.sent() == ["new"])
  }

  @Test func whatIsInterruptedMayStillAnswer() throws {
    let fixture = try Fixture()
    let entry = try #require(fixture.table.begin(.integer(1)))
    fixture.table.interruptAll()
    #expect(entry.cancellation.isCancelled)
    #expect(fixture.table.answer(entry, frame("last words")))
    #expect(try fixture.sent() == ["last words"])
  }

  @Test func aCancellationWakesWhoeverWaits() throws {
    let cancellation = Cancellation()
    let monitor = Monitor(0)
    let woken = Monitor(0)
    for _ in 0..<4 {
      try Thread.start(name: "waits") {
        _ = cancellation.wait(on: monitor) { (value: inout Int) -> Int? in
          value > 0 ? value : nil
        }
        woken.update { $0 += 1 }
      }
    }
    #expect(cancellation.wait(for: .milliseconds(1)) == false)
    cancellation.cancel()
    cancellation.cancel()
    #expect(woken.wait(until: .after(.seconds(60)), while: { $0 < 4 }))
    #expect(cancellation.wait(for: .seconds(60)))
    var calls = 0
    let counted = Monitor(0)
    cancellation.observing({ counted.update { $0 += 1 } }, { calls += 1 })
    #expect(calls == 1 && counted.withLock { $0 } == 1)
  }

  @Test func waitingOnAMonitorGivesItsValue() {
    let cancellation = Cancellation()
    let monitor = Monitor(7)
    #expect(cancellation.wait(on: monitor) { (value: inout Int) -> Int? in value } == 7)
    let late = cancellation.wait(on: monitor, until: .after(.milliseconds(5))) {
      (_: inout Int) -> Int? in nil
    }
    #expect(late == nil)
  }

  @Test func workersAreBounded() throws {
    let workers = Workers(limit: 2)
    let gate = Monitor(false)
    let wait: @Sendable () -> Void = { gate.wait(while: { !$0 }) }
    #expect(workers.start("one", wait) && workers.start("two", wait))
    #expect(!workers.start("three", wait))
    #expect(workers.count == 2)
    #expect(!workers.wait(until: .after(.milliseconds(5))))
    gate.update { $0 = true }
    #expect(workers.wait(until: .after(.seconds(60))))
    #expect(workers.start("four", wait))
    #expect(workers.wait(until: .after(.seconds(60))))
  }

  @Test func aPeerFarBehindIsGone() throws {
    Signal.ignoreBrokenPipe()
    let gone = Monitor(0)
    let pipe = try Pipe.make()
    let reading = try pipe.reading.duplicate()
    let outbox = Outbox(pipe.takeWriting(), limit: 1 << 20) { gone.update { $0 += 1 } }
    let big = [UInt8](repeating: 120, count: 300 << 10)
    // More than the pipe takes: it stays in the queue, half of which is not for what may be lost.
    outbox.send(big)
    outbox.send(big)
    outbox.sendIfRoom(big)
    outbox.sendIfRoom(big)
    #expect(!outbox.isGone)
    for _ in 0..<4 { outbox.send(big) }
    #expect(outbox.isGone)
    #expect(gone.withLock { $0 } == 1)
    _ = reading.rawValue
  }
}
