import JSON
import Posix
import Synchronization
import Tasks

/// Makes appended changes safe, and mends what a failed sync left behind.
extension TaskStore {
  /// Returns once everything this process appended is on the medium; nothing may be acknowledged
  /// before. Costs nothing when there is nothing new.
  package func sync() throws(StoreError) {
    let pending = try state.withLock { (state) throws(StoreError) -> Pending? in
      if let reason = state.stopped { throw .stopped(reason) }
      guard let writer = state.writer, state.unsynced else { return nil }
      state.unsynced = false
      return Pending(file: writer.file, position: state.reader.position)
    }
    guard let pending else { return }
    do throws(SystemError) {
      // Outside the lock: one sync covers what others appended before it.
      try pending.file.sync()
    } catch {
      try stop(because: error)
    }
    state.withLock {
      if $0.synced.number < pending.position.number { $0.synced = pending.position }
    }
  }

  private struct Pending {
    var file: any AppendFile
    var position: JournalPosition
  }

  /// Stops writing and leaves word of how far the journal is safe: after a failed sync the kernel
  /// may have thrown pages away that still read as if they were there.
  private func stop(because error: SystemError) throws(StoreError) -> Never {
    let reason = "syncing the journal failed: \(error)"
    let synced = state.withLock { state in
      state.stopped = reason
      return state.synced
    }
    let marker: JSONValue = [
      "segment": .integer(synced.segment), "offset": .integer(synced.offset),
      "number": .integer(synced.number),
    ]
    do throws(SystemError) {
      let lock = try FileLock.acquire(layout.journalLock)
      // An earlier marker reaches further back, so it stays.
      if try !files.exists(layout.unsyncedMarker) {
        try files.replace(layout.unsyncedMarker, with: marker.bytes)
      }
      lock.release()
    } catch {
      throw .stopped("\(reason); and its marker could not be written: \(error)")
    }
    throw .stopped(reason)
  }

  /// Writes the lines behind the marker again, into a new segment, before anything is added.
  func repairUnsynced(_ state: inout State) throws(StoreError) {
    try onDisk { () throws(SystemError) in
      guard try files.exists(layout.unsyncedMarker) else { return }
      let marker = try files.read(layout.unsyncedMarker, limit: 1 << 16)
      // A marker that cannot be read means that nothing is known to be safe.
      let value = try? JSONValue.parse(marker)
      var segment = value?["segment"]?.intValue ?? 1
      var offset = value?["offset"]?.intValue ?? 0
      var tail: [UInt8] = []
      while let bytes = try wholeLines(segment, from: offset) {
        tail += bytes
        segment += 1
        offset = 0
      }
      let file = try files.createFile(layout.segment(segment))
      try file.append(tail)
      try file.sync()
      try files.syncDirectory(layout.journal)
      try files.remove(layout.unsyncedMarker)
    }
  }

  /// Reads a segment's whole lines; nil if there is no such segment.
  private func wholeLines(_ segment: Int, from offset: Int) throws(SystemError) -> [UInt8]? {
    let path = layout.segment(segment)
    guard try files.exists(path) else { return nil }
    let bytes = try files.read(path, offset..<max(offset, files.size(path)))
    guard let end = bytes.lastIndex(of: UInt8(ascii: "\n")) else { return [] }
    return Array(bytes[...end])
  }
}
