import JSON
import Posix

/// Tells a snapshot's three files from those of another: drawn anew for each.
struct SnapshotMark: Sendable {
  let number: UInt64

  init() { number = .random(in: 1 ... .max) }

  /// Reads the mark of an index; nil if it is one of before, which had none.
  init?(of index: CheckedFile) {
    number = index.loadUInt64(at: SnapshotFormat.Header.mark)
    if number == 0 { return nil }
  }

  var text: String { String(number, radix: 36) }

  /// Is the last line of the records, as long for every mark.
  var line: [UInt8] {
    let padding = String(repeating: " ", count: 16 - min(16, text.utf8.count))
    return Array("\"\(text)\"\(padding)\n".utf8)
  }

  func isEnding(_ records: CheckedFile) -> Bool {
    let line = line
    return records.count >= line.count
      && records.bytes(records.count - line.count..<records.count) == line
  }
}
