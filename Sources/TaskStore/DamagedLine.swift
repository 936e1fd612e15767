import Tasks

/// Is what is left of an unreadable line, as evidence of the task it was about.
struct DamagedLine: Sendable {
  /// The id stands near the beginning, before anything a person or an agent wrote.
  private let head: [UInt8]
  /// What it says of a task that began with it; nil where it seems to have changed one.
  let beginning: Beginning?

  /// Is what can still be read of a task's beginning.
  enum Beginning: Sendable {
    /// All of it, though a part may be wrong.
    case whole(TaskRecord)
    case part(name: String?, team: String?)
  }

  private static let idLength = 36
  /// So many bytes of an id may be wrong for it to be recognised; those of two tasks differ in more.
  private static let tolerance = 6

  init(_ line: ArraySlice<UInt8>, _ entry: JournalEntry? = nil) {
    head = Array(line.prefix(1024))
    beginning = Self.beginning(line, entry)
  }

  /// Bounds what is kept of a line.
  private static let longest = 64 << 10

  private static func beginning(
    _ line: ArraySlice<UInt8>, _ entry: JournalEntry?
  ) -> Beginning? {
    if let entry, line.count <= longest {
      let moment = Moment(number: entry.number, at: entry.at, by: entry.by)
      switch entry.change {
      case .record(let record), .saidAnew(let record): return .whole(record)
      case .task(let id, _, let event):
        // Only a creation makes a record out of nothing.
        let record = try? TaskRecord.applying(event, at: moment, id: id, to: nil)
        return record.map { .whole($0) }
      case .handleMade, .handleEnded, .inboxSeen, .base, .lost, .doubted, .kept, .scheduleMade,
        .scheduleDecided, .scheduleRemoved:
        return nil
      }
    }
    let marks = [#""type":"created""#, #""rev":1,"#, #""spec":{"#]
    let start = marks.lazy.compactMap { find($0, in: line.prefix(1024)) }.first
    guard let start else { return nil }
    let rest = line[start...].prefix(longest)
    return .part(name: text("name", in: rest), team: text("teamId", in: rest))
  }

  /// Reads a short text that is whole and has nothing in it that needs an escape.
  private static func text(_ key: String, in bytes: ArraySlice<UInt8>) -> String? {
    let mark = "\"\(key)\":\""
    guard let start = find(mark, in: bytes) else { return nil }
    let rest = bytes[(start + mark.utf8.count)...].prefix(201)
    guard let end = rest.firstIndex(of: UInt8(ascii: "\"")), end > rest.startIndex,
      rest[..<end].allSatisfy({ (0x21...0x7E).contains($0) && $0 != UInt8(ascii: "\\") })
    else { return nil }
    return String(decoding: rest[..<end], as: UTF8.self)
  }

  /// Tells that the line's beginning never reached the disk: then nobody was told of the change, and
  /// nothing acknowledged rests on it.
  var wasNeverWritten: Bool { head.first == 0 }

  /// Tells that the line changed no task that is known otherwise: it was about something beside
  /// tasks, or the only record of one in a base.
  var changedNoOther: Bool {
    [
      #","handle":{"#, #","handleEnded":""#, #","inbox":{"#, #","record":{"#, #","kept":["#,
      #","schedule":{"#, #","scheduleDecided":""#, #","scheduleRemoved":""#,
    ].contains { Self.find($0, in: head[...]) != nil }
  }

  /// Gives the id that stands where one must, be it right or not.
  var namedTask: TaskID? { namedID.flatMap { TaskID(String(decoding: $0, as: UTF8.self)) } }

  /// Gives an id near the one that stands there, in place of one that no id can be.
  var likelyTask: TaskID? {
    guard let namedID else { return nil }
    let shape = Array("00000000-0000-0000-0000-000000000000".utf8)
    let digits = Array("0123456789abcdef".utf8)
    let mended = zip(namedID, shape).map { $1 == shape[0] && digits.contains($0) ? $0 : $1 }
    guard zip(namedID, mended).count(where: { $0 != $1 }) <= Self.tolerance else { return nil }
    return TaskID(String(decoding: mended, as: UTF8.self))
  }

  private var namedID: ArraySlice<UInt8>? {
    for mark in [#""task":""#, #""lost":""#, #""doubted":""#] {
      guard let place = Self.find(mark, in: head[...]),
        case let start = place + mark.utf8.count, start + Self.idLength <= head.count
      else { continue }
      return head[start..<start + Self.idLength]
    }
    return nil
  }

  /// Tells whether two ids may be one, a few bytes of which are wrong.
  static func isLike(_ one: TaskID, _ other: TaskID) -> Bool {
    zip(one.description.utf8, other.description.utf8).count { $0 != $1 } <= tolerance
  }

  /// Tells whether an id, with a few bytes changed, stands in the line.
  func resembles(_ id: TaskID) -> Bool {
    let wanted = Array(id.description.utf8)
    guard head.count >= wanted.count else { return false }
    return (0...head.count - wanted.count).contains { start in
      var wrong = 0
      for place in wanted.indices where head[start + place] != wanted[place] {
        wrong += 1
        if wrong > Self.tolerance { return false }
      }
      return true
    }
  }

  private static func find(_ mark: String, in bytes: ArraySlice<UInt8>) -> Int? {
    let mark = Array(mark.utf8)
    guard bytes.count >= mark.count else { return nil }
    return (bytes.startIndex...bytes.endIndex - mark.count).first { start in
      bytes[start] == mark[0] && bytes[start..<start + mark.count].elementsEqual(mark)
    }
  }
}
