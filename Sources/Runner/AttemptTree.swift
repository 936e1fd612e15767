import Posix

/// Holds all processes of an attempt: remembers them, collects those that have ended, ends the rest.
struct AttemptTree {
  private var tree: ProcessTree
  private let agent: Int32
  private let adoptsOrphans: Bool
  private let timing: SupervisorTiming
  private var reaper: OrphanReaper?
  private var nextRecording: MonotonicTime?

  init(_ child: ChildProcess, marker: String, adoptsOrphans: Bool, _ timing: SupervisorTiming) {
    agent = child.pid
    self.adoptsOrphans = adoptsOrphans
    self.timing = timing
    tree = ProcessTree(
      leader: child.identity, marker: marker,
      adopting: adoptsOrphans ? .children(sparing: []) : .none)
    nextRecording = adoptsOrphans ? nil : .now
  }

  mutating func begin() throws(SystemError) {
    guard adoptsOrphans else { return }
    reaper = try OrphanReaper(sparing: agent)
    // Who ended before there was anybody to hear of it.
    try reap()
  }

  /// Lends the number that turns readable when somebody has ended.
  var descriptor: Int32? { reaper?.descriptor }

  func reap() throws(SystemError) { try reaper?.reap() }

  var deadline: MonotonicTime? { nextRecording }

  mutating func advance(now: MonotonicTime) throws(SystemError) {
    guard let due = nextRecording, due <= now else { return }
    try tree.record()
    nextRecording = now + timing.recording
  }

  /// Asks all of it to go.
  func terminate() throws(SystemError) {
    for member in try tree.members() {
      do throws(SystemError) {
        try ProcessTable.signal(member.identity, .terminate)
        // A stopped process hears nothing but KILL until it goes on.
        try ProcessTable.signal(member.identity, .continue)
      } catch {
        // Another user's process cannot be signalled; the sweep will name it.
        if !error.isPermissionDenied { throw error }
      }
    }
  }

  /// Ends all of it, at once or with some time to leave; answers who is left.
  func end(atOnce: Bool = false) throws(SystemError) -> [ProcessRecord] {
    try tree.end(
      signal: atOnce ? .kill : .terminate, grace: atOnce ? .zero : timing.leftoverGrace,
      deadline: .after(timing.sweep))
  }
}
