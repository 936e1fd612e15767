import Tasks

/// Is what is left of an unreadable line, as evidence of the task it was about.
struct DamagedLine: Sendable {
  /// The id stands near the beginning, before anything a person or an agent wrote.
  private let head: [UInt8]

  private static let idLength = 36
  /// So many bytes of an id may be wrong for it to be recognised; those of two tasks differ in more.
  private static let tolerance = 6

  init(_ line: ArraySlice<UInt8>) { head = Array(line.prefix(1024)) }

  /// Tells that the line's beginning never reached the disk: then nobody was told of the change, and
  /// nothing acknowledged rests on it.
  var wasNeverWritten: Bool { head.first == 0 }

  /// Tells that the line changed no task that is known otherwise: it was about something beside
  /// tasks, or the only record of one in a base.
  var changedNoOther: Bool {
    [#","handle":{"#, #","handleEnded":""#, #","inbox":{"#, #","record":{"#].contains {
      find(Array($0.utf8)) != nil
    }
  }

  /// Gives the id that stands where one must, be it right or not.
  var namedTask: TaskID? {
    for mark in [#""task":""#, #""lost":""#, #""doubted":""#] {
      let mark = Array(mark.utf8)
      guard let start = find(mark), start + mark.count + Self.idLength <= head.count else {
        continue
      }
      let id = head[(start + mark.count)..<(start + mark.count + Self.idLength)]
      return TaskID(String(decoding: id, as: UTF8.self))
    }
    return nil
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

  private func find(_ mark: [UInt8]) -> Int? {
    guard head.count >= mark.count else { return nil }
    return (0...head.count - mark.count).first { start in
      head[start..<start + mark.count].elementsEqual(mark)
    }
  }
}
