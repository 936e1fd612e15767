import Synchronization
import Tasks

/// Remembers rows of a snapshot that were read lately: a change finds its task by name, then by id,
/// then folds it, and whoever watches a list reads the same page again and again.
///
/// A row's place says where it is kept, so that nothing need be thrown out in turn.
final class RowCache: Sendable {
  private static let places = 256
  /// A longer record is read anew: what is kept stays within a few megabytes.
  static let lengthLimit = 4 << 10

  private let kept = Mutex<[Int: (row: Int, record: TaskRecord)]>([:])

  func record(_ row: Int) -> TaskRecord? {
    kept.withLock {
      guard let found = $0[row % Self.places], found.row == row else { return nil }
      return found.record
    }
  }

  func keep(_ record: TaskRecord, _ row: Int) {
    kept.withLock { $0[row % Self.places] = (row, record) }
  }
}
