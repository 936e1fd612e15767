/// Is what was done to a disk, without what clocks and chance put into it: long words that the disk
/// did not hold at the beginning.
///
/// Programs are the same each time but for those, and go by none of them: two that did the same,
/// beginning with the same disk, left disks that differ in nothing else.
struct ModelHistory: Sendable {
  private var hasher = Hasher()
  private var known: Set<ArraySlice<UInt8>> = []

  /// A time, an id, a seal and a random number are longer; names of tasks are not.
  private static let mostOfShort = 11

  init(beginningWith disk: ModelDisk) {
    for node in disk.nodes {
      for word in Self.words(of: node.bytes) where word.count > Self.mostOfShort {
        known.insert(word)
      }
    }
  }

  var value: Int { hasher.finalize() }

  mutating func note(_ call: String, _ path: String, _ detail: [UInt8]) {
    hasher.combine(call)
    // Of a temporary name only the number is chance.
    let parts = path.hasSuffix(".tmp") ? path.split(separator: ".").dropLast(2) : [path[...]]
    hasher.combine(parts)
    hasher.combine(detail.count)
    for word in Self.words(of: detail) {
      hasher.combine(word.count)
      if word.count <= Self.mostOfShort || known.contains(word) { hasher.combine(word) }
    }
  }

  /// Splits text; what is none follows from what is, or is chance.
  private static func words(of bytes: [UInt8]) -> [ArraySlice<UInt8>] {
    var words: [ArraySlice<UInt8>] = []
    var start = 0
    for place in bytes.indices {
      switch bytes[place] {
      case 128...: return []
      case 48...58, 65...90, 95, 97...122, 43, 45, 46: continue
      default:
        if place > start { words.append(bytes[start..<place]) }
        start = place + 1
      }
    }
    if start < bytes.count { words.append(bytes[start...]) }
    return words
  }
}
