import JSON
import Posix
import Tasks

/// Says how far a reader has come: all before it was taken in.
struct JournalPosition: Sendable, Hashable {
  var segment = 1
  var offset = 0
  /// The number of the last line taken in.
  var number = 0
  var seal = Seal.first
}

/// Reads what others appended, a batch of lines at a time, from where it stopped the last time.
struct JournalReader: Sendable {
  /// A line that could not be read, for a writer to set aside.
  struct Damage: Sendable, Hashable {
    var path: String
    var offset: Int
    var line: [UInt8]
  }

  /// What one read gave; empty when there is nothing new.
  struct Batch: Sendable {
    var entries: [JournalEntry] = []
    var damage: [Damage] = []
    /// Unreadable lines of a base, with its number: nobody will write them again.
    var lost: [(number: Int, line: DamagedLine)] = []
  }

  let layout: StoreLayout
  let files: any FileSystem
  private(set) var position: JournalPosition
  /// Numbers whose line was unreadable, with what it seems to have been about; a copy of the line,
  /// written after a failed sync, may still come.
  private(set) var missing: [Int: DamagedLine] = [:]
  /// The last number of those that were too many: of their lines nothing is remembered.
  private var lastOfTooMany: Int?
  /// Tells that the line before was unreadable, so that the next one's seal cannot be checked.
  var chainIsBroken = false
  private var open: (segment: Int, file: any ReadFile, status: FileStatus)?
  /// Counts the lines still to come of the base that is being read.
  private var leftOfBase = 0
  /// Where the newest base ends that was read.
  private(set) var baseEnd: JournalPosition?
  /// Tells that a segment is missing right before what is read next.
  private var isBehindGap = false
  /// Tells that the folder was searched for segments behind a gap.
  private var hasSearched = false

  /// Reads this much at once, and more only where a single line is longer.
  private static let chunk = 256 << 10
  /// Bounds what is remembered of a journal that is damaged all over.
  private static let missingLimit = 1000

  init(layout: StoreLayout, files: any FileSystem, position: JournalPosition) {
    self.layout = layout
    self.files = files
    self.position = position
  }

  /// Reads the next whole lines; nil once there are none. A torn last line is left to a writer.
  mutating func read() throws(SystemError) -> Batch? {
    while let file = try currentFile() {
      let status = try file.status()
      if status.size > position.offset, let batch = try lines(of: file, status.size) {
        return batch
      }
      guard try files.exists(layout.segment(position.segment + 1)) else {
        // A base written meanwhile may have taken this segment's place, and others behind it.
        if status.links == 0 || !hasSearched, try goOnBehindGap() { continue }
        return nil
      }
      // The next segment may have been begun after this one was read: look once more.
      if try file.size() > status.size { continue }
      begin(position.segment + 1)
    }
    return nil
  }

  /// Goes to where the journal goes on though segments are missing; false if it does not.
  private mutating func goOnBehindGap() throws(SystemError) -> Bool {
    hasSearched = true
    let next = try JournalSegments.ordinals(layout, files).first { $0 > position.segment }
    guard let next else { return false }
    begin(max(next, try JournalSegments.beginning(layout, files)))
    // What came before is not known, unless it is a base that says so itself.
    chainIsBroken = true
    isBehindGap = true
    return true
  }

  private mutating func begin(_ segment: Int) {
    position.segment = segment
    position.offset = 0
    leftOfBase = 0
  }

  /// Notes a line this process appended itself.
  mutating func passed(_ position: JournalPosition) {
    self.position = position
    chainIsBroken = false
  }

  /// Tells whether anything was there to be read.
  var hasBegun: Bool { open != nil || position.number > 0 }

  /// Tells that what was read so far is no longer at its path: the store was removed or replaced.
  func isUprooted() throws(SystemError) -> Bool {
    guard hasBegun else { return false }
    let path = layout.segment(position.segment)
    guard let named = try files.status(path, followingLinks: false) else {
      // Pruning puts the base in place before it removes what the base replaces.
      return try JournalSegments.ordinals(layout, files).allSatisfy { $0 < position.segment }
    }
    guard let open, open.segment == position.segment else { return false }
    return !named.isSameFile(as: open.status)
  }

  private mutating func currentFile() throws(SystemError) -> (any ReadFile)? {
    if let open, open.segment == position.segment { return open.file }
    // A store not yet made costs its readers one look.
    if !hasBegun, try !files.exists(layout.journal) { return nil }
    do throws(SystemError) {
      let file = try files.openForReading(layout.segment(position.segment))
      open = (position.segment, file, try file.status())
      return file
    } catch {
      guard error.isNotFound else { throw error }
      return try goOnBehindGap() ? currentFile() : nil
    }
  }

  private mutating func lines(of file: any ReadFile, _ size: Int) throws(SystemError) -> Batch? {
    var wanted = Self.chunk
    while true {
      let bytes = try file.read(min(wanted, size - position.offset), at: position.offset)
      var batch = Batch()
      var start = 0
      while let end = bytes[start...].firstIndex(of: UInt8(ascii: "\n")) {
        take(bytes[start..<end], at: position.offset + start, into: &batch)
        start = end + 1
      }
      position.offset += start
      if start > 0 { return batch }
      if bytes.count < wanted { return nil }
      wanted *= 4
    }
  }

  /// Checks one line against the chain.
  private mutating func take(_ line: ArraySlice<UInt8>, at offset: Int, into batch: inout Batch) {
    let parts = Seal.split(line)
    // What is no JSON is damage, as a wrong seal is.
    let value = try? JSONValue.ours(line)
    guard let parts, let entry = value.flatMap(JournalEntry.init) else {
      if let newline = Seal.damagedNewline(in: line) {
        take(line[..<newline], at: offset, into: &batch)
        take(line[(newline + 1)...], at: offset + newline + 1 - line.startIndex, into: &batch)
        return
      }
      note(line, parts?.seal, offset, &batch)
      return
    }
    if take(ofBase: entry, parts, line, at: offset, &batch) { return }
    // Lines written again after a failed sync carry numbers that were taken in already.
    let isAgain = entry.number <= position.number
    if isAgain, missing[entry.number] == nil { return }
    if !isAgain, !chainIsBroken, Seal.hash(parts.body, position.seal) != parts.seal {
      note(line, parts.seal, offset, &batch, entry)
      return
    }
    missing[entry.number] = nil
    // Nothing tells what the changes in between were about: a segment is gone, or a harmed line held
    // more than one.
    if isBehindGap || chainIsBroken, entry.number > position.number + 1 {
      missing[position.number + 1] = DamagedLine([])
    }
    isBehindGap = false
    chainIsBroken = isAgain && chainIsBroken
    position.number = max(position.number, entry.number)
    position.seal = parts.seal
    batch.entries.append(entry)
  }

  /// Takes a line of a base, all of which carry one number; false if it is none.
  private mutating func take(
    ofBase entry: JournalEntry, _ parts: (body: ArraySlice<UInt8>, seal: String),
    _ line: ArraySlice<UInt8>, at offset: Int, _ batch: inout Batch
  ) -> Bool {
    var entry = entry
    var previous = position.seal
    if case .base(var base) = entry.change {
      // One that says less than what was read already is a copy of an older one.
      guard offset == 0, entry.number >= position.number else { return true }
      base.hasNews = entry.number > position.number
      entry.change = .base(base)
      leftOfBase = base.lines + 1
      previous = base.after
      chainIsBroken = false
    }
    let goesOn = entry.number == baseEnd?.number && position.seal == baseEnd?.seal
    guard leftOfBase > 0 || entry.change.isOfBase || goesOn else { return false }
    // Without its head a base is read line by line for what it still says.
    if leftOfBase == 0, entry.number < position.number { return true }
    if !chainIsBroken, Seal.hash(parts.body, previous) != parts.seal {
      note(line, parts.seal, offset, &batch, entry)
      return true
    }
    if case .base = entry.change { missing = [:] }
    leftOfBase = max(0, leftOfBase - 1)
    chainIsBroken = false
    position.number = entry.number
    position.seal = parts.seal
    batch.entries.append(entry)
    baseEnd = position
    baseEnd?.offset = offset + line.count + 1
    return true
  }

  /// Counts an unreadable line as the number it must have had, so that nobody uses it again, and
  /// goes on from its seal as it stands, as those do who read it while it was whole.
  private mutating func note(
    _ line: ArraySlice<UInt8>, _ seal: String?, _ offset: Int, _ batch: inout Batch,
    _ entry: JournalEntry? = nil
  ) {
    chainIsBroken = true
    let isOfBase = leftOfBase > 0
    if isOfBase { leftOfBase -= 1 } else { position.number += 1 }
    position.seal = seal ?? position.seal
    if isOfBase {
      batch.lost.append((position.number, DamagedLine(line, entry)))
    } else if missing.count < Self.missingLimit {
      missing[position.number] = DamagedLine(line, entry)
    } else {
      // Each may have been about any task there was by then.
      if let lastOfTooMany { missing[lastOfTooMany] = nil }
      missing[position.number] = DamagedLine([])
      lastOfTooMany = position.number
    }
    batch.damage.append(
      Damage(path: layout.segment(position.segment), offset: offset, line: Array(line)))
  }
}
