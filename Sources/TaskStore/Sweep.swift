import JSON
import Posix
import Tasks

/// Goes through the folders beside the journal: what belongs to no task goes to the bin or away.
///
/// A task's folder is moved before it is removed, and stays in the bin for a while; content is
/// removed once it has been bound to nothing for long enough.
struct Sweep {
  let store: TaskStore
  let fold: Fold
  let retention: Retention
  let now: Int64
  /// What the journal has lost is nobody's to take away.
  private let lost: Set<TaskID>

  init(store: TaskStore, fold: Fold, retention: Retention, now: Int64) throws(StoreError) {
    self.store = store
    self.fold = fold
    self.retention = retention
    self.now = now
    let found = try LostTasks(layout: store.layout, files: store.files, fold: fold).found()
    lost = Set(found.map(\.id))
  }

  private var files: any FileSystem { store.files }
  private var layout: StoreLayout { store.layout }

  func count(_ plan: inout PrunePlan) throws(StoreError) {
    let pruned = plan.gone
    var folders = PrunePlan.Amount()
    try layout.eachTaskFolder(files) { (id, path) throws(StoreError) in
      let isGone = try isGone(id)
      if isGone || pruned.contains(id) { folders.add(try size(of: path)) }
    }
    plan.folders = folders
    for path in try overdueInBin(without: pruned) { plan.bin.add(try size(of: path)) }
    for path in try unboundContent(without: pruned) { plan.content.add(try size(of: path)) }
    for path in try drafts() { plan.drafts.add(try size(of: path)) }
  }

  func carryOut() throws(StoreError) {
    // First what is overdue: what comes to the bin now stays there its whole time. What cannot be
    // removed keeps nothing else from its turn.
    var failure: SystemError?
    for path in try believed(overdueInBin(without: [])) {
      do throws(SystemError) { try files.removeTree(path) } catch { failure = failure ?? error }
    }
    var folders: [(id: TaskID, path: String)] = []
    try layout.eachTaskFolder(files) { (id, path) throws(StoreError) in folders.append((id, path)) }
    // A task is in the journal before its folder is made, so a look from now on knows all of these.
    try anew().moveToBin(folders)
    try anew().takeContent()
    if let failure { throw .disk(failure) }
  }

  /// Goes on with what the journal says now.
  private func anew() throws(StoreError) -> Sweep {
    try Sweep(store: store, fold: store.safeFold(), retention: retention, now: now)
  }

  private func moveToBin(_ folders: [(id: TaskID, path: String)]) throws(StoreError) {
    for (id, path) in folders where try believed(isGone(id)) {
      let moment = try fold.record(id)?.deletion?.at ?? Timestamp(milliseconds: now)
      let target = layout.binFolder(id, deletedAt: moment)
      try onDisk { () throws(SystemError) in
        try files.createDirectories(layout.bin)
        // One that came before under this name stays; this one waits for another day.
        if try files.exists(target) { return }
        try files.rename(path, to: target)
        try files.syncDirectory(layout.bin)
      }
    }
  }

  /// Takes away content that was bound to nothing for long enough, and half-written files.
  func takeContent() throws(StoreError) {
    try putBack()
    for path in try believed(unboundContent(without: [])) { try removeContent(path) }
    for path in try drafts() {
      try onDisk { () throws(SystemError) in try files.removeIfPresent(path) }
    }
  }

  /// Gives what was found, unless the snapshot has proved harmed since it was looked at: nothing is
  /// taken away by the word of such a one.
  private func believed<Found>(_ found: Found) throws(StoreError) -> Found {
    try fold.believeSnapshot()
    return found
  }

  // MARK: Folders of tasks

  /// Tells whether a task's folder belongs into the bin.
  private func isGone(_ id: TaskID) throws(StoreError) -> Bool {
    if fold.damaged.contains(id) { return false }
    guard let record = try fold.record(id) else { return !fold.hasUnread && !lost.contains(id) }
    return record.deletion != nil
  }

  /// Lists what has been in the bin long enough, by the day its name begins with.
  private func overdueInBin(without pruned: Set<TaskID>) throws(StoreError) -> [String] {
    let limit = Retention.limit(days: retention.binDays, now)
    var found: [String] = []
    for name in try names(in: layout.bin) {
      guard let day = Timestamp(rfc3339: "\(name.prefix(10))T00:00:00Z"),
        let id = TaskID(String(name.dropFirst(11))), day.milliseconds < limit
      else { continue }
      // What can still be taken out stays to the last hour of its time; as does what may be that.
      let isKept = try fold.record(id) != nil || fold.hasUnread
      if !isKept || pruned.contains(id) { found.append(Path.join(layout.bin, name)) }
    }
    return found
  }

  // MARK: Content

  private func unboundContent(without pruned: Set<TaskID>) throws(StoreError) -> [String] {
    var bound: Set<String> = []
    for ordinal in 0..<fold.taskCount {
      guard let record = try fold.record(at: ordinal), !pruned.contains(record.id) else { continue }
      for content in record.content { bound.insert(Hex.encode(content.digest)) }
    }
    for handle in fold.handles.values where !handle.isOver(at: now) {
      if case .done(let outcome) = handle.end { bound.insert(Hex.encode(outcome.digest)) }
    }
    for schedule in fold.schedules.values {
      for content in schedule.making.content + [schedule.making.environment] {
        bound.insert(Hex.encode(content.digest))
      }
    }
    // What a damaged or a lost task names is not known, so nothing may go.
    if fold.isInDoubt || !lost.isEmpty { return [] }
    let strange = try onDisk { () throws(SystemError) in try Snapshot.unrooted(in: layout, files) }
    guard strange.isEmpty else { return [] }
    let limit = now - Int64(retention.stagedHours) * 3_600_000
    var found: [String] = []
    for folder in try contentFolders() {
      for name in try names(in: folder) where name.utf8.count == 64 && !bound.contains(name) {
        let path = Path.join(folder, name)
        if try isOlder(path, than: limit) { found.append(path) }
      }
    }
    return found
  }

  private func contentFolders() throws(StoreError) -> [String] {
    try names(in: layout.blobs).filter { $0.count == 2 }.map { Path.join(layout.blobs, $0) }
  }

  private static func moved(_ path: String) -> String {
    Path.join(Path.parent(path), ".\(Path.name(path)).tmp")
  }

  /// Gives content its name back that was moved by one who died before it was looked at: it may
  /// have been stored again just before. Whatever is bound to nothing is found anew.
  private func putBack() throws(StoreError) {
    for folder in try contentFolders() {
      for name in try names(in: folder) where name.hasPrefix(".") && name.hasSuffix(".tmp") {
        let path = Path.join(folder, String(name.dropFirst().dropLast(4)))
        guard Path.name(path).utf8.count == 64 else { continue }
        try onDisk { () throws(SystemError) in
          if try !files.exists(path) { try files.rename(Self.moved(path), to: path) }
        }
      }
    }
  }

  /// Removes content unless it was stored again since: it is moved first, then looked at.
  private func removeContent(_ path: String) throws(StoreError) {
    let limit = now - Int64(retention.stagedHours) * 3_600_000
    let draft = Self.moved(path)
    try onDisk { () throws(SystemError) in
      try files.rename(path, to: draft)
      if try isFileOlder(draft, than: limit) {
        try files.remove(draft)
      } else {
        try files.rename(draft, to: path)
      }
    }
  }

  // MARK: Drafts

  /// Lists half-written files that are older than any writing takes.
  private func drafts() throws(StoreError) -> [String] {
    let limit = now - 86_400_000
    var found: [String] = []
    let folders = [layout.root, layout.journal, layout.run, layout.keys, layout.blobs]
    for folder in try folders + contentFolders() {
      for name in try names(in: folder) where name.hasPrefix(".") && name.hasSuffix(".tmp") {
        let path = Path.join(folder, name)
        if try isOlder(path, than: limit) { found.append(path) }
      }
    }
    return found
  }

  // MARK: Files

  private func names(in folder: String) throws(StoreError) -> [String] {
    try onDisk { () throws(SystemError) in try files.names(in: folder) }
  }

  private func isOlder(_ path: String, than limit: Int64) throws(StoreError) -> Bool {
    try onDisk { () throws(SystemError) in try isFileOlder(path, than: limit) }
  }

  private func isFileOlder(_ path: String, than limit: Int64) throws(SystemError) -> Bool {
    guard let found = try files.status(path, followingLinks: false), found.kind == .file else {
      return false
    }
    return found.modified / 1_000_000 < limit
  }

  private func size(of path: String) throws(StoreError) -> Int {
    try onDisk { () throws(SystemError) in try files.treeSize(path) }
  }
}

extension FileSystem {
  /// Adds up the files of a tree, following no links.
  func treeSize(_ path: String) throws(SystemError) -> Int {
    guard let found = try status(path, followingLinks: false) else { return 0 }
    guard found.kind == .directory else { return found.size }
    var total = 0
    for name in try list(path) { total += try treeSize(Path.join(path, name)) }
    return total
  }
}

extension TaskRecord {
  /// Lists the content it needs.
  var content: [ContentID] {
    artifacts.map(\.cid) + attempts.compactMap(\.outputCid)
      + [spec.launch.environment, spec.typeCid].compactMap(\.self)
  }
}
