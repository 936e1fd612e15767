import JSON
import Posix

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
  /// Tells that the line before was unreadable, so that the next one's seal cannot be checked.
  private var chainIsBroken = false
  private var open: (segment: Int, file: any ReadFile)?

  /// Bounds one read; a line is much shorter, since an event's parts are bounded.
  private static let chunk = 4 << 20

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

  private mutating func currentFile() throws(SystemError) -> (any ReadFile)? {
    if let open, open.segment == position.segment { return open.file }
    do throws(SystemError) {
      let file = try files.openForReading(layout.segment(position.segment))
      open = (position.segment, file)
      return file
    } catch {
      if error.isNotFound { return nil }
      throw error
    }
  }

  private mutating func lines(of file: any ReadFile, _ size: Int) throws(SystemError) -> Batch? {
    let bytes = try file.read(min(Self.chunk, size - position.offset), at: position.offset)
    var batch = Batch()
    var start = 0
    while let end = bytes[start...].firstIndex(of: UInt8(ascii: "\n")) {
      take(bytes[start..<end], at: position.offset + start, into: &batch)
      start = end + 1
    }
    position.offset += start
    return start == 0 ? nil : batch
  }

  /// Checks one line against the chain.
  private mutating func take(_ line: ArraySlice<UInt8>, at offset: Int, into batch: inout Batch) {
    let parts = Seal.split(line)
    // What is no JSON is damage, as a wrong seal is.
    let value = try? JSONValue.parse(line)
    guard let parts, let entry = value.flatMap(JournalEntry.init) else {
      chainIsBroken = true
      batch.damage.append(damage(line, offset))
      return
    }
    // Lines written again after a failed sync carry numbers that were taken in already.
    if entry.number <= position.number { return }
    if !chainIsBroken, Seal.hash(parts.body, position.seal) != parts.seal {
      chainIsBroken = true
      batch.damage.append(damage(line, offset))
      return
    }
    chainIsBroken = false
    position.number = entry.number
    position.seal = parts.seal
    batch.entries.append(entry)
  }

  private func damage(_ line: ArraySlice<UInt8>, _ offset: Int) -> Damage {
    Damage(path: layout.segment(position.segment), offset: offset, line: Array(line))
  }
}
