import JSON
import Tasks

/// Is a piece of text a record's bytes must hold for the record to match: what does not hold it
/// need not be parsed.
struct Needle: Sendable {
  private let bytes: [UInt8]
  private let isCaseBlind: Bool

  /// Takes words to be found anywhere, whatever the case; nil where bytes cannot tell.
  init?(words: String) {
    let bytes = Array(words.utf8)
    guard Self.isPlain(bytes) else { return nil }
    self.bytes = bytes.map(Self.lower)
    isCaseBlind = true
  }

  /// Takes a whole value of a member; nil where bytes cannot tell.
  init?(value: String) {
    guard Self.isPlain(Array(value.utf8)) else { return nil }
    bytes = Array("\"\(value)\"".utf8)
    isCaseBlind = false
  }

  /// Tells whether a text stands in JSON as it is, and is equal to no other spelling of itself.
  private static func isPlain(_ bytes: [UInt8]) -> Bool {
    !bytes.isEmpty
      && bytes.allSatisfy {
        $0 >= 0x20 && $0 < 0x7F && $0 != UInt8(ascii: "\"") && $0 != UInt8(ascii: "\\")
      }
  }

  private static func lower(_ byte: UInt8) -> UInt8 {
    byte >= UInt8(ascii: "A") && byte <= UInt8(ascii: "Z") ? byte | 0x20 : byte
  }

  func occurs(in text: Span<UInt8>) -> Bool {
    guard text.count >= bytes.count else { return false }
    let first = bytes[0]
    for start in 0...(text.count - bytes.count) {
      let byte = isCaseBlind ? Self.lower(text[start]) : text[start]
      if byte == first, matches(text, at: start) { return true }
    }
    return false
  }

  private func matches(_ text: Span<UInt8>, at start: Int) -> Bool {
    for place in 1..<max(1, bytes.count) {
      let byte = text[start + place]
      if (isCaseBlind ? Self.lower(byte) : byte) != bytes[place] { return false }
    }
    return true
  }
}

extension TaskQuery {
  /// Gives what the bytes of every match hold.
  var needles: [Needle] {
    // Words that may mean two names tell nothing of the bytes.
    let names = createdBy.map { Tasks.Actor.names(for: $0) } ?? []
    let values =
      tags + [correlationId, diaryId, provider, model].compactMap { $0 }
      + (names.count == 1 ? names : [])
    return values.compactMap(Needle.init(value:))
      + [text.flatMap(Needle.init(words:))].compactMap { $0 }
  }
}

extension Snapshot {
  /// Tells whether a record's bytes hold all of them.
  func holds(_ needles: [Needle], _ row: Int) throws(StoreError) -> Bool {
    if needles.isEmpty { return true }
    return try withLine(row) { line in
      for needle in needles where !needle.occurs(in: line) { return false }
      return true
    }
  }
}
