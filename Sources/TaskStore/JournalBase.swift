import JSON
import Posix
import Tasks

/// Heads a base segment: the lines behind it stand for all the journal before.
///
/// A base is written whole and put in place by one rename, so whoever sees its head sees all of it.
struct JournalBase: Sendable, Hashable {
  /// The seal of the last line before the base: the chain goes on from it.
  var after: String
  /// How many lines follow that belong to the base.
  var lines: Int
  /// Numbers lines, of what it stands for, that nobody could read.
  var unread: Set<Int> = []
  /// Tells that this reader had not taken in all that the base stands for.
  var hasNews = false

  /// Begins every base segment, so that one is known by its first bytes.
  static let opening = Array(#"{"base":"#.utf8)
}

extension JournalBase: JSONCodable {
  static let json = Codec.object(
    { (after: String, lines: Int, unread: [Int]) in
      JournalBase(after: after, lines: lines, unread: Set(unread))
    },
    required("after", \.after, .string(length: 64...64)),
    required("lines", \.lines, .int(LineNumber.range)),
    defaulted("unread", { $0.unread.sorted() }, .array(of: .int), []))
}

extension JournalChange {
  /// Tells whether such a line stands in a base only.
  var isOfBase: Bool {
    switch self {
    case .base, .record, .lost, .doubted: true
    case .task, .handleMade, .handleEnded, .inboxSeen, .saidAnew, .kept, .scheduleMade,
      .scheduleDecided, .scheduleRemoved:
      false
    }
  }
}

extension JournalBase {
  /// Gives how many bytes of a segment are a base; zero where it is none.
  static func length(of path: String, _ files: any FileSystem) throws(SystemError) -> Int {
    guard try files.exists(path) else { return 0 }
    let file = try files.openForReading(path)
    var piece = try file.read(pieceSize, at: 0)
    guard piece.starts(with: opening), let head = piece.firstIndex(of: newline),
      // A head that cannot be read heads no base.
      let line = try? JSONValue.ours(piece[..<head]),
      case .base(let base)? = JournalEntry(line)?.change
    else { return 0 }
    var (offset, end) = (0, head + 1)
    var missing = base.lines
    while missing > 0, !piece.isEmpty {
      let from = max(0, end - offset)
      for place in piece.indices.dropFirst(from) where piece[place] == newline {
        end = offset + place + 1
        missing -= 1
        if missing == 0 { break }
      }
      offset += piece.count
      if missing > 0 { piece = try file.read(pieceSize, at: offset) }
    }
    return end
  }

  /// A base of many tasks is larger than what fits into memory at once.
  private static let pieceSize = 1 << 20

  private static let newline = UInt8(ascii: "\n")
}
