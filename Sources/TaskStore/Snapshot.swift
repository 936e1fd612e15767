import JSON
import Posix
import Tasks

/// Maps a fold written earlier: any row in constant time, nothing loaded; it may be deleted.
final class Snapshot: Sendable {
  let aside: SnapshotAside
  let count: Int
  private let index: MappedFile
  private let records: MappedFile
  private let slots: Int

  var position: JournalPosition { aside.position }

  /// Opens the newest whole snapshot of a store; nil if there is none.
  static func newest(in layout: StoreLayout, files: any FileSystem) -> Snapshot? {
    // An unreadable folder or file is like none: everything can be folded again.
    let names = (try? files.list(layout.snapshots)) ?? []
    for name in names.reversed() where name.hasSuffix(".index") {
      let base = Path.join(layout.snapshots, String(name.dropLast(".index".count)))
      if let snapshot = Snapshot(base, files) { return snapshot }
    }
    return nil
  }

  private init?(_ base: String, _ files: any FileSystem) {
    guard let index = try? MappedFile(path: base + ".index"),
      let records = try? MappedFile(path: base + ".jsonl"),
      // A snapshot that cannot be read whole counts as absent.
      let aside = try? SnapshotAside.json.decode(JSONValue.parse(files.read(base + ".json"))),
      index.count >= SnapshotFormat.headerSize,
      index.bytes(0..<8) == SnapshotFormat.magic
    else { return nil }
    let count = Int(index.loadUInt64(at: SnapshotFormat.Header.count))
    let slots = Int(index.loadUInt64(at: SnapshotFormat.Header.slots))
    let size = SnapshotFormat.headerSize + count * SnapshotFormat.rowSize + 3 * slots * 4
    guard count >= 0, slots > 0, index.count == size,
      records.count == Int(index.loadUInt64(at: SnapshotFormat.Header.recordsSize))
    else { return nil }
    self.aside = aside
    self.count = count
    self.slots = slots
    self.index = index
    self.records = records
  }

  // MARK: Rows

  private func row(_ row: Int, _ field: Int) -> Int {
    SnapshotFormat.headerSize + row * SnapshotFormat.rowSize + field
  }

  private func word(_ row: Int, _ field: Int) -> UInt32 {
    index.loadUInt32(at: self.row(row, field))
  }

  private func long(_ row: Int, _ field: Int) -> UInt64 {
    index.loadUInt64(at: self.row(row, field))
  }

  func id(at row: Int) -> TaskID {
    let start = self.row(row, SnapshotFormat.Row.id)
    return TaskID(bytes: index.bytes(start..<start + 16))
  }

  func status(_ row: Int) -> TaskStatus {
    SnapshotFormat.statuses[
      Int(word(row, SnapshotFormat.Row.status)) % SnapshotFormat.statuses.count]
  }

  func hasAttempts(_ row: Int) -> Bool { word(row, SnapshotFormat.Row.attempts) != 0 }
  func queuedAt(_ row: Int) -> Int64 { Int64(bitPattern: long(row, SnapshotFormat.Row.queuedAt)) }
  /// Gives when it ended; zero while it has not.
  func completedAt(_ row: Int) -> Int64 {
    Int64(bitPattern: long(row, SnapshotFormat.Row.completedAt))
  }
  func number(_ row: Int) -> Int { Int(long(row, SnapshotFormat.Row.number)) }
  func typeHash(_ row: Int) -> UInt32 { word(row, SnapshotFormat.Row.type) }
  func profileHash(_ row: Int) -> UInt32 { word(row, SnapshotFormat.Row.profile) }
  func teamHash(_ row: Int) -> UInt32 { word(row, SnapshotFormat.Row.team) }
  func parentHash(_ row: Int) -> UInt32 { word(row, SnapshotFormat.Row.parent) }

  /// Gives a record's own bytes, for a copy.
  func line(_ row: Int) throws(StoreError) -> [UInt8] {
    let offset = Int(long(row, SnapshotFormat.Row.offset))
    let end = offset + Int(word(row, SnapshotFormat.Row.length))
    guard offset >= 0, end <= records.count, offset <= end else {
      throw .damaged(path: "snapshot", offset: offset, reason: "a row points outside the records")
    }
    return records.bytes(offset..<end)
  }

  func record(_ row: Int) throws(StoreError) -> TaskRecord {
    let line = try line(row)
    guard let value = try? JSONValue.parse(line), let record = try? TaskRecord.json.decode(value)
    else {
      // The snapshot is derived: whoever sees this should delete it and fold again.
      throw .damaged(path: "snapshot", offset: row, reason: "a record cannot be read")
    }
    return record
  }

  // MARK: Chains

  var counts: [TaskStatus: Int] {
    var counts: [TaskStatus: Int] = [:]
    for (place, status) in SnapshotFormat.statuses.enumerated() {
      counts[status] = Int(index.loadUInt32(at: SnapshotFormat.Header.counts + place * 4))
    }
    return counts
  }

  /// Walks the rows of one status, newest first.
  func rows(with status: TaskStatus) -> some Sequence<Int> {
    let place = SnapshotFormat.index(of: status)
    let head = Int(index.loadUInt32(at: SnapshotFormat.Header.heads + place * 4)) - 1
    return sequence(state: head) { (next: inout Int) -> Int? in
      guard next >= 0, next < self.count else { return nil }
      defer { next = Int(self.word(next, SnapshotFormat.Row.previous)) - 1 }
      return next
    }
  }

  // MARK: Tables

  private enum Table: Int {
    case ids, names, keys
  }

  private func candidates(_ table: Table, _ text: String) -> some Sequence<Int> {
    let base =
      SnapshotFormat.headerSize + count * SnapshotFormat.rowSize + table.rawValue * slots * 4
    let first = Int(SnapshotFormat.hash(text) & UInt64(slots - 1))
    return sequence(state: 0) { (step: inout Int) -> Int? in
      guard step < self.slots else { return nil }
      let slot = (first + step) & (self.slots - 1)
      let row = Int(self.index.loadUInt32(at: base + slot * 4)) - 1
      step += 1
      return row >= 0 && row < self.count ? row : nil
    }
  }

  func row(of id: TaskID) throws(StoreError) -> Int? {
    for row in candidates(.ids, id.description) where self.id(at: row) == id { return row }
    return nil
  }

  func id(named name: String) throws(StoreError) -> TaskID? {
    for row in candidates(.names, name) {
      let record = try record(row)
      if record.spec.name == name { return record.id }
    }
    return nil
  }

  func id(forKey key: String) throws(StoreError) -> TaskID? {
    for row in candidates(.keys, key) {
      let record = try record(row)
      if record.spec.idempotency?.key == key { return record.id }
    }
    return nil
  }
}
