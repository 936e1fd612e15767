import Agents
import Posix
import Synchronization

/// Is one look at what others have changed, on a thread of its own.
final class NeighbourLook: Sendable {
  let began = MonotonicTime.now
  private let done: Pipe
  private let found = Mutex<[Neighbours.Finding]>([])

  /// Bounds the look at the own work tree; that at the others' is bounded there.
  private static let patience = Duration.seconds(5)

  static func begin(
    _ neighbours: Neighbours, _ workTree: WorkTreeRecord
  ) throws(SystemError) -> NeighbourLook {
    let look = NeighbourLook(done: try Pipe.make())
    try Thread.start(name: "neighbours") { look.carryOut(neighbours, workTree) }
    return look
  }

  private init(done: consuming Pipe) { self.done = done }

  /// Lends the number that turns readable when it is over.
  var descriptor: Int32 { done.reading.rawValue }

  /// What it found; nothing if git failed, which the attempt's end tells if it lasts.
  var findings: [Neighbours.Finding] { found.withLock { $0 } }

  private func carryOut(_ neighbours: Neighbours, _ workTree: WorkTreeRecord) {
    do throws(GitFailure) {
      let changed = try workTree.changedSoFar(until: .after(Self.patience))
      let findings = try neighbours.findings(on: changed, workTree)
      found.withLock { $0 = findings }
    } catch {
      // As if nothing had been found.
    }
    // The pipe is empty and its reader is this object's holder: one byte always fits.
    try? done.writing.write([0])
  }
}
