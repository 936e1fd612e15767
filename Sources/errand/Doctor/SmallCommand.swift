import Posix

/// Runs a small program of the system and reads its first kibibytes.
enum SmallCommand {
  /// Gives what it printed, without the last newline; nil if it did not end well in a few seconds.
  static func run(
    _ program: String, _ arguments: [String], environment: [String: String]
  ) -> String? {
    do {
      let output = try Pipe.make()
      let child = try ChildProcess.spawn(
        ProcessSpec(
          executable: program, arguments: arguments, environment: environment,
          descriptors: [1: output.writing.rawValue]))
      let reading = output.takeReading()
      let hasAnswered = try Poller.isReadable(reading.rawValue, until: .after(.seconds(3)))
      let bytes = hasAnswered ? try reading.read(upTo: 16 << 10) : []
      if try child.waitForExit(until: .after(.seconds(3))) == nil { try child.signal(.kill) }
      guard try child.reap().isSuccess else { return nil }
      let text = String(decoding: bytes, as: UTF8.self)
      return text.hasSuffix("\n") ? String(text.dropLast()) : text
    } catch {
      return nil
    }
  }
}
