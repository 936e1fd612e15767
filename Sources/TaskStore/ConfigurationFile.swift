import JSON
import Posix
import Synchronization

/// Gives the configuration as the file says it now, and parses the file only when it has changed.
package final class ConfigurationFile: Sendable {
  /// Is what the file said; shared, since a configuration is many values.
  private final class Reading: Sendable {
    let status: FileStatus?
    let configuration: Configuration

    init(_ status: FileStatus?, _ configuration: Configuration) {
      self.status = status
      self.configuration = configuration
    }
  }

  private struct State {
    /// Is the last reading of a file that cannot change unnoticed any more.
    var settled: Reading?
    /// Is the thread that shares a look, and what that look found.
    var sharing: (thread: UInt, found: Reading?)?
  }

  private let environment: [String: String]
  private let path: String
  private let state = Mutex(State())

  /// A file changed twice within one tick of the system's clock looks the same both times, so one
  /// that changed this lately is read again, in nanoseconds.
  private static let settled: Int64 = 2_000_000_000

  package init(environment: [String: String]) {
    self.environment = environment
    path = Configuration.path(environment: environment)
  }

  package func current() throws(ConfigurationError) -> Configuration {
    let (isShared, found) = state.withLock { state in
      let sharing = state.sharing?.thread == Thread.current ? state.sharing : nil
      return (sharing != nil, sharing?.found)
    }
    if let found { return found.configuration }
    let reading = try look()
    if isShared { state.withLock { $0.sharing?.found = reading } }
    return reading.configuration
  }

  /// Lets this thread go on with one look at the file until it calls this again: for requests that
  /// were read together.
  package func shareLook() { state.withLock { $0.sharing = (Thread.current, nil) } }

  private func look() throws(ConfigurationError) -> Reading {
    let status: FileStatus?
    do throws(SystemError) {
      status = try FileStatus.of(path)
    } catch {
      throw .unreadable(path: path, error)
    }
    guard let status else { return Self.missing }
    if let known = state.withLock({ $0.settled }), known.status == status { return known }
    let reading = Reading(status, try Configuration.load(environment: environment).0)
    if WallClock.nowMilliseconds() * 1_000_000 - status.modified > Self.settled {
      state.withLock { $0.settled = reading }
    }
    return reading
  }

  private static let missing = Reading(nil, Configuration())

  /// Gives what little of a file that cannot be used is needed to look at tasks and to end them:
  /// the team where it can be made out, all else by default.
  package func salvaged() -> Configuration {
    var configuration = Configuration()
    do {
      let value = try JSONValue.parse(RealFileSystem().read(path, limit: 1 << 20))
      if let team = value["team"]?.stringValue { configuration.team = team }
    } catch {
      // Whoever uses the file for more than that says what is wrong with it.
    }
    return configuration
  }
}
