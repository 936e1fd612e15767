import JSON
import Posix
import Tasks

/// Gathers a snapshot's index row by row.
struct IndexBuilder {
  private var rows: [UInt8] = []
  private var heads = [UInt32](repeating: 0, count: SnapshotFormat.chains)
  private var counts = [UInt32](repeating: 0, count: SnapshotFormat.chains)
  private var hashes: [(id: UInt64, name: UInt64, key: UInt64)] = []
  private var recordsSize = 0
  private var recordChecks = PageChecks()

  /// Is what a row says of its record; texts by their hashes.
  struct Row {
    var id: [UInt8]
    var length: Int
    /// Is the place of its status, or of the bin.
    var chain: Int
    var attempts: Bool
    var queuedAt: Int64
    var completedAt: Int64
    var number: Int
    var type: UInt32
    var profile: UInt32
    var team: UInt32
    var parent: UInt32
    var name: UInt64
    var key: UInt64
  }

  mutating func add(_ row: Row) {
    let place = row.chain
    rows += row.id
    put(UInt64(recordsSize))
    put(UInt32(row.length))
    put(heads[place])
    put(UInt32(place))
    put(row.attempts ? 1 : 0 as UInt32)
    put(UInt64(bitPattern: row.queuedAt))
    put(UInt64(bitPattern: row.completedAt))
    put(UInt64(row.number))
    put(row.type)
    put(row.profile)
    put(row.team)
    put(row.parent)
    put(row.name)
    put(row.key)
    hashes.append((SnapshotFormat.hash(row.id), row.name, row.key))
    heads[place] = UInt32(hashes.count)
    counts[place] += 1
    recordsSize += row.length + 1
  }

  /// Takes note of what goes into the file of records, piece by piece.
  mutating func wrote(_ bytes: [UInt8]) { recordChecks.add(bytes) }

  /// Gives the whole file: header, rows, tables, checks.
  mutating func bytes(aside: [UInt8]) -> [UInt8] {
    recordChecks.finish()
    var file = content(aside: aside)
    let checks = PageChecks.of(file).bytes
    file += recordChecks.bytes
    file += checks
    return file
  }

  private func content(aside: [UInt8]) -> [UInt8] {
    let slots = SnapshotFormat.slots(for: hashes.count)
    var header = SnapshotFormat.magic
    Self.append(UInt64(hashes.count), to: &header)
    Self.append(UInt64(recordsSize), to: &header)
    Self.append(UInt64(slots), to: &header)
    for head in heads { Self.append(head, to: &header) }
    header += [UInt8](repeating: 0, count: SnapshotFormat.Header.counts - header.count)
    for count in counts { Self.append(count, to: &header) }
    header += [UInt8](repeating: 0, count: SnapshotFormat.Header.aside - header.count)
    Self.append(SnapshotFormat.hash(aside), to: &header)
    header += [UInt8](repeating: 0, count: SnapshotFormat.headerSize - header.count)
    return header + rows + table(slots) { $0.id } + table(slots) { $0.name }
      + table(slots) { $0.key }
  }

  private func table(
    _ slots: Int, _ hash: ((id: UInt64, name: UInt64, key: UInt64)) -> UInt64
  ) -> [UInt8] {
    var table = [UInt32](repeating: 0, count: slots)
    for (row, hashes) in hashes.enumerated() {
      let hash = hash(hashes)
      if hash == 0 { continue }
      var slot = Int(hash & UInt64(slots - 1))
      while table[slot] != 0 { slot = (slot + 1) & (slots - 1) }
      table[slot] = UInt32(row + 1)
    }
    var bytes: [UInt8] = []
    bytes.reserveCapacity(slots * 4)
    for entry in table { Self.append(entry, to: &bytes) }
    return bytes
  }

  private mutating func put(_ value: some FixedWidthInteger) { Self.append(value, to: &rows) }

  private static func append(_ value: some FixedWidthInteger, to bytes: inout [UInt8]) {
    for shift in stride(from: 0, to: value.bitWidth, by: 8) {
      bytes.append(UInt8(truncatingIfNeeded: value >> shift))
    }
  }
}

extension IndexBuilder.Row {
  init(_ record: TaskRecord, length: Int) {
    let spec = record.spec
    self.init(
      id: record.id.bytes, length: length,
      chain: record.deletion == nil
        ? SnapshotFormat.index(of: record.status) : SnapshotFormat.bin,
      attempts: record.attemptCount > 0, queuedAt: record.queuedAt.milliseconds,
      completedAt: record.completedAt?.milliseconds ?? 0, number: record.number,
      type: SnapshotFormat.shortHash(spec.taskType),
      profile: SnapshotFormat.shortHash(spec.launch.profile),
      team: SnapshotFormat.shortHash(spec.teamId),
      parent: spec.parentId.map { SnapshotFormat.shortHash($0.description) } ?? 0,
      name: SnapshotFormat.hash(spec.name),
      key: spec.idempotency.map { SnapshotFormat.hash($0.key) } ?? 0)
  }

  /// Takes over a row of the snapshot before.
  init(_ row: Int, of snapshot: Snapshot, length: Int) {
    self.init(
      id: snapshot.idBytes(row), length: length, chain: snapshot.chain(row),
      attempts: snapshot.hasAttempts(row), queuedAt: snapshot.queuedAt(row),
      completedAt: snapshot.completedAt(row), number: snapshot.number(row),
      type: snapshot.typeHash(row), profile: snapshot.profileHash(row),
      team: snapshot.teamHash(row), parent: snapshot.parentHash(row),
      name: snapshot.nameHash(row), key: snapshot.keyHash(row))
  }
}

extension Fold {
  /// Adds a task's row and gives its record's line; what did not change is copied as it is.
  func addRow(_ ordinal: Int, to index: inout IndexBuilder) throws(StoreError) -> [UInt8] {
    if let snapshot, ordinal < snapshot.count, !changedRows.contains(ordinal) {
      let line = try snapshot.line(ordinal)
      index.add(IndexBuilder.Row(ordinal, of: snapshot, length: line.count))
      return line
    }
    guard let record = try record(at: ordinal) else {
      throw .damaged(path: "snapshot", offset: ordinal, reason: "a task has no record")
    }
    let line = TaskRecord.json.encode(record)
    index.add(IndexBuilder.Row(record, length: line.count))
    return line
  }
}
