import Posix
import Synchronization

/// Is a program under test, joined by three pipes; killed with its group when it goes.
package final class RunningProgram: Sendable {
  private struct Collected: Sendable {
    var bytes: [UInt8] = []
    var isComplete = false
  }

  package let process: ChildProcess
  private let writer: Mutex<MessageWriter?>
  private let output: Mutex<Output>
  private let collected = Monitor(Collected())

  private struct Output: ~Copyable {
    let descriptor: Descriptor
    var splitter = LineSplitter(maxLength: 64 << 20)
  }

  /// Starts it; where the specification names a descriptor for stderr, nobody reads what it says.
  package init(_ spec: ProcessSpec) throws {
    Signal.ignoreBrokenPipe()
    let input = try Pipe.make()
    let output = try Pipe.make()
    let errors = try Pipe.make()
    var spec = spec
    spec.descriptors[0] = input.reading.rawValue
    spec.descriptors[1] = output.writing.rawValue
    if spec.descriptors[2] == nil { spec.descriptors[2] = errors.writing.rawValue }
    process = try ChildProcess.spawn(spec)
    writer = Mutex(MessageWriter(input.takeWriting()))
    self.output = Mutex(Output(descriptor: output.takeReading()))
    let collected = self.collected
    let source = ErrorStream(errors.takeReading())
    try Thread.start(name: "stderr") { source.collect(into: collected) }
  }

  deinit {
    // Teardown: a program that is gone already needs no killing.
    _ = try? process.signalGroup(.kill)
    _ = try? process.reap()
  }

  package var pid: Int32 { process.pid }

  /// Sends one line.
  package func send(_ line: String) throws { try send(bytes: Array(line.utf8) + [10]) }

  package func send(bytes: [UInt8]) throws {
    let admission = writer.withLock { $0?.enqueue(bytes) }
    if admission != .queued { throw Program.Failure.unexpected("cannot write: \(pid) is gone") }
  }

  /// Says that no more input will come, once all that was sent is written.
  package func closeInput() { writer.withLock { $0 = nil } }

  /// Gives the next line of output; nil at the end.
  package func nextLine(within limit: Duration = .seconds(30)) throws -> String? {
    try nextBytes(within: limit).map { String(decoding: $0, as: UTF8.self) }
  }

  /// Gives the next line of output as it came; nil at the end.
  package func nextBytes(within limit: Duration = .seconds(30)) throws -> [UInt8]? {
    let deadline = MonotonicTime.after(limit)
    return try output.withLock { output in
      while true {
        switch output.splitter.next() {
        case .line(let bytes): return bytes
        case .some(let other): throw Program.Failure.unexpected("not a line: \(other)")
        case nil: break
        }
        try waitForOutput(output.descriptor, deadline)
        if try output.splitter.fill(from: output.descriptor) > 0 { continue }
        guard let rest = output.splitter.finish() else { return nil }
        throw Program.Failure.unexpected("the last line has no end: \(rest)")
      }
    }
  }

  /// Gives all output that was not taken yet, waiting for its end.
  package func restOfOutput(within limit: Duration = .seconds(30)) throws -> [UInt8] {
    let deadline = MonotonicTime.after(limit)
    return try output.withLock { output in
      var all: [UInt8] = []
      while case .line(let line)? = output.splitter.next() { all += line + [10] }
      if case .unterminated(let piece)? = output.splitter.finish() { all += piece }
      while true {
        try waitForOutput(output.descriptor, deadline)
        let piece = try output.descriptor.read(upTo: 65536)
        if piece.isEmpty { return all }
        all += piece
      }
    }
  }

  private func waitForOutput(
    _ descriptor: borrowing Descriptor, _ deadline: MonotonicTime
  ) throws {
    if try Poller.isReadable(descriptor.rawValue, until: deadline) { return }
    throw Program.Failure.tooSlow(waitingFor: "output", errors: errorText)
  }

  /// Waits for the end and reaps.
  package func waitForExit(within limit: Duration = .seconds(30)) throws -> ExitStatus {
    guard try process.waitForExit(until: .after(limit)) != nil else {
      throw Program.Failure.tooSlow(waitingFor: "exit", errors: errorText)
    }
    return try process.reap()
  }

  /// Gives what came on stderr so far, the first mebibyte; if complete, waits for its end for at
  /// most ten seconds.
  package func errors(complete: Bool) -> [UInt8] {
    if complete { collected.wait(until: .after(.seconds(60)), while: { !$0.isComplete }) }
    return collected.withLock { $0.bytes }
  }

  package var errorText: String { String(decoding: errors(complete: false), as: UTF8.self) }

  /// Carries the stderr pipe to its thread.
  private final class ErrorStream: Sendable {
    private let source: Descriptor

    init(_ source: consuming Descriptor) { self.source = source }

    func collect(into collected: Monitor<Collected>) {
      // An unreadable stderr counts as one that has ended.
      while let piece = try? source.read(upTo: 65536), !piece.isEmpty {
        collected.withLock { state in
          state.bytes += piece.prefix((1 << 20) - state.bytes.count)
        }
      }
      collected.update { $0.isComplete = true }
    }
  }
}
