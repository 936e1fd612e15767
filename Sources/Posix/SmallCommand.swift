/// Runs a small program to its end and reads its first kibibytes.
package enum SmallCommand {
  /// Is what it came to.
  package struct Outcome: Sendable {
    package var status: ExitStatus
    /// What it printed, without the last newline.
    package var text: String
  }

  /// Gives nothing if it cannot be started, or does not end in time; then it is ended.
  package static func run(
    _ program: String, _ arguments: [String], environment: [String: String],
    within limit: Duration = .seconds(3)
  ) -> Outcome? {
    do {
      let deadline = MonotonicTime.after(limit)
      let output = try Pipe.make()
      let child = try ChildProcess.spawn(
        ProcessSpec(
          executable: program, arguments: arguments, environment: environment,
          descriptors: [1: output.writing.rawValue]))
      return try hear(child, output.takeReading(), until: deadline)
    } catch {
      return nil
    }
  }

  /// Bounds what is read of it; more would make it wait, and be ended for that.
  private static let limit = 64 << 10

  /// Sees it out whatever happens: nothing of it is left running, and no zombie.
  private static func hear(
    _ child: ChildProcess, _ output: consuming Descriptor, until deadline: MonotonicTime
  ) throws(SystemError) -> Outcome? {
    var hasEnded = false
    defer {
      // What it has started is ended with it; one that has ended cannot be told anything.
      _ = try? hasEnded ? child.reap() : child.endNow()
    }
    var bytes: [UInt8] = []
    // Many print line by line; at the deadline nobody who still holds the other end is waited for.
    while bytes.count < limit, try Poller.isReadable(output.rawValue, until: deadline) {
      let piece = try output.read(upTo: limit - bytes.count)
      if piece.isEmpty { break }
      bytes += piece
    }
    guard let status = try child.waitForExit(until: deadline) else { return nil }
    hasEnded = true
    let text = String(decoding: bytes, as: UTF8.self)
    return Outcome(status: status, text: text.hasSuffix("\n") ? String(text.dropLast()) : text)
  }
}
