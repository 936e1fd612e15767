import CPosix
import Synchronization

#if canImport(Darwin)
  import Darwin
#else
  import Glibc
#endif

/// Is a child of this process, from its start until it is reaped.
///
/// While it is not reaped its pid cannot become somebody else's; so end its tree first and reap it
/// last.
package final class ChildProcess: Sendable {
  package let pid: Int32
  package let startTicks: UInt64
  private let exit: Descriptor
  /// Lets one child at a time be born: a brand is this whole process's for that moment, and whoever
  /// else were born in it would bear it, too, and be ended with that tree.
  private static let birth = Mutex<Void>(())
  /// Holds the end once the child was reaped.
  private let reaped = Mutex<ExitStatus?>(nil)

  /// Starts a program with exactly the descriptors, environment and arguments given.
  package static func spawn(_ spec: ProcessSpec) throws(SpawnFailure) -> ChildProcess {
    if let directory = spec.directory { try checkDirectory(directory) }
    let pid: Int32
    do throws(SystemError) {
      pid = try start(spec)
    } catch {
      switch error.code {
      case ENOENT, EACCES, ENOTDIR, ENOEXEC, ELOOP, ENAMETOOLONG, EISDIR: throw .program(error)
      default: throw .system(error)
      }
    }
    do throws(SystemError) {
      return try ChildProcess(pid: pid)
    } catch {
      // Nobody could ever learn of its end: it must not go on.
      _ = Posix.kill(spec.ownSession ? -pid : pid, SIGKILL)
      _ = cposix_wait_ended(pid)
      var (code, signal): (Int32, Int32) = (0, 0)
      _ = unsafe cposix_wait(pid, 1, &code, &signal)
      throw .unwatched(error)
    }
  }

  /// Starts a program as `spawn` does, again and again for ten seconds while the system is out of
  /// something that others may give back.
  package static func spawnPatiently(
    _ spec: ProcessSpec, until deadline: MonotonicTime
  ) throws(SpawnFailure) -> ChildProcess {
    let limit = min(deadline, .after(.seconds(10)))
    while true {
      do throws(SpawnFailure) { return try spawn(spec) } catch {
        guard error.mayPass, limit > .now else { throw error }
      }
      do throws(SystemError) {
        _ = try Poller.wait([], timeoutMilliseconds: 100)
      } catch {
        throw .system(error)
      }
    }
  }

  /// Starts a program that is no child of this process but of its parent, which must look after it:
  /// whoever ends all that hangs below this process spares it. False where the system knows no such
  /// thing.
  package static func spawnBeside(_ spec: ProcessSpec) throws(SystemError) -> Bool {
    do throws(SystemError) {
      _ = try start(spec, beside: true)
      return true
    } catch {
      if error.code == ENOTSUP { return false }
      throw error
    }
  }

  private init(pid: Int32) throws(SystemError) {
    self.pid = pid
    exit = Descriptor(
      owning: try checked("pidfd_open", "\(pid)", cposix_exit_descriptor(pid)))
    // A child not reaped yet exists; where the table leaves it out it has ended, and never counts.
    startTicks = try ProcessTable.startTicks(of: pid) ?? 0
  }

  package var identity: ProcessIdentity { ProcessIdentity(pid: pid, startTicks: startTicks) }

  /// Lends a number that turns readable when the process has ended.
  package var exitDescriptor: Int32 { exit.rawValue }

  /// Looks whether it has ended, without reaping; nil while it runs.
  package func peekExit() throws(SystemError) -> ExitStatus? { try look(reap: false) }

  /// Waits for the end without reaping; nil when the deadline passes first.
  package func waitForExit(until deadline: MonotonicTime? = nil) throws(SystemError) -> ExitStatus?
  {
    while true {
      if let status = try peekExit() { return status }
      if let deadline, deadline <= .now { return nil }
      _ = try Poller.wait([(exitDescriptor, .readable)], until: deadline)
    }
  }

  /// Waits for the end and reaps; from then on signals go nowhere. Reaping again gives the same
  /// status.
  @discardableResult
  package func reap() throws(SystemError) -> ExitStatus {
    while true {
      if let status = try look(reap: true) { return status }
      _ = try Poller.wait([(exitDescriptor, .readable)])
    }
  }

  /// Kills the group it leads and reaps; nil where it is still there after a second, as one that a
  /// file system does not answer: nobody waits for that.
  @discardableResult
  package func endNow() throws(SystemError) -> ExitStatus? {
    try signalGroup(.kill)
    guard try waitForExit(until: .after(.seconds(1))) != nil else { return nil }
    return try reap()
  }

  /// Reaps if it has ended; nil while it runs.
  package func reapIfEnded() throws(SystemError) -> ExitStatus? { try look(reap: true) }

  /// Sends a signal; false if the process is reaped or gone.
  @discardableResult
  package func signal(_ signal: Signal) throws(SystemError) -> Bool {
    try whileOurs("kill") { cposix_signal_exit_descriptor(exit.rawValue, pid, signal.rawValue) }
  }

  /// Sends a signal to the process group it leads; false if none of it is left.
  @discardableResult
  package func signalGroup(_ signal: Signal) throws(SystemError) -> Bool {
    try whileOurs("killpg") { Posix.kill(-pid, signal.rawValue) }
  }

  /// Does something with the pid while it cannot become somebody else's.
  private func whileOurs(_ call: String, _ body: () -> Int32) throws(SystemError) -> Bool {
    let result = reaped.withLock { $0 == nil ? body() : -ESRCH }
    if result == -ESRCH { return false }
    // macOS refuses to signal a group that consists of zombies.
    if result == -EPERM, try peekExit() != nil { return false }
    try checked(call, "\(pid)", result)
    return true
  }

  private func look(reap: Bool) throws(SystemError) -> ExitStatus? {
    let (result, status) = reaped.withLock { known -> (Int32, ExitStatus?) in
      if let known { return (1, known) }
      var (code, signal): (Int32, Int32) = (0, 0)
      let result = unsafe cposix_wait(pid, reap ? 1 : 0, &code, &signal)
      guard result == 1 else { return (result, nil) }
      let status: ExitStatus =
        signal == 0 ? .exited(code: code) : .signalled(Signal(rawValue: signal))
      if reap { known = status }
      return (1, status)
    }
    try checked("waitid", "\(pid)", result)
    return status
  }

  private static func checkDirectory(_ path: String) throws(SpawnFailure) {
    // posix_spawn would report a missing directory as a missing program.
    do throws(SystemError) {
      guard let found = try FileStatus.of(path) else { throw .notFound("chdir", path) }
      if found.kind != .directory { throw SystemError("chdir", ENOTDIR, path) }
      try retrying("chdir", path) { unsafe access(path, X_OK) }
    } catch {
      throw .directory(error)
    }
  }

  private static func start(
    _ spec: ProcessSpec, beside: Bool = false
  ) throws(SystemError) -> Int32 {
    let arguments = unsafe CStrings([spec.executable] + spec.arguments)
    let environment = unsafe CStrings(
      spec.environment.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" })
    let directory = unsafe CStrings(spec.directory.map { [$0] } ?? [])
    let targets = spec.descriptors.keys.sorted()
    let sources = targets.map { spec.descriptors[$0] ?? -1 }
    let pid = unsafe targets.withUnsafeBufferPointer { targets in
      unsafe sources.withUnsafeBufferPointer { sources in
        var order = unsafe cposix_spawn(
          program: arguments.pointers[0], arguments: arguments.base,
          environment: environment.base, directory: directory.pointers[0],
          sources: sources.baseAddress, targets: targets.baseAddress,
          count: Int32(targets.count), new_session: spec.ownSession ? 1 : 0)
        return birth.withLock { _ in
          branding(spec.brand) {
            unsafe beside ? cposix_spawn_beside(&order) : cposix_spawn(&order)
          }
        }
      }
    }
    return try checked("posix_spawn", spec.executable, pid)
  }
}

/// Brands this process while something is started, so that it inherits the brand.
private func branding(_ marker: String?, _ start: () -> Int32) -> Int32 {
  guard let marker else { return start() }
  // Without the brand there are the other ways to find it.
  var (before, own): (UInt64, UInt64) = (0, 0)
  let isBranded = unsafe cposix_brand(ProcessTable.brand(of: marker), &before) == 0
  defer { if isBranded { _ = unsafe cposix_brand(before, &own) } }
  return start()
}

/// Signals by pid with the failure as a negated error number, as CPosix does.
func kill(_ pid: Int32, _ signal: Int32) -> Int32 {
  #if canImport(Darwin)
    Darwin.kill(pid, signal) < 0 ? -errno : 0
  #else
    Glibc.kill(pid, signal) < 0 ? -errno : 0
  #endif
}

/// Owns C strings in an array that ends with NULL, for the length of a spawn.
@unsafe private final class CStrings {
  let pointers: UnsafeMutableBufferPointer<UnsafeMutablePointer<CChar>?>

  init(_ strings: [String]) {
    unsafe pointers = .allocate(capacity: strings.count + 1)
    for (index, string) in strings.enumerated() {
      unsafe pointers.initializeElement(at: index, to: strdup(string))
    }
    unsafe pointers.initializeElement(at: strings.count, to: nil)
  }

  deinit {
    for index in unsafe pointers.indices { unsafe free(pointers[index]) }
    unsafe pointers.deallocate()
  }

  var base: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>? { unsafe pointers.baseAddress }
}
