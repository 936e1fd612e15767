import JSON
import Posix
import Tasks

/// Mends what an attempt has said: lines that cannot be read go to `damaged/`, and in their place a
/// message says so, so that the numbers have no gap.
struct MessageMending {
  let folder: String
  let layout: StoreLayout
  let files: any FileSystem
  /// How many messages there must be at least, as the journal says.
  var expected = 0

  /// Gives how many lines were set aside, or nil where the attempt still runs.
  func carryOut() throws(SystemError) -> Int? {
    try files.createDirectories(folder)
    guard let lock = try files.tryLock(Path.join(folder, "lock")) else { return nil }
    defer { lock.release() }
    let ordinals = try files.list(folder).compactMap(MessageLog.ordinal).sorted()
    var (next, count) = (0, 0)
    for ordinal in 1...(ordinals.last ?? 1) {
      let path = MessageLog.segment(folder, ordinal)
      let aside = try files.freePath(Path.join(layout.damaged, "\(Path.name(path))-\(place)"))
      let kind = try files.status(path, followingLinks: false)?.kind
      let isThere = kind == .file
      if kind != nil, !isThere {
        try files.createDirectories(layout.damaged)
        try files.rename(path, to: aside)
        count += 1
      }
      var repair = SegmentRepair(
        isThere ? try files.read(path) : [], from: next, keptAs: Path.name(aside),
        to: try first(behind: ordinal, ordinals), atLeast: expected,
        isLast: ordinal == ordinals.last ?? 1)
      repair.carryOut()
      next = repair.next
      if isThere, !repair.hasChanged { continue }
      if !repair.aside.isEmpty {
        try files.createDirectories(layout.damaged)
        try files.replace(aside, with: repair.aside)
      }
      count += repair.count
      try files.replace(path, with: repair.whole)
    }
    return count
  }

  /// Tells task and attempt in a file's name.
  private var place: String {
    "\(Path.name(Path.parent(Path.parent(folder))))-\(Path.name(folder))"
  }

  /// Finds the first number that can be read behind a segment; nil if it is the last.
  private func first(behind ordinal: Int, _ ordinals: [Int]) throws(SystemError) -> Int? {
    for next in ordinals where next > ordinal {
      let path = MessageLog.segment(folder, next)
      if try files.status(path, followingLinks: false)?.kind != .file { continue }
      for line in try files.read(path).split(separator: 10) {
        if let message = Message(line: line) { return message.seq }
      }
    }
    return nil
  }
}

/// Sorts a segment's lines into those that are whole and in their place, and those that are not.
private struct SegmentRepair {
  private let lines: [(bytes: ArraySlice<UInt8>, message: Message?)]
  /// What stands behind the last newline.
  private let tail: ArraySlice<UInt8>
  private let name: String
  private let end: Int?
  private let expected: Int
  private let isLast: Bool
  private var time: Timestamp
  private var lost = 0
  private(set) var next: Int
  private(set) var whole: [UInt8] = []
  private(set) var aside: [UInt8] = []
  private(set) var count = 0
  private(set) var hasChanged = false

  private static let newline = UInt8(ascii: "\n")

  init(
    _ bytes: [UInt8], from next: Int, keptAs name: String, to end: Int?, atLeast expected: Int,
    isLast: Bool
  ) {
    let cut = (bytes.lastIndex(of: Self.newline) ?? -1) + 1
    lines = bytes[..<cut].split(separator: Self.newline).map { ($0, Message(line: $0)) }
    tail = bytes[cut...]
    time = lines.lazy.compactMap(\.message).first?.timestamp ?? .now
    self.next = next
    self.name = name
    self.end = end
    self.expected = expected
    self.isLast = isLast
  }

  mutating func carryOut() {
    for (place, line) in lines.enumerated() {
      guard let message = line.message, isInPlace(message.seq, place) else {
        lose(line.bytes)
        continue
      }
      close(upTo: message.seq)
      (next, lost, time) = (message.lastSeq + 1, 0, message.timestamp)
      whole += line.bytes + [Self.newline]
    }
    // Behind the newest segment's last newline a writer died: that is not there yet, unless it was
    // there once.
    let isCut = isLast && next < expected
    if !isLast || isCut, !tail.isEmpty { lose(tail) }
    close(upTo: end ?? max(next + lost, isLast ? expected : 0))
    if isLast, !isCut { whole += tail }
  }

  /// Tells whether a number can be the next one: what follows must go on from it.
  private func isInPlace(_ seq: Int, _ place: Int) -> Bool {
    guard seq >= next else { return false }
    if seq == next + lost { return true }
    let following = lines[(place + 1)...].lazy.compactMap(\.message).first?.seq ?? end
    // At the very end a newline may be among what was lost, hardly more.
    return following.map { $0 > seq } ?? (seq <= next + 2 * lost)
  }

  private mutating func lose(_ line: ArraySlice<UInt8>) {
    aside += line + [Self.newline]
    (lost, count, hasChanged) = (lost + 1, count + 1, true)
  }

  /// Says which messages are missing before a number.
  private mutating func close(upTo number: Int) {
    guard number > next else { return }
    let what = number == next + 1 ? "A message" : "\(number - next) messages"
    let text = what + (lost > 0 ? " could not be read; see damaged/\(name)." : " got lost here.")
    let gap = Message(
      seq: next, timestamp: time,
      body: .info(text: text, data: [Message.lostThrough: .integer(number - 1)]))
    whole += Message.json.encode(gap) + [Self.newline]
    (next, lost, hasChanged) = (number, 0, true)
  }
}

extension Message {
  /// Names, in a message that stands for lost ones, the last number it stands for.
  static let lostThrough = "lostThrough"

  /// Reads a line; nil if it is no message of ours.
  init?(line: ArraySlice<UInt8>) {
    // What cannot be read is damaged, however it came about.
    let value = try? JSONValue.ours(line)
    guard let message = value.flatMap({ JournalEntry.read(Message.json, $0) }),
      LineNumber.range.contains(message.seq)
    else { return nil }
    self = message
  }

  /// The last number it stands for.
  var lastSeq: Int {
    guard case .info(_, let data?) = body,
      let last = LineNumber.checked(data[Self.lostThrough]?.intValue)
    else { return seq }
    return max(seq, last)
  }
}
