import Posix
import Synchronization
import TestSupport
import Testing

struct MessageWriterTests {
  init() { Signal.ignoreBrokenPipe() }

  /// Makes a frame whose every byte tells its writer, and whose head tells its number.
  private static func frame(_ writer: UInt8, _ number: Int, size: Int) -> [UInt8] {
    Array("\(number) ".utf8) + [UInt8](repeating: writer, count: size) + [10]
  }

  @Test func bigFramesFromTwoThreadsNeverMixWithASlowReader() throws {
    let pipe = try Pipe.make()
    let reading = try pipe.reading.duplicate()
    let writer = MessageWriter(pipe.takeWriting())
    let names = Array("AB".utf8)
    let threads = try names.map { name in
      try Joined("frames") {
        for number in 0..<12 {
          #expect(writer.enqueue(Self.frame(name, number, size: 300 << 10)) == .queued)
        }
      }
    }
    var splitter = LineSplitter(maxLength: 1 << 20)
    var next = [names[0]: 0, names[1]: 0]
    var seen = 0
    while seen < 24 {
      // Small reads far apart keep the pipe full: the writer is stopped in the middle of every
      // frame.
      splitter.append(try reading.read(upTo: 20_000))
      while let line = splitter.next() {
        guard case .line(let bytes) = line, let name = bytes.last else {
          Issue.record("not a frame: \(line)")
          return
        }
        let number = next[name] ?? -1
        #expect(bytes + [10] == Self.frame(name, number, size: 300 << 10))
        next[name] = number + 1
        seen += 1
      }
    }
    for thread in threads { thread.join() }
    #expect(writer.drain(until: .after(.seconds(60))))
    #expect(writer.queuedBytes == 0)
  }

  @Test func aClosedPipeIsReportedOnceAndTakesNothingMore() throws {
    for direct in [false, true] {
      let counter = Counter()
      let writing = try Pipe.make().takeWriting()
      let writer = MessageWriter(writing, onClosed: { counter.add($0) })
      if direct { #expect(!writer.tryWriteNow([1])) } else { _ = writer.enqueue([1]) }
      #expect(try eventually { writer.enqueue([2]) == .closed })
      #expect(!writer.tryWriteNow([3]))
      #expect(!writer.drain(until: .after(.seconds(1))))
      #expect(try eventually { counter.errors.count == 1 })
      #expect(counter.errors.first?.isClosedPipe == true)
    }
  }

  @Test func aFullQueueRefusesWithoutTakingAnything() throws {
    let pipe = try Pipe.make()
    let reading = try pipe.reading.duplicate()
    let writer = MessageWriter(pipe.takeWriting(), limit: 1 << 20)
    let frame = [UInt8](repeating: 1, count: 400_000)
    #expect(writer.enqueue(frame) == .queued)
    #expect(writer.enqueue(frame) == .queued)
    #expect(writer.enqueue(frame) == .full)
    #expect(writer.enqueue(frame, until: .after(.milliseconds(20))) == .full)
    #expect(!writer.drain(until: .after(.milliseconds(20))))
    writer.close()
    #expect(writer.enqueue([1]) == .closed)
    #expect(try reading.readToEnd(limit: 1 << 20).count == 800_000)
  }

  @Test func oneMessageAboveTheLimitGoesWhenItIsAlone() throws {
    let pipe = try Pipe.make()
    let reading = try pipe.reading.duplicate()
    let writer = MessageWriter(pipe.takeWriting(), limit: 1000)
    #expect(writer.enqueue([UInt8](repeating: 1, count: 100_000)) == .queued)
    writer.close()
    #expect(try reading.readToEnd(limit: 1 << 20).count == 100_000)
  }

  @Test func writingNowHappensOnlyWhenItCannotWait() throws {
    let pipe = try Pipe.make()
    let reading = try pipe.reading.duplicate()
    let writer = MessageWriter(pipe.takeWriting())
    #expect(writer.tryWriteNow([1, 2]))
    #expect(try reading.read(upTo: 10) == [1, 2])
    #expect(!writer.tryWriteNow([UInt8](repeating: 0, count: 5000)))
    var direct = 0
    while writer.tryWriteNow([UInt8](repeating: 0, count: 512)) { direct += 512 }
    #expect(direct > 0)
    #expect(writer.enqueue([9]) == .queued)
    #expect(!writer.tryWriteNow([8]))
    #expect(try reading.read(upTo: direct).count == direct)
    #expect(writer.drain(until: .after(.seconds(60))))
    #expect(try reading.read(upTo: 10) == [9])
    #expect(writer.send([7]) == .queued)
    #expect(try reading.read(upTo: 10) == [7])
  }

  @Test func aMessageWrittenNowNeverOvertakesAQueuedOne() throws {
    let pipe = try Pipe.make()
    let reading = try pipe.reading.duplicate()
    let writer = MessageWriter(pipe.takeWriting())
    let thread = try Joined("sender") {
      for number in 0..<20_000 {
        let message = Array("\(number)\n".utf8)
        let admission = number % 3 == 0 ? writer.enqueue(message) : writer.send(message)
        #expect(admission == .queued)
      }
    }
    var reader = LineReader(reading, maxLength: 100)
    for number in 0..<20_000 {
      let line = try reader.next()
      if line != .line(Array("\(number)".utf8)) {
        Issue.record("\(number) became \(String(describing: line))")
        break
      }
    }
    thread.join()
  }

  @Test func aFileIsNeverWrittenOnTheCallersThread() throws {
    try withTemporaryDirectory { directory in
      let file = try Descriptor.open("\(directory)/f", [.write, .create])
      let writer = MessageWriter(file)
      #expect(!writer.tryWriteNow([65]))
      #expect(writer.send([66]) == .queued)
      #expect(writer.drain(until: .after(.seconds(60))))
      #expect(try readText("\(directory)/f") == "B")
    }
  }

  private final class Counter: Sendable {
    private let found = Mutex<[SystemError]>([])
    var errors: [SystemError] { found.withLock { $0 } }
    func add(_ error: SystemError) { found.withLock { $0.append(error) } }
  }
}

/// Is a thread that can stand in an array.
final class Joined: Sendable {
  private let thread: Mutex<Thread?>

  init(_ name: String, _ body: @escaping @Sendable () -> Void) throws {
    thread = Mutex(try Thread.start(name: name, body))
  }

  func join() { thread.withLock { $0.take() }?.join() }
}
