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

  /// Gives the number of the last whole message.
  func lastSeq() throws(SystemError) -> Int? {
    var ordinal = try MessageLog.segmentCount(folder, files)
    while ordinal > 0 {
      if let last = try messages(ordinal).last { return last.seq }
      ordinal -= 1
    }
    return nil
  }

  private func forwards(_ query: MessageQuery, _ count: Int) throws(SystemError) -> MessagePage {
    var page = MessagePage(nextAfterSeq: query.after)
    var bytes = 0
    var ordinal = try segment(holding: (query.after ?? -1) + 1, count)
    while ordinal <= count {
      for message in try messages(ordinal) where message.seq > query.after ?? -1 {
        if let before = query.before, message.seq >= before { return page }
        if query.wants(message.body.kind) {
          bytes += message.size
          if page.items.count == query.limit || (bytes > query.maxBytes && !page.items.isEmpty) {
            page.hasMore = true
            return page
          }
          page.items.append(message)
        }
        page.nextAfterSeq = message.seq
        page.lastSeq = message.seq
      }
      ordinal += 1
    }
    return page
  }

  private func backwards(
    _ query: MessageQuery, _ tail: Int, _ count: Int
  ) throws(SystemError) -> MessagePage {
    var page = MessagePage()
    var bytes = 0
    var ordinal = count
    let wanted = min(tail, query.limit)
    reading: while ordinal > 0 {
      for message in try messages(ordinal).reversed() {
        page.lastSeq = max(page.lastSeq ?? 0, message.seq)
        if let before = query.before, message.seq >= before { continue }
        if let after = query.after, message.seq <= after { break reading }
        guard query.wants(message.body.kind) else { continue }
        bytes += message.size
        if page.items.count == wanted || (bytes > query.maxBytes && !page.items.isEmpty) {
          page.hasMore = true
          break reading
        }
        page.items.append(message)
      }
      ordinal -= 1
    }
    page.items.reverse()
    page.nextAfterSeq = page.lastSeq
    return page
  }

  /// Finds the segment in which a number stands, by the first number of each.
  private func segment(holding seq: Int, _ count: Int) throws(SystemError) -> Int {
    var low = 1
    var high = count + 1
    while low + 1 < high {
      let middle = (low + high) / 2
      guard let first = try firstSeq(middle), first <= seq else {
        high = middle
        continue
      }
      low = middle
    }
    return low
  }

  private func firstSeq(_ ordinal: Int) throws(SystemError) -> Int? {
    // A line starts with its number, so its beginning is enough.
    let head = try files.read(MessageLog.segment(folder, ordinal), 0..<40)
    let digits = String(decoding: head, as: UTF8.self).drop { !$0.isNumber }.prefix(
      while: \.isNumber)
    return Int(digits)
  }

  /// Gives a segment's whole lines; a torn last one is not there yet.
  private func messages(_ ordinal: Int) throws(SystemError) -> [Message] {
    let bytes = try files.read(MessageLog.segment(folder, ordinal), limit: 64 << 20)
    var messages: [Message] = []
    var start = 0
    while let end = bytes[start...].firstIndex(of: UInt8(ascii: "\n")) {
      // A damaged line is left out; the gap in the numbers shows it.
      if let value = try? JSONValue.parse(bytes[start..<end]),
        let message = try? Message.json.decode(value)
      {
        messages.append(message)
      }
      start = end + 1
    }
    return messages
  }
}

extension Message {
  /// Estimates how much room a message takes on a page.
  fileprivate var size: Int { Message.json.encode(self).count }
}
