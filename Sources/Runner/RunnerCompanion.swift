import TaskStore

/// Is what a runner keeps beside its work, such as the console: it goes when the runner goes.
package protocol RunnerCompanion: Sendable {
  /// Is where people reach it on the loopback.
  var port: Int { get }
  /// Tells whether somebody looks, for whom the runner stays.
  var isWatched: Bool { get }
  func stop()
}
