import JSON
import Posix
import Tasks

/// Is a page of an attempt's messages.
package struct MessagePage: Sendable {
  package var items: [Message] = []
  /// Where to go on: the last number looked at, though filters may have dropped it.
  package var nextAfterSeq: Int?
  /// Tells that there was more than fits.
  package var hasMore = false
  package var lastSeq: Int?
}

/// Says which messages to read.
package struct MessageQuery: Sendable {
  package var after: Int?
  package var before: Int?
  /// Only the last so many.
  package var tail: Int?
  package var kinds: Set<MessageKind>?
  /// Whether pieces of texts still running are wanted; naming them in `kinds` says so as well.
  package var includeDeltas = false
  package var limit = 50
  package var maxBytes = 1 << 20

  package init() {}

  func wants(_ kind: MessageKind) -> Bool {
    if let kinds { return kinds.contains(kind) }
    return includeDeltas || kind != .textDelta
  }
}

/// Reads an attempt's messages while they are being written.
package struct MessageReader: Sendable {
  let folder: String
  let files: any FileSystem

  package init(folder: String, files: any FileSystem = RealFileSystem()) {
    self.folder = folder
    self.files = files
  }

  package func read(_ query: MessageQuery) throws(StoreError) -> MessagePage {
    try onDisk { () throws(SystemError) in
      let count = try MessageLog.segmentCount(folder, files)
      guard count > 0 else { return MessagePage(nextAfterSeq: query.after) }
      return query.tail == nil
        ? try forwards(query, count) : try backwards(query, query.tail ?? 0, count)
    }
  }

  /// Gives the number of the last whole message; nil if there is none.
  package func lastSeq() throws(SystemError) -> Int? {
    var ordinal = try MessageLog.segmentCount(folder, files)
    while ordinal > 0 {
      let segment = try MessageSegment(segment(ordinal))
      if let last = segment.last { return segment.message(last)?.lastSeq ?? last.seq }
      ordinal -= 1
    }
    return nil
  }

  private func forwards(_ query: MessageQuery, _ count: Int) throws(SystemError) -> MessagePage {
    let after = query.after ?? -1
    let end = query.before ?? .max
    var page = MessagePage(nextAfterSeq: query.after)
    var filler = Filler(query, limit: query.limit)
    var ordinal = try self.ordinal(holding: after, count)
    while ordinal <= count {
      let segment = try MessageSegment(segment(ordinal))
      var next = segment.line(behind: after)
      while let line = next {
        guard line.seq < end, filler.take(line, of: segment) else {
          page.items = filler.items
          page.hasMore = filler.isFull
          page.lastSeq = try lastSeq()
          return page
        }
        page.nextAfterSeq = line.seq
        next = segment.line(after: line)
      }
      page.lastSeq = segment.last?.seq ?? page.lastSeq
      ordinal += 1
    }
    page.items = filler.items
    return page
  }

  private func backwards(
    _ query: MessageQuery, _ tail: Int, _ count: Int
  ) throws(SystemError) -> MessagePage {
    var page = MessagePage()
    var filler = Filler(query, limit: min(tail, query.limit))
    var ordinal = count
    reading: while ordinal > 0 {
      let segment = try MessageSegment(segment(ordinal))
      var next = segment.last
      page.lastSeq = page.lastSeq ?? next?.seq
      while let line = next {
        next = segment.line(before: line)
        guard line.seq < query.before ?? .max else { continue }
        guard line.seq > query.after ?? -1, filler.take(line, of: segment) else { break reading }
      }
      ordinal -= 1
    }
    page.items = filler.items.reversed()
    page.hasMore = filler.isFull
    page.nextAfterSeq = page.lastSeq
    return page
  }

  /// Finds the segment in which the message after a number stands, by the first number of each.
  private func ordinal(holding after: Int, _ count: Int) throws(SystemError) -> Int {
    var low = 1
    var high = count + 1
    while low + 1 < high {
      let middle = (low + high) / 2
      // A line starts with its number, so its beginning is enough.
      let head = try files.read(MessageLog.segment(folder, middle), 0..<40)
      if let first = MessageSegment.seq(of: head[...]), first - 1 <= after {
        low = middle
      } else {
        high = middle
      }
    }
    return low
  }

  private func segment(_ ordinal: Int) throws(SystemError) -> [UInt8] {
    try files.read(MessageLog.segment(folder, ordinal), limit: 64 << 20)
  }
}

/// Gathers wanted messages until a page is full.
private struct Filler {
  private let query: MessageQuery
  private let limit: Int
  private var bytes = 0
  private(set) var items: [Message] = []
  private(set) var isFull = false

  init(_ query: MessageQuery, limit: Int) {
    self.query = query
    self.limit = limit
  }

  /// Takes a line in or passes over it; false if it is wanted and does not fit.
  mutating func take(_ line: MessageSegment.Line, of segment: MessageSegment) -> Bool {
    // A damaged line is left out; the gap in the numbers shows it.
    guard let message = segment.message(line), query.wants(message.body.kind) else { return true }
    bytes += line.range.count
    if items.count >= limit || (bytes > query.maxBytes && !items.isEmpty) {
      isFull = true
      return false
    }
    items.append(message)
    return true
  }
}

/// Finds whole lines in a segment's bytes; a torn last one is not there yet, and one without a
/// number is passed over.
private struct MessageSegment {
  struct Line {
    var seq: Int
    var range: Range<Int>
  }

  let bytes: [UInt8]
  private static let newline = UInt8(ascii: "\n")
  /// A stretch that is looked through line by line.
  private static let stretch = 4096

  init(_ bytes: [UInt8]) { self.bytes = bytes }

  var last: Line? { line(before: bytes.count) }

  func line(after line: Line) -> Line? { self.line(from: line.range.upperBound + 1) }

  func line(before line: Line) -> Line? { self.line(before: line.range.lowerBound) }

  /// Finds the first line with a greater number by halving, since numbers only grow.
  func line(behind seq: Int) -> Line? {
    var low = 0
    var high = bytes.count
    while high - low > Self.stretch {
      let middle = (low + high) / 2
      if let start = bytes[middle..<high].firstIndex(of: Self.newline).map({ $0 + 1 }),
        let line = line(from: start), line.seq <= seq
      {
        low = line.range.lowerBound
      } else {
        high = middle
      }
    }
    var found = line(from: low)
    while let line = found, line.seq <= seq { found = self.line(after: line) }
    return found
  }

  private func line(from start: Int) -> Line? {
    var start = start
    while let end = bytes[start...].firstIndex(of: Self.newline) {
      if let seq = Self.seq(of: bytes[start..<end]) { return Line(seq: seq, range: start..<end) }
      start = end + 1
    }
    return nil
  }

  private func line(before place: Int) -> Line? {
    var place = place
    while let end = bytes[..<place].lastIndex(of: Self.newline) {
      let start = bytes[..<end].lastIndex(of: Self.newline).map { $0 + 1 } ?? 0
      if let seq = Self.seq(of: bytes[start..<end]) { return Line(seq: seq, range: start..<end) }
      place = start
    }
    return nil
  }

  /// Reads the number a line starts with.
  static func seq(of line: ArraySlice<UInt8>) -> Int? {
    let opening = #"{"seq":"#.utf8
    guard line.starts(with: opening) else { return nil }
    let digits = line.dropFirst(opening.count).prefix(20).prefix { $0 >= 48 && $0 <= 57 }
    return LineNumber.checked(Int(String(decoding: digits, as: UTF8.self)))
  }

  func message(_ line: Line) -> Message? {
    // What cannot be read is left out.
    guard let value = try? JSONValue.ours(bytes[line.range]) else { return nil }
    return try? Message.json.decode(value)
  }
}
