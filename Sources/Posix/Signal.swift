import CPosix

#if canImport(Darwin)
  import Darwin
#else
  import Glibc
#endif

/// Names a signal.
package struct Signal: RawRepresentable, Sendable, Hashable, CustomStringConvertible {
  package let rawValue: Int32

  package init(rawValue: Int32) { self.rawValue = rawValue }

  package static let hangup = Signal(rawValue: SIGHUP)
  package static let interrupt = Signal(rawValue: SIGINT)
  package static let quit = Signal(rawValue: SIGQUIT)
  package static let abort = Signal(rawValue: SIGABRT)
  package static let kill = Signal(rawValue: SIGKILL)
  package static let user1 = Signal(rawValue: SIGUSR1)
  package static let user2 = Signal(rawValue: SIGUSR2)
  package static let segmentationFault = Signal(rawValue: SIGSEGV)
  package static let brokenPipe = Signal(rawValue: SIGPIPE)
  package static let terminate = Signal(rawValue: SIGTERM)
  package static let child = Signal(rawValue: SIGCHLD)
  package static let `continue` = Signal(rawValue: SIGCONT)
  package static let stop = Signal(rawValue: SIGSTOP)
  /// Is what Ctrl-Z sends.
  package static let terminalStop = Signal(rawValue: SIGTSTP)
  package static let windowChange = Signal(rawValue: SIGWINCH)
  package static let fileSize = Signal(rawValue: SIGXFSZ)

  private static let names: [(Signal, String)] = [
    (.hangup, "SIGHUP"), (.interrupt, "SIGINT"), (.quit, "SIGQUIT"), (.abort, "SIGABRT"),
    (.kill, "SIGKILL"), (.user1, "SIGUSR1"), (.user2, "SIGUSR2"),
    (.segmentationFault, "SIGSEGV"), (.brokenPipe, "SIGPIPE"), (.terminate, "SIGTERM"),
    (.child, "SIGCHLD"), (.continue, "SIGCONT"), (.stop, "SIGSTOP"), (.terminalStop, "SIGTSTP"),
    (.windowChange, "SIGWINCH"), (.fileSize, "SIGXFSZ"),
  ]

  /// Gives the trade's name: "SIGTERM".
  package var description: String {
    Self.names.first { $0.0 == self }?.1 ?? "signal \(rawValue)"
  }

  /// Understands "SIGTERM" and "TERM".
  package init?(name: String) {
    guard let found = Self.names.first(where: { $0.1 == name || $0.1 == "SIG" + name }) else {
      return nil
    }
    self = found.0
  }

  /// Lets writes to a closed pipe fail with an error instead of ending the process.
  package static func ignoreBrokenPipe() { _ = cposix_ignore_signal(SIGPIPE) }

  /// Lets writes beyond the file size this process is allowed fail with an error as well.
  package static func ignoreFileSize() { _ = cposix_ignore_signal(SIGXFSZ) }
}

/// Turns arriving signals into bytes on a pollable descriptor; the default handling returns when it
/// goes, unless a later pipe has taken them over.
package final class SignalPipe: Sendable {
  private let pipe: Pipe
  private let signals: [Signal]

  /// Routes the signals here; a later pipe for the same signal takes it over.
  package static func install(_ signals: [Signal]) throws(SystemError) -> SignalPipe {
    try SignalPipe(signals)
  }

  private init(_ signals: [Signal]) throws(SystemError) {
    pipe = try Pipe.make()
    self.signals = signals
    // A handler must never wait, and neither must a reader who was woken for nothing.
    try checked("fcntl", "", cposix_set_nonblocking(pipe.writing.rawValue))
    try checked("fcntl", "", cposix_set_nonblocking(pipe.reading.rawValue))
    for signal in signals {
      try checked(
        "sigaction", signal.description,
        cposix_route_signal(signal.rawValue, pipe.writing.rawValue))
    }
  }

  deinit {
    for signal in signals {
      _ = cposix_unroute_signal(signal.rawValue, pipe.writing.rawValue)
    }
  }

  /// Lends the number that turns readable when a signal arrives.
  package var descriptor: Int32 { pipe.reading.rawValue }

  /// Takes the signals that have arrived, without waiting.
  package func take() throws(SystemError) -> [Signal] {
    do throws(SystemError) {
      return try pipe.reading.read(upTo: 256).map { Signal(rawValue: Int32($0)) }
    } catch {
      if error.isWouldBlock { return [] }
      throw error
    }
  }
}
