import JSON
import Posix
import Synchronization
import Tasks

/// Keeps tasks on disk, for many processes at once: a journal that all append to and all fold.
package final class TaskStore: Sendable {
  package let layout: StoreLayout
  package let files: any FileSystem
  let state: Monitor<State>
  /// Lets one sync run at a time; those who wait are mostly covered by the next.
  let syncing = Mutex(())
  let isCompacting = Atomic(false)
  let followers: Followers
  let safeNames = SafeNames()
  /// Is what was stored last: the tasks of one process mostly share it.
  let lastEnvironment = Mutex<(environment: [String: String], stored: BlobStore.Stored)?>(nil)

  /// Is what this process has taken in, and what it has appended but not yet synced.
  struct State: ~Copyable, Sendable {
    var fold: Fold
    var reader: JournalReader
    var damage: [JournalReader.Damage] = []
    var writer: (segment: Int, file: any AppendFile)?
    /// Up to here everything is known to be safe on disk.
    var synced: JournalPosition
    /// The number of the last line this process appended.
    var lastOwn = 0
    /// The number up to which the next sync must reach: that of the last line on which something
    /// rests that this process has done, or found done.
    var owed = 0
    /// How long the tail may get before a newer snapshot is looked for.
    var adoptAt = 0
    /// Records of open tasks by row of the snapshot, kept once somebody asked for all of them.
    var parsedRows: [Int: TaskRecord] = [:]
    /// A snapshot up to this number proved damaged and is not taken again.
    var rejected = 0
    var stopped: String?
    /// The thread whose reads share a look at the journal, and whether it was taken.
    var sharing: (thread: UInt, hasLooked: Bool)?
    var lock: (any LockableFile)?
    let lockPatience: Duration

    init(_ reader: JournalReader, _ fold: Fold, _ lockPatience: Duration) {
      self.lockPatience = lockPatience
      self.reader = reader
      self.fold = fold
      synced = reader.position
      adoptAt = fold.compactionThreshold
    }
  }

  /// Names the format this code reads and writes.
  package static let format = 1

  /// Opens a store, but no other user's; a folder that does not exist yet is an empty store until the
  /// first change. Another process that keeps the journal longer than `lockPatience` is an error for
  /// who wants to write: it is longer than any of ours does, but for a prune of very many tasks.
  package static func open(
    _ root: String, files: any FileSystem = RealFileSystem(),
    lockPatience: Duration = .seconds(60)
  ) throws(StoreError) -> TaskStore {
    let layout = StoreLayout(root: root)
    try checkOwner(layout, files)
    try checkFormat(layout, files)
    let snapshot = Snapshot.newest(in: layout, files: files, after: 0)
    let reader =
      if let snapshot {
        JournalReader(layout: layout, files: files, position: snapshot.position)
      } else {
        try JournalReader(fromBeginning: layout, files)
      }
    return TaskStore(layout, files, State(reader, try Fold(snapshot: snapshot), lockPatience))
  }

  private init(
    _ layout: StoreLayout, _ files: any FileSystem, _ state: consuming State
  ) {
    self.layout = layout
    self.files = files
    self.state = Monitor(state)
    followers = Followers(layout: layout)
  }

  /// Refuses another user's store: what that one has queued would be done with this one's rights.
  static func checkOwner(
    _ layout: StoreLayout, _ files: any FileSystem
  ) throws(StoreError) {
    let found = try onDisk { () throws(SystemError) in try files.status(layout.root) }
    if let owner = found?.owner, owner != Environment.userID {
      throw .foreign(store: layout.root, owner: owner)
    }
  }

  static func checkFormat(
    _ layout: StoreLayout, _ files: any FileSystem
  ) throws(StoreError) {
    let bytes: [UInt8]
    do throws(SystemError) {
      bytes = try files.read(layout.identity, limit: 1 << 16)
    } catch {
      if error.isNotFound { return }
      throw .disk(error)
    }
    guard let identity = try? JSONValue.parse(bytes), let found = identity["format"]?.intValue
    else {
      // The words of the parser would not help: the file is three fields long.
      throw .damaged(
        path: layout.identity, offset: 0, reason: "it does not name the store's format")
    }
    if found > format { throw .newerFormat(path: layout.identity, found: found) }
  }

  // MARK: Reading

  /// Runs a reader on the freshest fold: what others appended is taken in first, without a lock.
  func reading<Result>(
    _ body: (Fold) throws(StoreError) -> Result
  ) throws(StoreError) -> Result {
    try state.withLock { (state) throws(StoreError) in
      try freshen(&state)
      return try state.trusting { (state) throws(StoreError) in try body(state.fold) }
    }
  }

  /// Takes in what others appended, over the newest snapshot once the tail is long.
  func freshen(_ state: inout State) throws(StoreError) {
    let isShared = state.sharing?.thread == Thread.current
    if isShared, state.sharing?.hasLooked == true { return }
    try state.takeIn()
    if state.fold.tail >= state.adoptAt { try adoptNewest(&state) }
    if isShared { state.sharing?.hasLooked = true }
  }

  /// Lets what this thread reads share one look at the journal, until it calls this again: for
  /// requests that were read together, and so may be answered by any one state from then on.
  package func shareLook() { state.withLock { $0.sharing = (Thread.current, false) } }

  /// Finds a task by id or name; an unknown one is told with up to three near names.
  ///
  /// Where an unreadable line may have been about it, only who judges and starts nothing may go on
  /// `evenInDoubt`, and who owns its attempt.
  package func task(
    _ reference: TaskReference, evenInDoubt: Bool = false
  ) throws(StoreError) -> TaskRecord {
    try reading { (fold) throws(StoreError) in
      try fold.find(reference, evenInDoubt: evenInDoubt)
    }
  }

  /// Finds a task also where a change of it could not be read: what is shown of it may be old.
  package func lastKnown(_ reference: TaskReference) throws(StoreError) -> TaskRecord {
    try reading { (fold) throws(StoreError) in
      do throws(StoreError) {
        return try fold.find(reference)
      } catch {
        if case .damagedTask(let id) = error, let record = try fold.record(id) { return record }
        throw error
      }
    }
  }

  /// Gives a task also where a change of it could not be read; nil if there is none.
  package func lastKnown(id: TaskID) throws(StoreError) -> TaskRecord? {
    try reading { (fold) throws(StoreError) in try fold.record(id) }
  }

  /// Gives a task by its id, or by its name where damage alone makes that another.
  func lastKnown(id: TaskID, orNamed name: String?) throws(StoreError) -> TaskRecord? {
    try reading { (fold) throws(StoreError) in
      if let record = try fold.record(id) { return record }
      guard let name, let likely = try fold.id(named: name), DamagedLine.isLike(likely, id) else {
        return nil
      }
      return try fold.record(likely)
    }
  }

  /// Gives a task; nil if there is none, an error if a change of it could not be read.
  package func task(
    id: TaskID, evenInDoubt: Bool = false
  ) throws(StoreError) -> TaskRecord? {
    try reading { (fold) throws(StoreError) in
      if !evenInDoubt, fold.isDamaged(id) { throw .damagedTask(id) }
      return try fold.record(id)
    }
  }

  /// Lists what has not ended, the most urgent first, then the oldest.
  package func activeTasks() throws(StoreError) -> [TaskRecord] {
    let entries = try state.withLock { (state) throws(StoreError) in
      try freshen(&state)
      return try state.trusting { (state) throws(StoreError) in try state.activeRecords() }
    }
    // Records are large: their places are sorted, and each is moved once.
    let places = entries.indices.map {
      (priority: entries[$0].record.spec.priority, ordinal: entries[$0].ordinal, place: $0)
    }.sorted { ($0.priority, $0.ordinal) < ($1.priority, $1.ordinal) }
    return places.map { entries[$0.place].record }
  }

  package func counts() throws(StoreError) -> [TaskStatus: Int] {
    try reading { (fold) throws(StoreError) in fold.counts.filter { $0.value > 0 } }
  }

  /// Gives the number of the last change taken in: the resume token.
  package func number() throws(StoreError) -> Int {
    try state.withLock { (state) throws(StoreError) in
      try freshen(&state)
      return state.reader.position.number
    }
  }

  /// Lists the changes after a number, oldest first; nil if that is too long ago to tell.
  package func changes(after number: Int, limit: Int = 1000) throws(StoreError) -> [Change]? {
    try reading { (fold) throws(StoreError) in
      guard number + 1 >= fold.recentFrom else { return nil }
      return Array(fold.changes(after: number).prefix(limit))
    }
  }
}

extension Fold {
  /// Finds a task by id or name, or tells what is near.
  func find(
    _ reference: TaskReference, evenInDoubt: Bool = false, isInBin: Bool = false
  ) throws(StoreError) -> TaskRecord {
    let id: TaskID? =
      switch reference {
      case .id(let id): id
      case .name(let name): try self.id(named: name)
      }
    if let id {
      if !evenInDoubt, isDamaged(id) { throw .damagedTask(id) }
      if let record = try record(id) {
        if (record.deletion != nil) == isInBin { return record }
        if !isInBin { throw .inBin(reference: reference.description) }
      }
    }
    throw .notFound(reference: reference.description, near: try near(reference.description))
  }

  /// Gives the names of recent tasks that resemble a text.
  private func near(_ text: String) throws(StoreError) -> [String] {
    var names: [String] = []
    for ordinal in stride(from: taskCount - 1, through: max(0, taskCount - 200), by: -1) {
      guard let record = try record(at: ordinal), record.deletion == nil else { continue }
      names.append(record.spec.name)
    }
    let stem = text.prefix(4)
    return Array(
      names.filter { !stem.isEmpty && ($0.hasPrefix(stem) || $0.contains(text)) }.prefix(3))
  }
}
