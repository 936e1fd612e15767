import CPosix

#if canImport(Darwin)
  import Darwin
#else
  import Glibc
#endif

/// Wakes a poll when something changes in watched directories and files.
///
/// A directory wakes for names that come and go, on Linux for its files' content too; add files for
/// their content.
package struct FileWatch: ~Copyable, Sendable {
  /// Names one watched path, to stop watching it.
  package struct Token: Sendable, Hashable { fileprivate let number: Int32 }

  private let queue: Descriptor
  // What must be closed on macOS when the watch goes; bounded by what is being watched.
  private var tokens: Set<Token> = []

  /// Tells that nothing is watched: a clock wakes whoever waits, to look.
  private let isClock: Bool

  package init() throws(SystemError) {
    queue = Descriptor(owning: try checked("watch", "", cposix_watch_open()))
    isClock = false
  }

  private init(everyMilliseconds period: Int32) throws(SystemError) {
    queue = Descriptor(owning: try checked("watch", "", cposix_watch_clock(period)))
    isClock = true
  }

  /// Watches all these from the start. Where the system has no watch left for this user (editors and
  /// file managers take thousands), it wakes four times a second instead.
  package static func on(_ paths: [String]) throws(SystemError) -> FileWatch {
    do throws(SystemError) {
      var watch = try FileWatch()
      for path in paths { try watch.add(path) }
      return watch
    } catch {
      guard error.isExhaustion else { throw error }
      return try FileWatch(everyMilliseconds: 250)
    }
  }

  deinit { for token in tokens { _ = cposix_watch_remove(queue.rawValue, token.number) } }

  /// Lends the number that turns readable when something changed.
  package var descriptor: Int32 { queue.rawValue }

  /// Watches a directory or file, which must exist.
  @discardableResult
  package mutating func add(_ path: String) throws(SystemError) -> Token {
    if isClock { return Token(number: -1) }
    let number = try checked("watch", path, unsafe cposix_watch_add(queue.rawValue, path))
    let token = Token(number: number)
    tokens.insert(token)
    return token
  }

  /// Stops watching; a path that has vanished has stopped by itself.
  package mutating func remove(_ token: Token) {
    if tokens.remove(token) != nil { _ = cposix_watch_remove(queue.rawValue, token.number) }
  }

  /// Takes what has happened, without waiting; false if nothing has.
  @discardableResult
  package borrowing func drain() throws(SystemError) -> Bool {
    try checked("watch", "", cposix_watch_drain(queue.rawValue)) == 1
  }

  /// Waits for a change and takes it; false when the deadline passes first.
  package borrowing func wait(until deadline: MonotonicTime) throws(SystemError) -> Bool {
    guard try Poller.isReadable(descriptor, until: deadline) else { return false }
    return try drain()
  }
}

/// Notices the death of the process that started this one.
package struct ParentWatch: ~Copyable, Sendable {
  private let parent: Int32
  private let exit: Descriptor?

  /// Starts watching the parent of now. Where it cannot be watched, `descriptor` is nil and
  /// `isOrphaned` must be asked.
  package init() {
    parent = getppid()
    let raw = parent > 1 ? cposix_exit_descriptor(parent) : -1
    exit = raw >= 0 ? Descriptor(owning: raw) : nil
  }

  /// Lends a number that turns readable when the parent is gone.
  package var descriptor: Int32? {
    switch exit {
    case .some(let exit): exit.rawValue
    case .none: nil
    }
  }

  /// Tells whether the parent is gone: this process has another one now.
  package var isOrphaned: Bool { getppid() != parent }
}
