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
      let reading = output.takeReading()
      let hasAnswered = try Poller.isReadable(reading.rawValue, until: deadline)
      let bytes = hasAnswered ? try reading.read(upTo: 16 << 10) : []
      let hasEnded = try child.waitForExit(until: deadline) != nil
      // What it has started is ended with it.
      if !hasEnded { try child.signalGroup(.kill) }
      let status = try child.reap()
      let text = String(decoding: bytes, as: UTF8.self)
      return hasEnded
        ? Outcome(status: status, text: text.hasSuffix("\n") ? String(text.dropLast()) : text) : nil
    } catch {
      return nil
    }
  }
}
