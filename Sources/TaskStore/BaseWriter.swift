import JSON
import Posix
import Tasks

/// Writes a base: whole, synced and sealed before it takes its place by one rename.
struct BaseWriter {
  let layout: StoreLayout
  let files: any FileSystem

  private static let chunk = 1 << 20

  /// Writes what `fold` says, without what the plan takes away, as the segment after `position`.
  func write(
    _ fold: Fold, without plan: PrunePlan, after position: JournalPosition, at now: Timestamp,
    by actor: Actor
  ) throws(StoreError) {
    var lines = 0
    try fold.baseLines(without: plan, at: now.milliseconds) { _ in lines += 1 }
    let draft = Path.join(layout.journal, ".base.\(UInt64.random(in: 0 ... .max)).tmp")
    do throws(StoreError) {
      let file = try onDisk { () throws(SystemError) in try files.createFile(draft) }
      var seal = position.seal
      var pending: [UInt8] = []
      func write(_ change: JournalChange) throws(StoreError) {
        let entry = JournalEntry(number: position.number, at: now, by: actor, change: change)
        let sealed = Seal.sealed(entry.body(), after: seal)
        seal = sealed.seal
        pending += sealed.line
        guard pending.count >= Self.chunk else { return }
        try onDisk { () throws(SystemError) in try file.append(pending) }
        pending.removeAll(keepingCapacity: true)
      }
      try write(
        .base(JournalBase(after: position.seal, lines: lines, unread: fold.unread)))
      try fold.baseLines(without: plan, at: now.milliseconds, write)
      try onDisk { () throws(SystemError) in
        try file.append(pending)
        try file.sync()
      }
      try fold.believeSnapshot()
      try onDisk { () throws(SystemError) in
        try files.rename(draft, to: layout.segment(position.segment + 1))
        try files.syncDirectory(layout.journal)
      }
    } catch {
      // The first error is the one to tell; a leftover with a unique name can harm nobody.
      try? files.removeIfPresent(draft)
      throw error
    }
  }
}
