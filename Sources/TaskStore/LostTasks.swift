import JSON
import Posix
import Tasks

/// Finds tasks that were worked on here though the journal does not know them: it must have lost
/// their lines, since it names a task before anybody takes it.
struct LostTasks {
  let layout: StoreLayout
  let files: any FileSystem
  let fold: Fold

  /// Lists them with their folders.
  func found() throws(StoreError) -> [(id: TaskID, folder: String)] {
    var unknown: [(id: TaskID, folder: String)] = []
    try layout.eachTaskFolder(files) { (id, folder) throws(StoreError) in
      guard !fold.isDamaged(id), try fold.record(id) == nil else { return }
      // What a taking over that died has brought here has neither.
      let marks = [StoreLayout.taskCopy(in: folder), Path.join(folder, "attempts/1/lock")]
      for mark in marks where try onDisk({ () throws(SystemError) in try files.exists(mark) }) {
        return unknown.append((id, folder))
      }
    }
    guard !unknown.isEmpty, let pruned = try pruned() else { return unknown }
    // What is older than the base was taken out of it; only its folder was left behind.
    return unknown.filter { $0.id.createdAt.milliseconds > pruned.milliseconds }
  }

  /// Tells that something may be named by what was lost alone: then nothing is taken away because
  /// nobody names it.
  func mayBeMore() throws(StoreError) -> Bool {
    if fold.isInDoubt { return true }
    if try !found().isEmpty { return true }
    return try onDisk { () throws(SystemError) in
      try !Snapshot.unrooted(in: layout, files).isEmpty
    }
  }

  /// Tells when the base was written that the journal begins with; nil where there is none.
  private func pruned() throws(StoreError) -> Timestamp? {
    try onDisk { () throws(SystemError) in
      let beginning = try JournalSegments.beginning(layout, files)
      guard try files.exists(layout.segment(beginning)) else { return nil }
      let head = try files.read(layout.segment(beginning), 0..<Self.headLimit)
      let line = head.prefix { $0 != UInt8(ascii: "\n") }
      // A first line that cannot be read heads no base.
      guard head.starts(with: JournalBase.opening), let value = try? JSONValue.ours(line) else {
        return nil
      }
      return JournalEntry(value)?.at
    }
  }

  /// A base's head is one short line.
  private static let headLimit = 4096
}

extension StoreLayout {
  /// Calls back with every folder that has a task's name.
  func eachTaskFolder(
    _ files: any FileSystem, _ body: (TaskID, String) throws(StoreError) -> Void
  ) throws(StoreError) {
    func names(in folder: String) throws(StoreError) -> [String] {
      try onDisk { () throws(SystemError) in try files.names(in: folder) }
    }
    for month in try names(in: tasks) {
      let folder = Path.join(tasks, month)
      for name in try names(in: folder) {
        if let id = TaskID(name) { try body(id, Path.join(folder, name)) }
      }
    }
  }
}

extension TaskStore {
  /// Lists the tasks that were worked on and that the journal has lost.
  package func lostTasks() throws(StoreError) -> [TaskID] { try lost().map(\.id) }

  /// Tells that something was lost, or could not be read, that was about no task here.
  package func hasUnread() throws(StoreError) -> Bool { try !unread().isEmpty }

  /// Numbers the lines that told of it.
  func unread() throws(StoreError) -> Set<Int> { try reading { fold in fold.unread } }

  /// Has the journal say that it has lost something, and keep aside what shows that; folders of
  /// tasks, which may be many, are looked at where that is asked for.
  func noteLoss(by actor: Actor, inFolders: Bool) throws(StoreError) {
    let strange = try onDisk { () throws(SystemError) in try Snapshot.unrooted(in: layout, files) }
    var hasLost = !strange.isEmpty
    if !hasLost, inFolders { hasLost = try !lostTasks().isEmpty }
    if hasLost, try !hasUnread() { try keep([.loss], by: actor) }
    try onDisk { () throws(SystemError) in
      for base in strange {
        for path in [".jsonl", ".json", ".index"].map({ base + $0 }) {
          try layout.moveAside(path, as: "snapshot-" + Path.name(path), files)
        }
      }
    }
  }

  /// Tells that the journal may have said more than can be read of it.
  func mayHaveLost() throws(StoreError) -> Bool {
    try walking { (fold) throws(StoreError) in
      try LostTasks(layout: layout, files: files, fold: fold).mayBeMore()
    }
  }

  private func lost() throws(StoreError) -> [(id: TaskID, folder: String)] {
    try walking { (fold) throws(StoreError) in
      try LostTasks(layout: layout, files: files, fold: fold).found()
    }
  }

  /// Takes in again what the journal has lost, as the copies in their folders tell it, and those
  /// without one as far as they are known: by what they left. What had not begun when it was copied
  /// is ended, as it may have run since.
  func takeInLost(by actor: Actor) throws(StoreError) -> [TaskRecord] {
    var taken: [TaskRecord] = []
    for (id, folder) in try lost() {
      let moment = Moment(number: 0, at: id.createdAt, by: actor)
      let known =
        try copy(in: folder, of: id) ?? .remnant(id, name: nil, team: nil, at: moment)
      try sayAnew(known.endedUnlessBegun(), by: actor)
      taken.append(known)
    }
    // Also what another has mended is told as whole from now on.
    try syncAll()
    return taken
  }

  /// Gives what a task's folder tells of it, where a snapshot knew less.
  func latest(of record: TaskRecord) throws(StoreError) -> TaskRecord {
    let copy = try copy(in: layout.taskFolder(of: record), of: record.id)
    guard let copy, copy.revision > record.revision else { return record }
    return copy
  }

  private func copy(in folder: String, of id: TaskID) throws(StoreError) -> TaskRecord? {
    let path = StoreLayout.taskCopy(in: folder)
    let bytes = try onDisk { () throws(SystemError) in
      try files.exists(path) ? try files.read(path) : []
    }
    // One that cannot be read tells nothing.
    guard let value = try? JSONValue.ours(bytes[...]),
      let copy = JournalEntry.read(TaskRecord.json, value), copy.id == id
    else { return nil }
    return copy
  }
}
