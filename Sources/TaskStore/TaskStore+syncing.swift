import JSON
import Posix
import Synchronization
import Tasks

/// Makes appended changes safe, and mends what a failed sync left behind.
extension TaskStore {
  /// Returns once everything is on the medium that this process has appended, or has found done by
  /// others and goes by; nothing may be acknowledged before. Costs nothing when there is nothing new.
  package func sync() throws(StoreError) {
    let target = try state.withLock { (state) throws(StoreError) in
      if let reason = state.stopped { throw .stopped(reason) }
      return state.owed
    }
    // One sync covers what everybody appended before it began; who waits here mostly finds that.
    try syncing.withLock { (_) throws(StoreError) in
      let pending = try state.withLock { (state) throws(StoreError) -> Pending? in
        if let reason = state.stopped { throw .stopped(reason) }
        return state.synced.number < target ? try self.pending(&state) : nil
      }
      if let pending { try sync(pending) }
    }
    let (tail, threshold) = state.withLock { ($0.fold.tail, $0.fold.compactionThreshold) }
    compactAside(tail, threshold)
  }

  /// Has the next sync reach all that is known by now, whoever wrote it: something rests on it.
  package func owe() { state.withLock { $0.owed = $0.reader.position.number } }

  /// Makes all safe that is known by now, whoever wrote it.
  func syncAll() throws(StoreError) {
    owe()
    try sync()
  }

  /// Gives what is to be synced to make all safe that was taken in; nil if it is.
  ///
  /// This process's own last line was written with the journal in order. Of what only others wrote
  /// nobody knows whether they lived, and whether a sync of it has failed: it is made good first, as
  /// before a change.
  private func pending(_ state: inout State) throws(StoreError) -> Pending? {
    if let writer = state.writer, writer.segment == state.reader.position.segment,
      state.lastOwn > state.synced.number
    {
      return Pending(file: writer.file, position: state.reader.position)
    }
    try state.lockJournal(layout, files)
    defer { state.unlockJournal() }
    try repairUnsynced(&state)
    try state.takeIn()
    guard let file = try lastSegment(&state), state.synced.number < state.reader.position.number
    else { return nil }
    return Pending(file: file, position: state.reader.position)
  }

  /// Makes the journal safe up to a position, whoever appended it.
  func sync(upTo position: JournalPosition) throws(StoreError) {
    try syncing.withLock { (_) throws(StoreError) in
      let file = try onDisk { () throws(SystemError) in
        try files.openForAppending(layout.segment(position.segment))
      }
      try sync(Pending(file: file, position: position))
    }
  }

  private struct Pending {
    var file: any AppendFile
    var position: JournalPosition
  }

  private func sync(_ pending: Pending) throws(StoreError) {
    do throws(SystemError) {
      try pending.file.sync()
    } catch {
      throw stop(because: error)
    }
    state.withLock {
      if $0.synced.number < pending.position.number { $0.synced = pending.position }
    }
  }

  /// Makes a full segment safe before the next is begun; the journal's lock is held.
  func syncFull(_ position: JournalPosition, _ state: inout State) throws(StoreError) {
    do throws(SystemError) {
      try files.openForAppending(layout.segment(position.segment)).sync()
    } catch {
      let reason = Self.reason(error)
      state.stopped = reason
      do throws(SystemError) {
        try leaveMarker(state.synced)
      } catch let second {
        throw .stopped("\(reason); and its marker could not be written: \(second)")
      }
      throw .stopped(reason)
    }
    if state.synced.number < position.number { state.synced = position }
  }

  private static func reason(_ error: SystemError) -> String {
    "syncing the journal failed: \(error)"
  }

  /// Stops writing and leaves word of how far the journal is safe: after a failed sync the kernel
  /// may have thrown pages away that still read as if they were there.
  private func stop(because error: SystemError) -> StoreError {
    let reason = Self.reason(error)
    state.withLock { $0.stopped = reason }
    while true {
      do throws(StoreError) {
        try state.withLock { (state) throws(StoreError) in
          try state.lockJournal(layout, files, within: .seconds(1))
          defer { state.unlockJournal() }
          try onDisk { () throws(SystemError) in try leaveMarker(state.synced) }
        }
        return .stopped(reason)
      } catch .busy {
        // Others would build on what may be lost: whoever has the lock is waited for.
        continue
      } catch {
        return .stopped("\(reason); its marker could not be written (\(error))")
      }
    }
  }

  /// Writes how far the journal is safe; a marker that reaches further back stays.
  private func leaveMarker(_ synced: JournalPosition) throws(SystemError) {
    if let found = try marker(), found.number <= synced.number { return }
    do throws(SystemError) {
      try files.replace(layout.unsyncedMarker, with: Self.marker(synced))
    } catch {
      // A full disk still renames. The spare one reaches further back, which costs only time.
      try files.rename(layout.spareMarker, to: layout.unsyncedMarker)
      try files.syncDirectory(layout.run)
    }
  }

  /// Makes, while there is room, what a full disk can be marked with; the lock is held.
  func makeSpareMarker() throws(StoreError) {
    do throws(SystemError) {
      if try files.exists(layout.spareMarker) { return }
      try files.replace(layout.spareMarker, with: Self.marker(JournalPosition()))
    } catch {
      throw .notWritable(path: layout.spareMarker, error)
    }
  }

  private static func marker(_ synced: JournalPosition) -> [UInt8] {
    let marker: JSONValue = [
      "segment": .integer(synced.segment), "offset": .integer(synced.offset),
      "number": .integer(synced.number),
    ]
    return marker.bytes
  }

  /// Reads the marker; nil if there is none. One that cannot be read means that nothing is safe.
  private func marker() throws(SystemError) -> JournalPosition? {
    guard try files.exists(layout.unsyncedMarker) else { return nil }
    let bytes = try files.read(layout.unsyncedMarker, limit: 1 << 16)
    // What is no JSON of ours reads as the journal's beginning.
    let value = try? JSONValue.parse(bytes)
    guard let segment = value?["segment"]?.intValue, let offset = value?["offset"]?.intValue,
      let number = value?["number"]?.intValue, segment > 0, offset >= 0
    else { return JournalPosition() }
    return JournalPosition(segment: segment, offset: offset, number: number)
  }

  /// Writes the lines behind the marker again, into a new segment, before anything is added.
  func repairUnsynced(_ state: inout State) throws(StoreError) {
    try onDisk { () throws(SystemError) in
      guard let marker = try marker() else { return }
      // What lies before a base need not be written again, nor the base: both were safe before it.
      var segment = max(marker.segment, try JournalSegments.beginning(layout, files))
      var offset = segment == marker.segment ? marker.offset : 0
      if offset == 0 { offset = try JournalBase.length(of: layout.segment(segment), files) }
      let last = max(segment, try JournalSegments.ordinals(layout, files).last ?? 0)
      // Renamed when it is whole: a try that fails leaves nothing for the next to write once more.
      try files.replace(layout.segment(last + 1)) { (file) throws(SystemError) in
        while segment <= last {
          try file.append(try wholeLines(segment, from: offset))
          segment += 1
          offset = 0
        }
      }
      try files.rename(layout.unsyncedMarker, to: layout.spareMarker)
    }
  }

  /// Reads a segment's whole lines, without those that are damaged: written again they would count
  /// once more, and put in doubt what was healed since. None if there is no such segment.
  private func wholeLines(_ segment: Int, from offset: Int) throws(SystemError) -> [UInt8] {
    let path = layout.segment(segment)
    guard try files.exists(path) else { return [] }
    let bytes = try files.read(path, offset..<max(offset, files.size(path)))
    let newline = UInt8(ascii: "\n")
    guard let end = bytes.lastIndex(of: newline) else { return [] }
    var whole: [UInt8] = []
    var last: (number: Int, seal: String)?
    for line in bytes[..<end].split(separator: newline) {
      // What is no JSON of ours is damaged.
      guard let parts = Seal.split(line), let value = try? JSONValue.ours(line),
        let entry = JournalEntry(value)
      else { continue }
      if let last, last.number + 1 == entry.number,
        Seal.hash(parts.body, last.seal) != parts.seal
      {
        continue
      }
      last = (entry.number, parts.seal)
      whole += line + [newline]
    }
    return whole
  }
}
