import JSON
import Posix
import Tasks

/// Appends under the journal's lock; the only code that writes the journal.
extension TaskStore {
  /// A segment is not begun larger than this.
  private static let segmentSize = 64 << 20
  /// One change is never larger; what is, belongs into an artifact.
  private static let lineLimit = 16 << 20

  /// Runs a decision on the freshest fold, alone among all writers, and appends what it decides.
  func appending<Result>(
    by actor: Actor,
    _ decide: (Fold, Moment) throws(StoreError) -> (JournalChange?, Result)
  ) throws(StoreError) -> Result {
    let result = try state.withLock { (state) throws(StoreError) in
      if let reason = state.stopped { throw .stopped(reason) }
      // What can be read now need not be read while everybody waits for the lock.
      try freshen(&state)
      if state.writer == nil { try makeFolders() }
      try state.lockJournal(layout, files)
      defer { state.unlockJournal() }
      if state.writer == nil {
        try makeIdentity()
        try makeSpareMarker()
      }
      try repairUnsynced(&state)
      try state.takeIn()
      try setDamageAside(&state)
      let moment = Moment(
        number: state.reader.position.number + 1,
        at: .now, by: actor)
      let (change, result) = try state.trusting { (state) throws(StoreError) in
        try decide(state.fold, moment)
      }
      if let change {
        let entry = JournalEntry(number: moment.number, at: moment.at, by: actor, change: change)
        try write(entry, &state)
        try state.keep(entry)
      }
      // Also what changes nothing goes by what others have changed.
      state.owed = state.reader.position.number
      return result
    }
    followers.changed()
    return result
  }

  /// Makes the folders of the store on the first change.
  private func makeFolders() throws(StoreError) {
    do throws(SystemError) {
      for folder in [layout.root, layout.run, layout.journal] {
        try files.createDirectories(folder)
      }
    } catch {
      throw .notWritable(path: layout.root, error)
    }
  }

  /// Gives the store its format and its id, once; the lock is held.
  private func makeIdentity() throws(StoreError) {
    do throws(SystemError) {
      guard try !files.exists(layout.identity) else { return }
      try files.replace(layout.identity, with: Self.newIdentity())
    } catch {
      throw .notWritable(path: layout.root, error)
    }
  }

  /// Writes what names a store and its format.
  static func newIdentity() -> [UInt8] {
    var random = SystemRandomNumberGenerator()
    let now = Timestamp.now
    let identity: JSONValue = [
      "format": .integer(format),
      "id": .string(TaskID.make(at: now, using: &random).description),
    ]
    return identity.bytes + [UInt8(ascii: "\n")]
  }

  private func write(_ entry: JournalEntry, _ state: inout State) throws(StoreError) {
    var position = state.reader.position
    let sealed = Seal.sealed(entry.body(), after: position.seal)
    guard sealed.line.count <= Self.lineLimit else {
      throw .tooLongALine(sealed.line.count, limit: Self.lineLimit)
    }
    let file = try segment(for: &position, &state)
    do throws(SystemError) {
      try file.append(sealed.line)
    } catch {
      // Nobody else appends while the lock is held, so the old end is the right one.
      do throws(SystemError) {
        try file.truncate(to: position.offset)
      } catch let cut {
        state.stopped = "a failed append could not be undone: \(cut)"
      }
      throw .notWritable(path: layout.segment(position.segment), error)
    }
    position.offset += sealed.line.count
    position.number = entry.number
    position.seal = sealed.seal
    state.lastOwn = entry.number
    state.reader.passed(position)
  }

  /// Gives the file in which the journal ends, without a torn line; nil where there is none yet. The
  /// journal's lock is held.
  func lastSegment(_ state: inout State) throws(StoreError) -> (any AppendFile)? {
    var position = state.reader.position
    return position.number > 0 ? try segment(for: &position, &state) : nil
  }

  /// Gives the file to append to, beginning a new segment where the last one is full.
  private func segment(
    for position: inout JournalPosition, _ state: inout State
  ) throws(StoreError) -> any AppendFile {
    if position.offset >= Self.segmentSize {
      // A later sync reaches only the new segment.
      try syncFull(position, &state)
      position.segment += 1
      position.offset = 0
    }
    do throws(SystemError) {
      if let writer = state.writer, writer.segment == position.segment {
        try cutTornLine(writer.file, position)
        return writer.file
      }
      let file = try files.openForAppending(layout.segment(position.segment))
      // A segment's name must be as durable as what will stand in it, and who gave it that name
      // may have died before.
      try files.syncDirectory(layout.journal)
      try cutTornLine(file, position)
      state.writer = (position.segment, file)
      return file
    } catch {
      throw .notWritable(path: layout.segment(position.segment), error)
    }
  }

  /// Copies a torn last line aside and cuts it: its writer died before anybody was told of it.
  private func cutTornLine(
    _ file: any AppendFile, _ position: JournalPosition
  ) throws(SystemError) {
    let size = try file.size()
    guard size > position.offset else { return }
    let torn = try file.read(size - position.offset, at: position.offset)
    try setAside(torn, "torn-\(position.segment)-\(position.offset)")
    try file.truncate(to: position.offset)
  }

  private func setDamageAside(_ state: inout State) throws(StoreError) {
    for damage in state.damage {
      try onDisk { () throws(SystemError) in
        try setAside(damage.line, "\(Path.name(damage.path))-\(damage.offset)")
      }
    }
    state.damage = []
  }

  private func setAside(_ bytes: [UInt8], _ name: String) throws(SystemError) {
    try files.createDirectories(layout.damaged)
    try files.keepCopy(bytes, at: Path.join(layout.damaged, name))
  }
}

extension TaskStore.State {
  /// Waits for the lock that makes this process the only writer.
  mutating func lockJournal(
    _ layout: StoreLayout, _ files: any FileSystem, within patience: Duration? = nil
  ) throws(StoreError) {
    let patience = patience ?? lockPatience
    do throws(SystemError) {
      while true {
        if lock == nil { lock = try files.openLock(layout.journalLock) }
        guard let lock else { continue }
        try lock.lock(within: patience)
        do throws(SystemError) {
          if try lock.isInPlace() { return }
        } catch {
          unlockJournal()
          throw error
        }
        // Who locks a file that was removed shuts nobody out: the next one makes, and locks, another.
        unlockJournal()
        self.lock = nil
      }
    } catch {
      throw error.isTimedOut
        ? .busy(lock: layout.journalLock, patience: patience)
        : .notWritable(path: layout.journalLock, error)
    }
  }

  mutating func unlockJournal() {
    do throws(SystemError) {
      try lock?.unlock()
    } catch {
      // Closing the file gives the lock up as well.
      lock = nil
    }
  }
}
