import Posix

/// Drives one line server over pipes, as a client would.
final class Peer {
  private let process: ChildProcess
  private var input: Descriptor?
  private var output: LineReader

  /// Starts the program; `environment` should name a throw-away store.
  init(_ program: String, _ arguments: [String], environment: [String: String]) throws {
    let toServer = try Pipe.make()
    let fromServer = try Pipe.make()
    process = try ChildProcess.spawn(
      ProcessSpec(
        executable: program, arguments: arguments, environment: environment,
        descriptors: [0: toServer.reading.rawValue, 1: fromServer.writing.rawValue]))
    input = toServer.takeWriting()
    output = LineReader(fromServer.takeReading(), maxLength: 64 << 20)
  }

  var pid: Int32 { process.pid }

  func send(_ bytes: [UInt8]) throws { try input?.write(bytes) }

  /// Gives another name of the input, for a thread that sends while this one reads.
  func duplicateInput() throws -> Descriptor {
    guard let copy = try input?.duplicate() else { throw SystemError("dup", 9, "input") }
    return copy
  }

  /// Takes one line; the peer ending early is an error worth stopping for.
  @discardableResult
  func receive() throws -> [UInt8] {
    guard case .line(let line) = try output.next() else {
      throw SystemError("read", 32, "the server under measurement")
    }
    return line
  }

  /// Sends one line and takes its answer.
  @discardableResult
  func ask(_ line: [UInt8]) throws -> [UInt8] {
    try send(line)
    return try receive()
  }

  /// Ends the input and waits for the exit; gives how long that took.
  @discardableResult
  func finish() throws -> Double {
    let started = MonotonicTime.now
    input = nil
    _ = try process.waitForExit(until: .after(.seconds(10)))
    let took = seconds(since: started)
    _ = try process.reap()
    return took
  }
}

/// Gives the seconds that have passed.
func seconds(since start: MonotonicTime) -> Double {
  Double((MonotonicTime.now - start).nanoseconds) / 1e9
}

/// Measures how long each run of the body takes, in seconds.
func timed(_ runs: Int, _ body: (Int) throws -> Void) rethrows -> [Double] {
  var samples: [Double] = []
  samples.reserveCapacity(runs)
  for run in 0..<runs {
    let start = MonotonicTime.now
    try body(run)
    samples.append(seconds(since: start))
  }
  return samples
}
