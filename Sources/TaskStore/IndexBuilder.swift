import JSON
import Tasks

/// Gathers a snapshot's index row by row.
struct IndexBuilder {
  private var rows: [UInt8] = []
  private var heads = [UInt32](repeating: 0, count: SnapshotFormat.statuses.count)
  private var counts = [UInt32](repeating: 0, count: SnapshotFormat.statuses.count)
  private var hashes: [(id: UInt64, name: UInt64, key: UInt64?)] = []
  private var offset = 0

  /// Is what a row says of its record.
  struct Row {
    var id: TaskID
    var name: String
    var key: String?
    var length: Int
    var status: TaskStatus
    var attempts: Bool
    var queuedAt: Int64
    var completedAt: Int64
    var number: Int
    var type: UInt32
    var profile: UInt32
    var team: UInt32
    var parent: UInt32
  }

  mutating func add(_ row: Row) {
    let place = SnapshotFormat.index(of: row.status)
    rows += row.id.bytes
    put(UInt64(offset))
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
    hashes.append(
      (
        SnapshotFormat.hash(row.id.description), SnapshotFormat.hash(row.name),
        row.key.map(SnapshotFormat.hash)
      ))
    heads[place] = UInt32(hashes.count)
    counts[place] += 1
    offset += row.length + 1
  }

  /// Gives the whole file: header, rows, tables.
  func bytes() -> [UInt8] {
    let slots = SnapshotFormat.slots(for: hashes.count)
    var header = SnapshotFormat.magic
    Self.append(UInt64(hashes.count), to: &header)
    Self.append(UInt64(offset), to: &header)
    Self.append(UInt64(slots), to: &header)
    for head in heads { Self.append(head, to: &header) }
    header += [UInt8](repeating: 0, count: SnapshotFormat.Header.counts - header.count)
    for count in counts { Self.append(count, to: &header) }
    header += [UInt8](repeating: 0, count: SnapshotFormat.headerSize - header.count)
    return header + rows + table(slots) { $0.id } + table(slots) { $0.name }
      + table(slots) { $0.key }
  }

  private func table(
    _ slots: Int, _ hash: ((id: UInt64, name: UInt64, key: UInt64?)) -> UInt64?
  ) -> [UInt8] {
    var table = [UInt32](repeating: 0, count: slots)
    for (row, hashes) in hashes.enumerated() {
      guard let hash = hash(hashes) else { continue }
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

extension Fold {
  /// Adds a task's row and gives its record's line.
  func addRow(_ ordinal: Int, to index: inout IndexBuilder) throws(StoreError) -> [UInt8] {
    guard let record = try record(at: ordinal) else {
      throw .damaged(path: "snapshot", offset: ordinal, reason: "a task has no record")
    }
    let line = TaskRecord.json.encode(record)
    index.add(
      IndexBuilder.Row(
        id: record.id, name: record.spec.name, key: record.spec.idempotency?.key,
        length: line.count, status: record.status, attempts: record.attemptCount > 0,
        queuedAt: record.queuedAt.milliseconds, completedAt: record.completedAt?.milliseconds ?? 0,
        number: record.number, type: SnapshotFormat.shortHash(record.spec.taskType),
        profile: SnapshotFormat.shortHash(record.spec.launch.profile),
        team: SnapshotFormat.shortHash(record.spec.teamId),
        parent: record.spec.parentId.map { SnapshotFormat.shortHash($0.description) } ?? 0))
    return line
  }
}
