import JSON
import Posix
import Tasks

/// Maps a fold written earlier: any row in constant time, nothing loaded; it may be deleted.
final class Snapshot: Sendable {
  let aside: SnapshotAside
  let count: Int
  private let index: CheckedFile
  private let records: CheckedFile
  private let slots: Int
  private let lately = RowCache()

  var position: JournalPosition { aside.position }

  /// Tells whether everything read so far was what was written into the snapshot.
  var isIntact: Bool { index.isIntact && records.isIntact }

  /// Names the file of records, for errors.
  let path: String

  /// Opens the newest whole snapshot after a number that belongs to the journal; nil if there is
  /// none.
  static func newest(
    in layout: StoreLayout, files: any FileSystem, after number: Int
  ) -> Snapshot? {
    // An unreadable folder or file is like none: everything can be folded again.
    let names = (try? files.list(layout.snapshots)) ?? []
    for name in names.reversed() where name.hasSuffix(".index") {
      let base = String(name.dropLast(".index".count))
      guard base > SnapshotWriter.name(number) else { return nil }
      guard let snapshot = Snapshot(Path.join(layout.snapshots, base), files) else { continue }
      // A journal that cannot be read here will say so when it is folded.
      if (try? snapshot.isRooted(in: layout, files)) == true { return snapshot }
    }
    return nil
  }

  /// Names the whole snapshots of which the journal does not hold what they were made of: it has lost
  /// that, since a snapshot knows nothing that was not safe.
  static func unrooted(
    in layout: StoreLayout, _ files: any FileSystem
  ) throws(SystemError) -> [String] {
    var found: [String] = []
    let names = try files.names(in: layout.snapshots).filter { $0.hasSuffix(".index") }
    if names.isEmpty { return [] }
    let beginning = try JournalSegments.beginning(layout, files)
    for name in names {
      let base = Path.join(layout.snapshots, String(name.dropLast(".index".count)))
      // One from before a base may come back with a power cut, as may what the base left out.
      guard let snapshot = Snapshot(base, files), snapshot.position.number > 0,
        snapshot.position.segment >= beginning
      else { continue }
      if try !snapshot.isRooted(in: layout, files) { found.append(base) }
    }
    return found
  }

  /// Tells whether the journal holds, where the snapshot stands, the line it was made up to: the
  /// journal is the truth, and a snapshot that knows more or other things is not its fold.
  private func isRooted(
    in layout: StoreLayout, _ files: any FileSystem
  ) throws(SystemError) -> Bool {
    let segment = layout.segment(position.segment)
    if position.offset == 0 { return try files.exists(segment) }
    let ending = Array("\(position.seal)\"}\n".utf8)
    guard position.offset >= ending.count, try files.exists(segment) else { return false }
    return try files.read(segment, position.offset - ending.count..<position.offset) == ending
  }

  init?(_ base: String, _ files: any FileSystem) {
    // A snapshot that cannot be read whole counts as absent.
    guard let index = try? files.map(base + ".index"),
      let records = try? files.map(base + ".jsonl"), let side = try? files.read(base + ".json"),
      index.count >= SnapshotFormat.headerSize, index.bytes(0..<8) == SnapshotFormat.magic
    else { return nil }
    path = base + ".jsonl"
    let count = Int(truncatingIfNeeded: index.loadUInt64(at: SnapshotFormat.Header.count))
    // Nothing in the file is believed before its size agrees.
    guard (0...index.count / SnapshotFormat.rowSize).contains(count) else { return nil }
    let slots = SnapshotFormat.slots(for: count)
    let size = SnapshotFormat.headerSize + count * SnapshotFormat.rowSize + 3 * slots * 4
    let ownChecks = size + PageChecks.count(forBytes: records.count) * 4
    guard index.count == ownChecks + PageChecks.count(forBytes: size) * 4,
      let own = CheckedFile(index, count: size, checks: index, at: ownChecks),
      let lines = CheckedFile(records, count: records.count, checks: index, at: size),
      own.loadUInt64(at: SnapshotFormat.Header.slots) == UInt64(slots),
      own.loadUInt64(at: SnapshotFormat.Header.recordsSize) == UInt64(records.count),
      own.loadUInt64(at: SnapshotFormat.Header.aside) == SnapshotFormat.hash(side),
      // As one of its files that cannot be read.
      let aside = try? SnapshotAside.json.decode(JSONValue.parse(side)), own.isIntact
    else { return nil }
    self.aside = aside
    self.count = count
    self.slots = slots
    self.index = own
    self.records = lines
  }

  /// Looks at every byte; `isIntact` tells what it found.
  func checkAll() {
    index.checkAll()
    records.checkAll()
  }

  /// Looks at every byte, and reads the first records; false if something is wrong with it.
  func isWhole(records limit: Int) -> Bool {
    checkAll()
    do throws(StoreError) {
      for row in 0..<min(count, limit) { _ = try record(row) }
    } catch {
      return false
    }
    return isIntact
  }

  /// Tells whether a row and its record are as they were written, whatever became of others.
  func isSound(_ row: Int) -> Bool {
    let start = self.row(row, 0)
    // A row that points nowhere is as unsound as one that was harmed.
    guard index.isSound(start..<start + SnapshotFormat.rowSize), let place = try? place(row) else {
      return false
    }
    return records.isSound(place)
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

  func idBytes(_ row: Int) -> [UInt8] {
    let start = self.row(row, SnapshotFormat.Row.id)
    return index.bytes(start..<start + 16)
  }

  func id(at row: Int) -> TaskID { TaskID(bytes: idBytes(row)) }

  func chain(_ row: Int) -> Int {
    Int(word(row, SnapshotFormat.Row.status)) % SnapshotFormat.chains
  }

  func isInBin(_ row: Int) -> Bool { chain(row) == SnapshotFormat.bin }

  /// Gives the status of a task that is not in the bin.
  func status(_ row: Int) -> TaskStatus {
    SnapshotFormat.statuses[chain(row) % SnapshotFormat.statuses.count]
  }

  func hasAttempts(_ row: Int) -> Bool { word(row, SnapshotFormat.Row.attempts) != 0 }
  func queuedAt(_ row: Int) -> Int64 { Int64(bitPattern: long(row, SnapshotFormat.Row.queuedAt)) }
  /// Gives when it ended; zero while it has not.
  func completedAt(_ row: Int) -> Int64 {
    Int64(bitPattern: long(row, SnapshotFormat.Row.completedAt))
  }
  func number(_ row: Int) -> Int { Int(truncatingIfNeeded: long(row, SnapshotFormat.Row.number)) }
  func typeHash(_ row: Int) -> UInt32 { word(row, SnapshotFormat.Row.type) }
  func profileHash(_ row: Int) -> UInt32 { word(row, SnapshotFormat.Row.profile) }
  func teamHash(_ row: Int) -> UInt32 { word(row, SnapshotFormat.Row.team) }
  func parentHash(_ row: Int) -> UInt32 { word(row, SnapshotFormat.Row.parent) }
  func nameHash(_ row: Int) -> UInt64 { long(row, SnapshotFormat.Row.name) }
  /// Gives the hash of the idempotency key; zero without one.
  func keyHash(_ row: Int) -> UInt64 { long(row, SnapshotFormat.Row.key) }

  /// Gives the place of a record's bytes among the records.
  func place(_ row: Int) throws(StoreError) -> Range<Int> {
    if row == Self.brokenRow { throw brokenChain }
    let offset = Int(truncatingIfNeeded: long(row, SnapshotFormat.Row.offset))
    let length = Int(word(row, SnapshotFormat.Row.length))
    guard offset >= 0, offset <= records.count, length <= records.count - offset else {
      throw .damaged(path: path, offset: row, reason: "a row points outside the records")
    }
    return offset..<offset + length
  }

  /// Gives a record's own bytes, for a copy.
  func line(_ row: Int) throws(StoreError) -> [UInt8] { records.bytes(try place(row)) }

  /// Lends a record's own bytes.
  func withLine<Result>(
    _ row: Int, _ body: (Span<UInt8>) -> Result
  ) throws(StoreError) -> Result {
    records.withSpan(try place(row), body)
  }

  func record(_ row: Int) throws(StoreError) -> TaskRecord {
    let line = try line(row)
    // Why it cannot be read does not matter: it is folded again.
    guard let value = try? JSONValue.ours(line), let record = try? TaskRecord.json.decode(value)
    else {
      throw .damaged(path: path, offset: row, reason: "a record cannot be read")
    }
    return record
  }

  /// Gives a record that was looked for, and remembers it.
  func lookUp(_ row: Int) throws(StoreError) -> TaskRecord {
    let record = try recall(row)
    try remember(record, row)
    return record
  }

  /// Gives a record that may have been remembered.
  func recall(_ row: Int) throws(StoreError) -> TaskRecord {
    if let known = lately.record(row) { return known }
    return try record(row)
  }

  func remember(_ record: TaskRecord, _ row: Int) throws(StoreError) {
    if try place(row).count <= RowCache.lengthLimit { lately.keep(record, row) }
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
    rows(inChain: SnapshotFormat.index(of: status))
  }

  /// Stands in a walk for a row that cannot be: whoever asks for its record learns of the damage.
  static let brokenRow = Int.max

  /// Walks the rows of one chain, newest first; where it leads up again, which would have no end, or
  /// to a row of another chain, to `brokenRow`.
  func rows(inChain place: Int) -> some Sequence<Int> {
    let head = Int(index.loadUInt32(at: SnapshotFormat.Header.heads + place * 4)) - 1
    return sequence(state: head) { (next: inout Int) -> Int? in
      let row = next
      guard row >= 0 else { return nil }
      guard row < self.count, self.chain(row) == place else {
        next = -1
        return Self.brokenRow
      }
      let previous = Int(self.word(row, SnapshotFormat.Row.previous)) - 1
      next = previous < row ? previous : self.count
      return row
    }
  }

  /// Gives all rows of one status, newest first; a chain that lost some is damaged.
  func wholeChain(of status: TaskStatus) throws(StoreError) -> [Int] {
    let rows = Array(rows(with: status))
    if rows.last == Self.brokenRow || rows.count != counts[status] { throw brokenChain }
    return rows
  }

  var brokenChain: StoreError {
    .damaged(path: path, offset: 0, reason: "the tasks of a status do not hang together")
  }

  // MARK: Tables

  private enum Table: Int {
    case ids, names, keys
  }

  private func candidates(_ table: Table, _ hash: UInt64) -> some Sequence<Int> {
    let base =
      SnapshotFormat.headerSize + count * SnapshotFormat.rowSize + table.rawValue * slots * 4
    let first = Int(hash & UInt64(slots - 1))
    return sequence(state: 0) { (step: inout Int) -> Int? in
      guard step < self.slots else { return nil }
      let slot = (first + step) & (self.slots - 1)
      let row = Int(self.index.loadUInt32(at: base + slot * 4)) - 1
      step += 1
      return row >= 0 && row < self.count ? row : nil
    }
  }

  func row(of id: TaskID) throws(StoreError) -> Int? {
    let bytes = id.bytes
    for row in candidates(.ids, SnapshotFormat.hash(bytes)) where idBytes(row) == bytes {
      return row
    }
    return nil
  }

  func id(named name: String) throws(StoreError) -> TaskID? {
    let hash = SnapshotFormat.hash(name)
    for row in candidates(.names, hash) where nameHash(row) == hash {
      let record = try lookUp(row)
      if record.spec.name == name { return record.id }
    }
    return nil
  }

  /// Finds the task a key made last; a key is free again after a while.
  func id(forKey key: String) throws(StoreError) -> TaskID? {
    let hash = SnapshotFormat.hash(key)
    var latest: (row: Int, id: TaskID)?
    for row in candidates(.keys, hash) where keyHash(row) == hash && row > latest?.row ?? -1 {
      let record = try record(row)
      if record.spec.idempotency?.key == key { latest = (row, record.id) }
    }
    return latest?.id
  }
}
