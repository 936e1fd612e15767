import JSON
import Posix
import Tasks

/// Names every file of a store, in one place.
package struct StoreLayout: Sendable, Hashable {
  package let root: String
  /// Is asked for with every look at the journal.
  package let journal: String

  package init(root: String) {
    self.root = root
    journal = Path.join(root, "journal")
  }

  /// Finds the store's folder: `$ERRAND_HOME`, else `$XDG_STATE_HOME/errand`, else below the home.
  package static func defaultRoot(environment: [String: String]) -> String {
    NamedPlace.path("ERRAND_HOME", in: environment)
      ?? Path.join(
        NamedPlace.folder("XDG_STATE_HOME", or: ".local/state", in: environment), "errand")
  }

  package var identity: String { Path.join(root, "store.json") }
  package var snapshots: String { Path.join(root, "snapshot") }
  package var tasks: String { Path.join(root, "tasks") }
  package var blobs: String { Path.join(root, "blobs/sha256") }
  package var keys: String { Path.join(root, "keys") }
  package var run: String { Path.join(root, "run") }
  /// Holds the folders of deleted and pruned tasks for a while.
  package var bin: String { Path.join(root, "bin") }
  package var damaged: String { Path.join(root, "damaged") }

  /// Holds worktrees and scratch copies of tasks' directories: beside the store, since agents work
  /// there and may not be led into it.
  package var worktrees: String { root + "-worktrees" }

  /// Names the readable copy of a task in its folder.
  static func taskCopy(in folder: String) -> String { Path.join(folder, "task.json") }

  package var runnerLock: String { Path.join(run, "runner.lock") }
  /// Held while a worktree is taken away, or looked for by a task that goes on in it.
  package var worktreesLock: String { Path.join(run, "worktrees.lock") }
  /// Holds a lock for each conversation that an attempt goes on with.
  package var sessionLocks: String { Path.join(run, "sessions") }
  package var runnerJSON: String { Path.join(run, "runner.json") }
  /// Says where the console is found.
  package var consoleJSON: String { Path.join(run, "console.json") }
  var journalLock: String { Path.join(run, "journal.lock") }
  var compactionLock: String { Path.join(run, "compaction.lock") }
  /// When it changed last, content of no task was taken away.
  package var sweepMark: String { Path.join(run, "swept") }
  /// Says, after a failed sync, up to which number the journal is known to be safe.
  var unsyncedMarker: String { Path.join(run, "unsynced.json") }
  /// Takes the marker's place by its name alone where a full disk has no room for another.
  var spareMarker: String { Path.join(run, "unsynced.spare") }

  package func segment(_ ordinal: Int) -> String {
    let digits = String(ordinal)
    return "\(journal)/\(Self.zeros.dropFirst(digits.utf8.count))\(digits).jsonl"
  }

  private static let zeros = "0000000000"

  package func taskFolder(_ id: TaskID, createdAt: Timestamp) -> String {
    Path.join(tasks, "\(createdAt.description.prefix(7))/\(id)")
  }

  /// Gives where a task's folder waits for the end of its time; the day in its name tells when.
  func binFolder(_ id: TaskID, deletedAt: Timestamp) -> String {
    Path.join(bin, "\(deletedAt.description.prefix(10))-\(id)")
  }

  package func taskFolder(of record: TaskRecord) -> String {
    taskFolder(record.id, createdAt: record.queuedAt)
  }

  package func attemptFolder(of record: TaskRecord, _ attemptN: Int) -> String {
    Path.join(taskFolder(of: record), "attempts/\(attemptN)")
  }

  package func attemptLock(of record: TaskRecord, _ attemptN: Int) -> String {
    Path.join(attemptFolder(of: record, attemptN), "lock")
  }

  /// Holds what lets an agent act for its attempt.
  package func pass(of task: TaskID, _ attemptN: Int) -> String {
    Path.join(keys, "task-\(task).\(attemptN).pass")
  }

  package func blob(_ content: ContentID) -> String {
    let hash = Hex.encode(content.digest)
    return Path.join(blobs, "\(hash.prefix(2))/\(hash)")
  }
}

extension StoreLayout {
  /// Moves something to damaged/, under its name or a given one, with a number where that is taken;
  /// gives where it is.
  @discardableResult
  func moveAside(
    _ path: String, as name: String? = nil, _ files: any FileSystem
  ) throws(SystemError) -> String {
    try files.createDirectories(damaged)
    let target = try files.freePath(Path.join(damaged, name ?? Path.name(path)))
    try files.rename(path, to: target)
    try files.syncDirectory(damaged)
    return target
  }
}
