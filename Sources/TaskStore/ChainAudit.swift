import JSON
import Posix
import Tasks

/// Walks the journal's hash chain: each seal, each number, each task's revisions.
struct ChainAudit {
  let layout: StoreLayout
  let files: any FileSystem

  /// The seal of the line before; nil where that line could not be read.
  private var seal: String? = Seal.first
  private var number = 0
  /// A copy after a failed sync reaches no further back than one sync did.
  private var seals: [Int: String] = [:]
  /// Numbers whose line could not be believed, with the file it stands in.
  private var damaged: [Int: String] = [:]
  private var revisions: [TaskID: Int] = [:]
  private var unknown: Set<TaskID> = []
  private var leftOfBase = 0
  /// What stands behind the last newline of the journal.
  private(set) var torn: (path: String, bytes: Int)?

  init(layout: StoreLayout, files: any FileSystem) {
    self.layout = layout
    self.files = files
  }

  mutating func walk(_ audit: inout StoreAudit) throws(SystemError) {
    let beginning = try JournalSegments.beginning(layout, files)
    let ordinals = try JournalSegments.ordinals(layout, files)
    let left = ordinals.filter { $0 < beginning }
    if !left.isEmpty {
      audit.notes.append("\(left.count) segments are left of a pruning that did not end.")
    }
    if beginning > 1 { seal = nil }
    var expected = beginning
    for ordinal in ordinals where ordinal >= beginning {
      if ordinal > expected {
        audit.note(.init(path: layout.segment(expected), reason: "the segment is missing"))
        seal = nil
      }
      expected = ordinal + 1
      try walk(ordinal, isLast: ordinal == ordinals.last, &audit)
    }
    audit.tasks = unknown.union(revisions.keys).count
  }

  private mutating func walk(
    _ ordinal: Int, isLast: Bool, _ audit: inout StoreAudit
  ) throws(SystemError) {
    let path = layout.segment(ordinal)
    audit.segments += 1
    leftOfBase = 0
    var lines = 0
    var walk = self
    var found = audit
    let torn = try FileLines.each(of: path, files) { (line, place) throws(SystemError) in
      lines = place
      walk.take(line, StoreAudit.Break(path: path, line: place, reason: ""), &found)
    }
    self = walk
    audit = found
    guard torn > 0 else { return }
    if isLast {
      self.torn = (path, torn)
      audit.notes.append("\(path) ends in \(torn) bytes without a newline; its writer died.")
    } else {
      audit.note(.init(path: path, line: lines + 1, reason: "the line has no end"))
      seal = nil
    }
  }

  private mutating func take(
    _ line: ArraySlice<UInt8>, _ place: StoreAudit.Break, _ audit: inout StoreAudit
  ) {
    var place = place
    let parts = Seal.split(line)
    // What is no JSON is damage, as a wrong seal is.
    guard let parts, let entry = (try? JSONValue.ours(line)).flatMap(JournalEntry.init) else {
      if let newline = Seal.damagedNewline(in: line) {
        place.reason = "the newline between two lines is damaged; both can be read"
        audit.note(place)
        take(line[..<newline], place, &audit)
        take(line[(newline + 1)...], place, &audit)
        return
      }
      skip(place, "the line cannot be read", parts?.seal, &audit)
      return
    }
    if case .base(let base) = entry.change {
      if let seal, seal != base.after {
        place.number = entry.number
        place.reason = "the base does not follow from the line before"
        audit.note(place)
      }
      seal = base.after
      leftOfBase = base.lines + 1
      number = max(number, entry.number)
    }
    if let seal, entry.number > number || leftOfBase > 0,
      Seal.hash(parts.body, seal) != parts.seal
    {
      skip(place, "the seal does not fit the line and the one before", parts.seal, &audit)
      return
    }
    if leftOfBase > 0 {
      leftOfBase -= 1
      takeBase(entry, &audit)
      seal = parts.seal
      return
    }
    place.number = entry.number
    let before = entry.number == 1 ? Seal.first : seals[entry.number - 1]
    let isTrue = before.map { Seal.hash(parts.body, $0) == parts.seal } ?? true
    take(entry, parts.seal, isTrue: isTrue, place, &audit)
  }

  private mutating func takeBase(_ entry: JournalEntry, _ audit: inout StoreAudit) {
    switch entry.change {
    case .record(let record): revisions[record.id] = record.revision
    case .lost(let id): unknown.insert(id)
    case .kept(let breaks): audit.kept.formUnion(breaks)
    case .base, .doubted, .task, .handleMade, .handleEnded, .inboxSeen, .saidAnew, .scheduleMade,
      .scheduleDecided, .scheduleRemoved:
      break
    }
  }

  /// Takes a line that can be read; what has come before must also be true to its own seal.
  private mutating func take(
    _ entry: JournalEntry, _ seal: String, isTrue: Bool, _ place: StoreAudit.Break,
    _ audit: inout StoreAudit
  ) {
    var place = place
    if entry.number <= number {
      if let path = damaged.removeValue(forKey: entry.number) {
        // Lines are written again into a segment of their own; behind its place one is misplaced.
        if path != place.path { audit.mend(number: entry.number) }
      } else if let known = seals[entry.number], known != seal || !isTrue {
        place.reason = "its number was given to another line already"
        audit.note(place)
        return
      } else {
        audit.copies += 1
        return
      }
    } else if entry.number > number + 1, number > 0 || place.line == 1 && audit.segments == 1 {
      place.reason = "the numbers from \(number + 1) to \(entry.number - 1) are missing"
      audit.note(place)
    }
    number = max(number, entry.number)
    self.seal = seal
    seals[entry.number] = seal
    seals[entry.number - Self.remembered] = nil
    audit.events += 1
    switch entry.change {
    case .task(let id, let revision, _):
      let expected = (revisions[id] ?? 0) + 1
      if revision != expected, !unknown.contains(id) {
        place.reason = "revision \(revision) of task \(id) stands where \(expected) must"
        audit.note(place)
      }
      revisions[id] = revision
    case .saidAnew(let record):
      revisions[record.id] = record.revision
      unknown.remove(record.id)
    case .kept(let breaks): audit.kept.formUnion(breaks)
    case .handleMade, .handleEnded, .inboxSeen, .base, .record, .lost, .doubted, .scheduleMade,
      .scheduleDecided, .scheduleRemoved:
      break
    }
  }

  private static let remembered = 100_000

  /// Goes on behind a line that cannot be believed, as readers do.
  private mutating func skip(
    _ place: StoreAudit.Break, _ reason: String, _ seal: String?, _ audit: inout StoreAudit
  ) {
    var place = place
    if leftOfBase > 0 { leftOfBase -= 1 } else { number += 1 }
    place.number = number
    place.reason = reason
    damaged[number] = place.path
    audit.note(place)
    self.seal = nil
  }
}
