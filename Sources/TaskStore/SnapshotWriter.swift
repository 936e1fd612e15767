import JSON
import Posix
import Tasks

/// Writes a fold as a snapshot: records first, index last, so that a half-written one is never seen.
struct SnapshotWriter {
  let layout: StoreLayout
  let files: any FileSystem

  private static let chunk = 1 << 20

  /// Writes the snapshot and removes the ones before it.
  func write(_ fold: Fold, at position: JournalPosition) throws(StoreError) {
    let base = Path.join(layout.snapshots, Self.name(position.number))
    try onDisk { () throws(SystemError) in
      try files.createDirectories(layout.snapshots)
      for suffix in [".index", ".json", ".jsonl"] { try files.removeIfPresent(base + suffix) }
    }
    var index = IndexBuilder()
    try writeRecords(fold, to: base + ".jsonl", &index)
    try fold.believeSnapshot()
    let now = WallClock.nowMilliseconds()
    let aside = SnapshotAside(
      position: position,
      handles: fold.handles.filter { !$0.value.isOver(at: now) },
      seen: fold.seen, damaged: fold.damaged, doubted: fold.doubted, teams: fold.teams,
      kept: fold.kept, schedules: fold.schedules.filter { !$0.value.isForgotten(at: now) },
      unread: fold.unread)
    let side = SnapshotAside.json.encode(aside)
    try onDisk { () throws(SystemError) in
      try files.replace(base + ".json", with: side)
      try files.replace(base + ".index", with: index.bytes(aside: side))
      try removeAll(but: Path.name(base))
    }
  }

  /// Removes all snapshots, but one of this name.
  func removeAll(but base: String? = nil) throws(SystemError) {
    for name in try files.names(in: layout.snapshots) {
      if let base, name.hasPrefix(base + ".") { continue }
      try files.removeIfPresent(Path.join(layout.snapshots, name))
    }
  }

  private func writeRecords(
    _ fold: Fold, to path: String, _ index: inout IndexBuilder
  ) throws(StoreError) {
    let file = try onDisk { () throws(SystemError) in try files.createFile(path) }
    var pending: [UInt8] = []
    pending.reserveCapacity(Self.chunk + 65536)
    for ordinal in 0..<fold.taskCount {
      pending += try fold.addRow(ordinal, to: &index)
      pending.append(UInt8(ascii: "\n"))
      if pending.count >= Self.chunk {
        index.wrote(pending)
        try onDisk { () throws(SystemError) in try file.append(pending) }
        pending.removeAll(keepingCapacity: true)
      }
    }
    index.wrote(pending)
    try onDisk { () throws(SystemError) in
      try file.append(pending)
      try file.sync()
    }
  }

  static func name(_ number: Int) -> String {
    let digits = String(number)
    return String(repeating: "0", count: max(0, 20 - digits.count)) + digits
  }
}
