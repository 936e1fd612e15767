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
    // Closed folders hide what is in them: a few rounds bring everything to light.
    for _ in 0..<8 {
      let wrong = StoreInspection(root: layout.root, files: files).wrongModes
      if wrong.isEmpty { break }
      for (path, mode) in wrong {
        try onDisk { () throws(SystemError) in try FileStatus.setMode(path, mode) }
      }
      done.append("closed to others, and opened to you, \(wrong.count) paths from \(wrong[0].path)")
    }
    for fault in StoreInspection(root: layout.root, files: files).faults {
      try mend(fault)
      if case .journal = fault { try settleDamage(from: .beginning, by: actor) }
    }
    try mendContent(by: actor)
  }

  private mutating func mend(_ fault: StoreFault) throws(StoreError) {
    switch fault {
    case .identity(let path, _):
      try setAside(path)
      try onDisk { () throws(SystemError) in
        try files.replace(path, with: TaskStore.newIdentity())
      }
      done.append("wrote \(path) anew")
    case .foreign(let path): try setAside(path)
    case .snapshot(let folder), .snapshotAhead(let folder, _, _):
      let folder = Path.name(folder) == Path.name(layout.snapshots) ? folder : Path.parent(folder)
      let names = try onDisk { () throws(SystemError) in try files.list(folder) }
      for name in names { try setAside(Path.join(folder, name)) }
    case .open, .closed, .unreadable, .journal, .torn, .leftovers: break
    }
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
      try files.createDirectories(layout.damaged)
      var target = Path.join(layout.damaged, Path.name(path))
      var number = 1
      while try files.exists(target) {
        number += 1
        target = Path.join(layout.damaged, "\(Path.name(path)).\(number)")
      }
      try files.rename(path, to: target)
      try files.syncDirectory(layout.damaged)
      done.append("set \(path) aside as \(target)")
    }
  }

  /// Sets content aside that is not what its name says; the same content may come again.
  package mutating func setAsideContent(_ audit: StoreAudit) throws(StoreError) {
    for found in audit.breaks where found.line == nil && Path.isInside(found.path, layout.blobs) {
      try setAside(found.path)
    }
  }
}

extension Snapshot {
  /// Finds a snapshot that knows more than the journal: then the journal has lost something.
  static func ahead(
    in layout: StoreLayout, files: any FileSystem
  ) throws(SystemError) -> (path: String, number: Int, journal: Int)? {
    let names = try files.list(layout.snapshots).filter { $0.hasSuffix(".index") }
    guard let name = names.last, let number = Int(name.dropLast(".index".count)) else { return nil }
    // A journal that cannot be read says so elsewhere.
    guard var reader = try? JournalReader(fromBeginning: layout, files),
      Snapshot.newest(in: layout, files: files, after: number - 1) == nil
    else { return nil }
    while try reader.read() != nil {}
    let journal = reader.position.number
    guard journal < number else { return nil }
    return (Path.join(layout.snapshots, name), number, journal)
  }
}

extension TaskStore {
  /// Says from where the journal is read: behind the snapshot, or all of it.
  enum ReadingStart { case snapshot, beginning }

  /// Does what the next change would do: sets damaged lines aside and cuts a torn end.
  func settleDamage(from start: ReadingStart, by actor: Actor) throws(StoreError) {
    if start == .beginning {
      // What a snapshot stands for is not read again otherwise.
      try state.withLock { (state) throws(StoreError) in try state.startOver() }
    }
    try appending(by: actor) { _, _ in (nil, ()) }
    try state.withLock { (state) throws(StoreError) in
      try state.lockJournal(layout, files)
      defer { state.unlockJournal() }
      try state.takeIn()
      var position = state.reader.position
      guard position.number > 0 else { return }
      _ = try segment(for: &position, &state)
    }
  }

  /// Lists the tasks whose state is not known.
  package func damagedTasks() throws(StoreError) -> [TaskID] {
    try reading { fold in fold.damaged.union(fold.doubted).sorted() }
  }
}
