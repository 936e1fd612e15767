import JSON
import Posix
import Synchronization

/// Gives the configuration as the file says it now, and parses the file only when it has changed.
package final class ConfigurationFile: Sendable {
  private struct Reading {
    var status: FileStatus
    var configuration: Configuration
  }

  private let environment: [String: String]
  private let path: String
  private let last = Mutex<Reading?>(nil)

  /// A file changed twice within one tick of the system's clock looks the same both times, so one
  /// that changed this lately is read again, in nanoseconds.
  private static let settled: Int64 = 2_000_000_000

  package init(environment: [String: String]) {
    self.environment = environment
    path = Configuration.path(environment: environment)
  }

  package func current() throws(ConfigurationError) -> Configuration {
    let status: FileStatus?
    do throws(SystemError) {
      status = try FileStatus.of(path)
    } catch {
      throw .unreadable(path: path, error)
    }
    guard let status else { return Configuration() }
    if let known = last.withLock({ $0 }), known.status == status { return known.configuration }
    let configuration = try Configuration.load(environment: environment).0
    if WallClock.nowMilliseconds() * 1_000_000 - status.modified > Self.settled {
      last.withLock { $0 = Reading(status: status, configuration: configuration) }
    }
    return configuration
  }

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
