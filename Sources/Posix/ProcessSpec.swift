/// Says what is to be started, and how.
package struct ProcessSpec: Sendable, Equatable {
  /// Holds the path of the program; it is not searched for.
  package var executable: String
  /// Holds what follows the program's own name.
  package var arguments: [String]
  /// Holds the whole environment; nothing is inherited.
  package var environment: [String: String]
  /// Holds the directory to start in; nil stays in the caller's.
  package var directory: String?
  /// Maps the child's descriptor numbers (0 to 255) to the caller's. Of 0, 1 and 2 a missing one is
  /// /dev/null; every other is closed.
  package var descriptors: [Int32: Int32]
  /// Makes the child leader of a session and process group of its own.
  package var ownSession: Bool
  /// Holds the environment entry by which the child, and all that comes from it, is found even after
  /// it has emptied its environment, where the system knows how; the entry itself is not set.
  package var brand: String?

  package init(
    executable: String, arguments: [String] = [], environment: [String: String] = [:],
    directory: String? = nil, descriptors: [Int32: Int32] = [:], ownSession: Bool = true,
    brand: String? = nil
  ) {
    self.executable = executable
    self.arguments = arguments
    self.environment = environment
    self.directory = directory
    self.descriptors = descriptors
    self.ownSession = ownSession
    self.brand = brand
  }
}

/// Tells why a program could not be started.
package enum SpawnFailure: Error, Sendable, Equatable, CustomStringConvertible {
  /// Tells that the directory to start in is missing, no directory, or closed to us.
  case directory(SystemError)
  /// Tells that the program is missing, not executable, or its interpreter is missing.
  case program(SystemError)
  /// Tells that the system is out of something: processes, descriptors, memory.
  case system(SystemError)
  /// Tells that it was started, and killed at once, since it could not be watched.
  case unwatched(SystemError)

  package var error: SystemError {
    switch self {
    case .directory(let error), .program(let error), .system(let error), .unwatched(let error):
      error
    }
  }

  /// Tells that nothing was started, and that the same may succeed a little later.
  package var mayPass: Bool {
    if case .system(let error) = self { error.isExhaustion } else { false }
  }

  package var description: String { error.description }
}

/// Tells how a process ended.
package enum ExitStatus: Sendable, Hashable, CustomStringConvertible {
  case exited(code: Int32)
  case signalled(Signal)

  package var code: Int32? { if case .exited(let code) = self { code } else { nil } }
  package var signal: Signal? { if case .signalled(let signal) = self { signal } else { nil } }
  package var isSuccess: Bool { self == .exited(code: 0) }

  package var description: String {
    switch self {
    case .exited(let code): "exit code \(code)"
    case .signalled(let signal): "ended by \(signal)"
    }
  }
}
