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
  }

  let layout: StoreLayout
  let files: any FileSystem
  private(set) var position: JournalPosition
  /// Numbers whose line was unreadable, with what it seems to have been about; a copy of the line,
  /// written after a failed sync, may still come.
  private(set) var missing: [Int: DamagedLine] = [:]
  /// Tells that the line before was unreadable, so that the next one's seal cannot be checked.
  private var chainIsBroken = false
  private var open: (segment: Int, file: any ReadFile, status: FileStatus)?

  /// Reads this much at once, and more only where a single line is longer.
  private static let chunk = 256 << 10
  /// Bounds what is remembered of a journal that is damaged all over.
  private static let missingLimit = 10_000

  init(layout: StoreLayout, files: any FileSystem, position: JournalPosition) {
    self.layout = layout
    self.files = files
    self.position = position
  }

  /// Reads the next whole lines; nil once there are none. A torn last line is left to a writer.
  mutating func read() throws(SystemError) -> Batch? {
    while let file = try currentFile() {
      let size = try file.size()
      if size > position.offset, let batch = try lines(of: file, size) { return batch }
      guard try files.exists(layout.segment(position.segment + 1)) else { return nil }
      // The next segment may have been begun after this one was read: look once more.
      if try file.size() > size { continue }
      position.segment += 1
      position.offset = 0
    }
    return nil
  }

  /// Notes a line this process appended itself.
  mutating func passed(_ position: JournalPosition) {
    self.position = position
    chainIsBroken = false
  }

  /// Tells that what was read so far is no longer at its path: the store was removed or replaced.
  func isUprooted() throws(SystemError) -> Bool {
    let last = open.map { $0.segment == position.segment ? $0 : nil } ?? nil
    guard let last else {
      if position.number == 0 { return false }
      return try !files.exists(layout.segment(position.segment))
    }
    let path = layout.segment(last.segment)
    guard let named = try files.status(path, followingLinks: false) else { return true }
    return !named.isSameFile(as: last.status)
  }

  private mutating func currentFile() throws(SystemError) -> (any ReadFile)? {
    if let open, open.segment == position.segment { return open.file }
    do throws(SystemError) {
      let file = try files.openForReading(layout.segment(position.segment))
      open = (position.segment, file, try file.status())
      return file
    } catch {
      if error.isNotFound { return nil }
      throw error
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
      note(line, parts?.seal, offset, &batch)
      return
    }
    // Lines written again after a failed sync carry numbers that were taken in already.
    let isAgain = entry.number <= position.number
    if isAgain, missing[entry.number] == nil { return }
    if !isAgain, !chainIsBroken, Seal.hash(parts.body, position.seal) != parts.seal {
      note(line, parts.seal, offset, &batch)
      return
    }
    missing[entry.number] = nil
    chainIsBroken = isAgain && chainIsBroken
    position.number = max(position.number, entry.number)
    position.seal = parts.seal
    batch.entries.append(entry)
  }

  /// Counts an unreadable line as the number it must have had, so that nobody uses it again, and
  /// goes on from its seal as it stands, as those do who read it while it was whole.
  private mutating func note(
    _ line: ArraySlice<UInt8>, _ seal: String?, _ offset: Int, _ batch: inout Batch
  ) {
    chainIsBroken = true
    position.number += 1
    position.seal = seal ?? position.seal
    if missing.count < Self.missingLimit {
      missing[position.number] = DamagedLine(line)
    }
    batch.damage.append(
      Damage(path: layout.segment(position.segment), offset: offset, line: Array(line)))
  }
}
