import JSON
import Posix
import Tasks

/// Mends what can be mended without losing anything: modes, what is derived, what lies in the way.
///
/// Nothing is deleted; what is in the way is moved to `damaged/`.
package struct StoreMending {
  let layout: StoreLayout
  let files: any FileSystem
  package private(set) var done: [Mending] = []

  package init(root: String, files: any FileSystem = RealFileSystem()) {
    layout = StoreLayout(root: root)
    self.files = files
  }

  /// Carries out what is safe for each fault, until none is left that it can do something about.
  package mutating func mend(by actor: Actor) throws(StoreError) {
    try TaskStore.checkOwner(layout, files)
    try refuseNewer()
    // Closed folders hide what is in them: a few rounds bring everything to light.
    for _ in 0..<8 {
      let wrong = StoreInspection(root: layout.root, files: files).wrongModes
      if wrong.isEmpty { break }
      for (path, mode) in wrong {
        try onDisk { () throws(SystemError) in try FileStatus.setMode(path, mode) }
      }
      done.append("closed to others, and opened to you, \(wrong.count) paths from \(wrong[0].path)")
    }
    // The file that tells may have been closed.
    try refuseNewer()
    for fault in StoreInspection(root: layout.root, files: files).faults {
      try mend(fault, by: actor)
    }
    try takeInLost(by: actor)
    try mendContent(by: actor)
    try settleUnread(by: actor)
  }

  private func refuseNewer() throws(StoreError) {
    do throws(StoreError) {
      try TaskStore.checkFormat(layout, files)
    } catch {
      // What a newer Errand has made would look damaged to this one; all else is for the mending.
      if case .newerFormat = error { throw error }
    }
  }

  /// Has the journal call history what it could not read, once all was done about it that can be.
  private mutating func settleUnread(by actor: Actor) throws(StoreError) {
    guard try onDisk({ () throws(SystemError) in try files.exists(layout.journal) }) else {
      return
    }
    let store = try TaskStore.open(layout.root, files: files)
    let unread = try store.unread().sorted()
    if unread.isEmpty { return }
    try store.keep(unread.map(KeptBreak.givingUp), by: actor)
    done.append("gave up what the journal could not say of schedules and waits")
  }

  private mutating func mend(_ fault: StoreFault, by actor: Actor) throws(StoreError) {
    switch fault {
    case .identity(let path, _):
      try setAside(path)
      try onDisk { () throws(SystemError) in
        try files.replace(path, with: TaskStore.newIdentity())
      }
      done.append("wrote \(path) anew")
    case .foreign(let path), .inTheWay(let path): try setAside(path)
    case .key(let path):
      if let aside = try TaskStore.open(layout.root, files: files).setHarmedKeyAside(path) {
        done.append("set \(path) aside as \(aside)")
      }
    case .snapshot: try setSnapshotsAside()
    case .snapshotAhead(let path, _, _):
      let store = try settleDamage(from: .beginning, by: actor)
      let count = try sayAnew(whatOnly: path, knows: store, by: actor)
      try store.sync()
      // Only now: until then it is the one copy.
      try setSnapshotsAside()
      if count > 0 {
        done.append("took \(count) tasks and schedules that the journal had lost from \(path)")
      }
    case .journal: try healJournal(by: actor)
    case .open, .closed, .unreadable, .torn, .leftovers, .history, .longJournal, .secrets: break
    }
  }

  /// Says anew what a snapshot knows and the store does not; gives how much that was.
  private func sayAnew(
    whatOnly index: String, knows store: TaskStore, by actor: Actor
  ) throws(StoreError) -> Int {
    guard let snapshot = Snapshot(String(index.dropLast(".index".count)), files) else { return 0 }
    var count = 0
    // A record that cannot be read is kept with the rest of the snapshot.
    for row in 0..<snapshot.count where snapshot.isSound(row) {
      guard let record = try? snapshot.record(row) else { continue }
      if let known = try store.lastKnown(id: record.id), known.revision >= record.revision {
        continue
      }
      try store.sayAnew(store.latest(of: record).endedUnlessBegun(), by: actor)
      count += 1
    }
    return try count + store.sayAnew(snapshot.aside.schedules.values, by: actor)
  }

  private mutating func takeInLost(by actor: Actor) throws(StoreError) {
    guard try onDisk({ () throws(SystemError) in try files.exists(layout.journal) }) else {
      return
    }
    for record in try TaskStore.open(layout.root, files: files).takeInLost(by: actor) {
      done.append("took in \(record.spec.name), which the journal had lost, from what it left")
    }
  }

  private mutating func setSnapshotsAside() throws(StoreError) {
    let names = try onDisk { () throws(SystemError) in try files.list(layout.snapshots) }
    for name in names { try setAside(Path.join(layout.snapshots, name)) }
  }

  /// Sets aside what cannot be read, says anew what a snapshot still knows of it, and has the journal
  /// call the rest history. Tasks of which nobody knows how they stand are for others to end.
  private mutating func healJournal(by actor: Actor) throws(StoreError) {
    let served = try TaskStore.open(layout.root, files: files)
    let bare = try settleDamage(from: .beginning, by: actor)
    let lost = try bare.damagedTasks()
    for id in lost {
      let name = try bare.lastKnown(id: id)?.spec.name
      guard let record = try served.lastKnown(id: id, orNamed: name),
        try served.damaged(among: [record.id]).isEmpty
      else { continue }
      try served.sayAnew(served.latest(of: record), by: actor)
      done.append("said \(record.spec.name) anew, which the snapshot knew whole")
    }
    let schedules = try bare.sayAnew(served.schedules(), by: actor)
    if schedules > 0 {
      done.append("said \(schedules) schedules anew, which the snapshot knew whole")
    }
    var audit = StoreAudit()
    try onDisk { () throws(SystemError) in
      var chain = ChainAudit(layout: layout, files: files)
      try chain.walk(&audit)
    }
    audit.partHistory(layout)
    try keep(audit, by: actor)
  }

  /// Has the journal call history what an audit has found, once all was done about it that can be.
  package mutating func keep(_ audit: StoreAudit, by actor: Actor) throws(StoreError) {
    // What an attempt says while it runs is mended once it has ended.
    let breaks = audit.newlyKept(layout).filter { !$0.file.hasPrefix("tasks/") }
    if breaks.isEmpty { return }
    let store = try TaskStore.open(layout.root, files: files)
    try store.keep(breaks, by: actor)
    done.append("took note of \(breaks.count) breaks: from now on they are history")
  }

  /// Has the store itself do what it does on any change, and makes its snapshot anew.
  private mutating func mendContent(by actor: Actor) throws(StoreError) {
    guard try onDisk({ () throws(SystemError) in try files.exists(layout.journal) }) else {
      return
    }
    let store = try settleDamage(from: .snapshot, by: actor)
    let hasSnapshot = Snapshot.newest(in: layout, files: files, after: 0) != nil
    // A short journal has none yet, and nothing is wrong with that.
    if !hasSnapshot, try store.number() > 0, try store.compactIfWorthwhile(always: true),
      !done.isEmpty
    {
      done.append("made the snapshot anew")
    }
  }

  /// Reads the journal with a store of its own, which sets aside what it cannot read.
  @discardableResult
  private mutating func settleDamage(
    from start: TaskStore.ReadingStart, by actor: Actor
  ) throws(StoreError) -> TaskStore {
    let store = try TaskStore.open(layout.root, files: files)
    let before = try asideCount()
    try store.settleDamage(from: start, by: actor)
    let count = try asideCount() - before
    if count > 0 { done.append("set \(count) damaged lines aside in \(layout.damaged)") }
    return store
  }

  private func asideCount() throws(StoreError) -> Int {
    try onDisk { () throws(SystemError) in
      try files.exists(layout.damaged) ? try files.list(layout.damaged).count : 0
    }
  }

  /// Moves something out of the way under a name that is free.
  package mutating func setAside(_ path: String) throws(StoreError) {
    try onDisk { () throws(SystemError) in
      guard try files.exists(path) else { return }
      let target = try layout.moveAside(path, files)
      done.append("set \(path) aside as \(target)")
    }
  }

  /// Mends messages, sets content aside that is not what its name says (the same content may come
  /// again), and has the journal call history what is left of that.
  package mutating func mendBeside(_ found: StoreAudit, by actor: Actor) throws(StoreError) {
    // A long journal is walked only where that was asked for.
    if found.breaks.contains(where: { Path.isInside($0.path, layout.journal) }) {
      try healJournal(by: actor)
    }
    for found in found.breaks where found.line == nil && Path.isInside(found.path, layout.blobs) {
      try setAside(found.path)
    }
    let folders = Set(found.breaks.map(\.path).filter { Path.isInside($0, layout.tasks) })
    let counts =
      folders.isEmpty ? [:] : try TaskStore.open(layout.root, files: files).messageCounts()
    for folder in Set(folders.map(Path.parent)).sorted() {
      let mending = MessageMending(
        folder: folder, layout: layout, files: files, expected: counts[folder] ?? 0)
      let count = try onDisk { () throws(SystemError) in try mending.carryOut() }
      done.append(
        count.map { "mended the messages in \(folder); \($0) lines are in \(layout.damaged)" }
          ?? "left the messages in \(folder), whose attempt still runs")
    }
    if found.isWhole { return }
    try keep(try TaskStore.open(layout.root, files: files).verify(), by: actor)
  }
}

extension Snapshot {
  /// Finds a snapshot that knows what the journal does not: then the journal has lost something.
  static func ahead(
    in layout: StoreLayout, files: any FileSystem
  ) throws(SystemError) -> (path: String, number: Int, journal: Int)? {
    guard let base = try unrooted(in: layout, files).last, let number = Int(Path.name(base)) else {
      return nil
    }
    // A journal that cannot be read says so elsewhere.
    guard var reader = try? JournalReader(fromBeginning: layout, files) else { return nil }
    while try reader.read() != nil {}
    return (base + ".index", number, reader.position.number)
  }
}

extension TaskRecord {
  /// Ends a task that had not begun when it was seen last: it may have run since, and nothing is run
  /// twice.
  func endedUnlessBegun() -> TaskRecord {
    guard status == .queued || status == .waiting else { return self }
    let error = AttemptError(
      .interrupted, "The journal lost what came of it; whether it ran is not known.")
    let moment = Moment(number: number, at: updatedAt, by: createdBy)
    return goingOn(with: .failed(error), revision: revision + 1, at: moment)
  }
}
