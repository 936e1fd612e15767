import Posix
import Tasks

/// Is what a walk over everything a store keeps has found.
package struct StoreAudit: Sendable {
  /// A place that is not as it was written.
  package struct Break: Sendable, Hashable {
    package var path: String
    /// Counts from 1; nil where a whole file is meant.
    package var line: Int?
    /// The number of the event, as far as it is known.
    package var number: Int?
    package var reason: String
  }

  package var segments = 0
  package var events = 0
  /// Lines written again after a failed sync.
  package var copies = 0
  package var tasks = 0
  package var messages = 0
  package var content = 0
  /// The first breaks, in the order of the walk.
  package private(set) var breaks: [Break] = []
  package private(set) var breakCount = 0
  /// Breaks that somebody had mended as far as that is possible: history, and no trouble.
  package private(set) var history: [Break] = []
  /// What is no break: a last line whose writer died.
  package var notes: [String] = []
  /// What the journal calls history.
  var kept: Set<KeptBreak> = []
  /// Breaks beyond those that are listed, by file.
  private var more: [String: Int] = [:]

  package var isWhole: Bool { breakCount == 0 }

  private static let listed = 10_000

  mutating func note(_ found: Break) {
    breakCount += 1
    if breaks.count < Self.listed {
      breaks.append(found)
    } else {
      more[found.path, default: 0] += 1
    }
  }

  /// Parts history from news, once all was walked.
  mutating func partHistory(_ layout: StoreLayout) {
    if kept.isEmpty { return }
    func isKept(_ found: Break) -> Bool {
      let place = layout.kept(found)
      return kept.contains(place) || kept.contains(KeptBreak(file: place.file, line: nil))
    }
    history += breaks.filter(isKept)
    breaks.removeAll(where: isKept)
    for path in more.keys where isKept(Break(path: path, reason: "")) { more[path] = nil }
    breakCount = breaks.count + more.values.reduce(0, +)
  }

  /// Names what is broken, for the journal to call it history: files as wholes where there is more
  /// than can be listed.
  func newlyKept(_ layout: StoreLayout) -> [KeptBreak] {
    let whole = Set(more.keys)
    let files = whole.map { layout.kept(Break(path: $0, reason: "")) }
    return files + breaks.filter { !whole.contains($0.path) }.map(layout.kept)
  }

  /// Takes a break back: what stood there was found again, whole.
  mutating func mend(number: Int) {
    guard let place = breaks.firstIndex(where: { $0.number == number }) else { return }
    breakCount -= 1
    let mended = breaks.remove(at: place)
    notes.append("\(mended.path) line \(mended.line ?? 0) is damaged, but was written again.")
  }
}

extension TaskStore {
  /// Walks the whole journal, every message and all content, and checks each against its seal, its
  /// number or its hash; reads only.
  package func verify() throws(StoreError) -> StoreAudit {
    var audit = StoreAudit()
    try onDisk { () throws(SystemError) in
      var chain = ChainAudit(layout: layout, files: files)
      try chain.walk(&audit)
    }
    try onDisk { () throws(SystemError) in
      try MessageAudit(layout: layout, files: files).walk(&audit)
    }
    try onDisk { () throws(SystemError) in
      try ContentAudit(layout: layout, files: files).walkFiles(&audit)
    }
    // Where the snapshot proves damaged, the journal is folded again, and read here once more.
    for missing in try reading({ (fold) throws(StoreError) in try missingContent(fold) }) {
      audit.note(missing)
    }
    for missing in try missingMessages() { audit.note(missing) }
    audit.partHistory(layout)
    return audit
  }

  private func missingContent(_ fold: Fold) throws(StoreError) -> [StoreAudit.Break] {
    var missing: [StoreAudit.Break] = []
    for ordinal in 0..<fold.taskCount {
      guard let record = try fold.record(at: ordinal) else { continue }
      for content in record.artifacts.map(\.cid) where try blobs.size(content) == nil {
        missing.append(
          StoreAudit.Break(
            path: layout.blob(content), reason: "content of task \(record.id) is missing"))
      }
    }
    return missing
  }
}

extension TaskStore {
  /// Finds attempts of which fewer messages are here than the journal says there were.
  private func missingMessages() throws(StoreError) -> [StoreAudit.Break] {
    var missing: [StoreAudit.Break] = []
    for (folder, expected) in try messageCounts().sorted(by: { $0.key < $1.key }) {
      let reader = MessageReader(folder: folder, files: files)
      let last: Int?
      do throws(SystemError) { last = try reader.lastSeq() } catch {
        // What is no file was told of by the walk over all messages.
        guard error.isPipe || error.isDirectory else { throw .disk(error) }
        continue
      }
      let count = (last ?? -1) + 1
      guard count < expected else { continue }
      missing.append(
        StoreAudit.Break(
          path: MessageLog.segment(folder, 1),
          reason: "the last \(expected - count) of \(expected) messages are missing"))
    }
    return missing
  }

  /// Tells of each attempt that has ended how many messages its folder must hold.
  func messageCounts() throws(StoreError) -> [String: Int] {
    try reading { (fold) throws(StoreError) in
      var counts: [String: Int] = [:]
      for ordinal in 0..<fold.taskCount {
        guard let record = try fold.record(at: ordinal), record.deletion == nil else { continue }
        for attempt in record.attempts {
          guard let count = attempt.messageCount else { continue }
          counts[layout.attemptFolder(of: record, attempt.attemptN)] = count
        }
      }
      return counts
    }
  }
}

/// Cuts a file into lines, however large it is.
struct FileLines {
  /// A line of our files is never longer.
  private static let longest = 64 << 20
  private static let chunk = 1 << 20

  /// Calls back with each line and its number from 1; gives the bytes behind the last newline.
  static func each(
    of path: String, _ files: any FileSystem,
    _ body: (ArraySlice<UInt8>, Int) throws(SystemError) -> Void
  ) throws(SystemError) -> Int {
    let file = try files.openForReading(path)
    let size = try file.size()
    var splitter = LineSplitter(maxLength: longest)
    var offset = 0
    var number = 0
    while offset < size {
      let bytes = try file.read(min(chunk, size - offset), at: offset)
      if bytes.isEmpty { break }
      offset += bytes.count
      splitter.append(bytes)
      while let line = splitter.next() {
        number += 1
        switch line {
        case .line(let bytes), .unterminated(let bytes), .tooLong(let bytes, _):
          try body(bytes[...], number)
        }
      }
    }
    switch splitter.finish() {
    case .unterminated(let rest)?, .line(let rest)?: return rest.count
    case .tooLong(_, let length)?: return length
    case nil: return 0
    }
  }
}
