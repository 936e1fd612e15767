import Posix

/// Is something about a store's files that is not as it should be; a closed list.
package enum StoreFault: Sendable, Equatable {
  /// The file that names the format cannot be read, so nothing is opened.
  case identity(path: String, reason: String)
  /// Others may read or change what is ours.
  case open(path: String, count: Int)
  /// We ourselves may not read or change it.
  case closed(path: String, count: Int)
  /// A file or folder that cannot be looked at, for another reason.
  case unreadable(path: String, SystemError)
  /// Something that is not ours lies where only ours may be.
  case foreign(path: String)
  /// Something lies where there must be a folder of ours.
  case inTheWay(path: String)
  /// The fold of the journal that was kept is damaged, or is not of this journal.
  case snapshot(folder: String)
  /// The fold that was kept knows changes that the journal has lost.
  case snapshotAhead(path: String, number: Int, journal: Int)
  /// Lines of the journal, or whole segments, that are damaged or missing.
  case journal(first: StoreAudit.Break, count: Int)
  /// Breaks of the journal that were looked at before, and mended as far as that is possible.
  case history(first: StoreAudit.Break, count: Int)
  /// The journal is too long to be walked without being asked to.
  case longJournal(bytes: Int)
  /// A secret of the store that is no key any more.
  case key(path: String)
  /// Secrets of a task or a schedule that cannot be read.
  case secrets(path: String)
  /// The journal ends in bytes without a newline.
  case torn(path: String, bytes: Int)
  /// What a pruning, or a writer that died, left behind.
  case leftovers(first: String, count: Int)
}

/// Is what a fault's mending did, in words.
package typealias Mending = String
