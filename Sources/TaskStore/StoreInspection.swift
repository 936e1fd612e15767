import JSON
import Posix
import Tasks

/// Looks at the files of a store from outside, as far as each can be looked at; changes nothing.
package struct StoreInspection {
  let layout: StoreLayout
  let files: any FileSystem
  private(set) package var faults: [StoreFault] = []
  private var open: [String] = []
  private var closed: [String] = []
  private var leftovers: [String] = []

  /// A journal up to this size is walked whole without being asked to.
  private let longestWalk: Int

  package init(
    root: String, files: any FileSystem = RealFileSystem(), longestWalk: Int = 64 << 20
  ) {
    self.longestWalk = longestWalk
    layout = StoreLayout(root: root)
    self.files = files
    lookAtModes()
    lookAtIdentity()
    for look in Look.allCases {
      do throws(SystemError) { try carryOut(look) } catch { note(error, at: layout.root) }
    }
    if let first = leftovers.first {
      faults.append(.leftovers(first: first, count: leftovers.count))
    }
  }

  /// Lists what may not be as it is: open to others, or closed to us.
  var wrongModes: [(path: String, mode: UInt32)] {
    (open + closed).map { ($0, isFolder($0) ? 0o700 : 0o600) }
  }

  private func isFolder(_ path: String) -> Bool {
    // What cannot be looked at is told when its mode is set.
    (try? files.status(path, followingLinks: false))?.kind == .directory
  }

  /// Names what is looked at apart from the rest, so that trouble with one hides no other.
  private enum Look: CaseIterable { case places, journal, snapshots, keys, foreign }

  private mutating func carryOut(_ look: Look) throws(SystemError) {
    switch look {
    case .places: try lookForPlaces()
    case .journal: try lookAtJournal()
    case .snapshots: try lookAtSnapshots()
    case .keys: try lookAtKeys()
    case .foreign: try lookForForeign()
    }
  }

  /// Tells what cannot be seen; a closed folder was noted by its mode, and a missing one is none.
  private mutating func note(_ error: SystemError, at path: String) {
    if error.isNotFound || error.isNotDirectory { return }
    if error.isPermissionDenied, !closed.isEmpty { return }
    faults.append(.unreadable(path: error.subject.isEmpty ? path : error.subject, error))
  }

  // MARK: Permissions

  private mutating func lookAtModes() {
    judge(layout.root)
    for folder in [
      layout.journal, layout.snapshots, layout.run, layout.keys, layout.blobs, layout.bin,
    ] {
      walk(folder, depth: folder == layout.blobs ? 1 : 0)
    }
    judge(layout.identity)
    walk(layout.tasks, depth: 4)
    if let first = open.first { faults.append(.open(path: first, count: open.count)) }
    if let first = closed.first { faults.append(.closed(path: first, count: closed.count)) }
  }

  /// Judges a folder and what is in it; what agents made in their own folders is theirs.
  private mutating func walk(_ folder: String, depth: Int) {
    guard judge(folder) == .directory else { return }
    var names: [String] = []
    do throws(SystemError) { names = try files.list(folder) } catch { note(error, at: folder) }
    for name in names where !Self.ofAgents.contains(name) {
      let path = Path.join(folder, name)
      if judge(path) == .directory, depth > 0 { walk(path, depth: depth - 1) }
    }
  }

  private static let ofAgents: Set = ["work", "artifacts", "tmp", "snapshots", "session"]

  @discardableResult
  private mutating func judge(_ path: String) -> FileStatus.Kind? {
    var found: FileStatus?
    do throws(SystemError) {
      found = try files.status(path, followingLinks: false)
    } catch {
      note(error, at: path)
    }
    guard let found, found.kind == .file || found.kind == .directory else { return found?.kind }
    let needed: UInt32 = found.kind == .directory ? 0o700 : 0o600
    if found.mode & needed != needed {
      closed.append(path)
    } else if found.mode & 0o077 != 0 {
      open.append(path)
    }
    return found.kind
  }

  // MARK: What the store stands on

  private mutating func lookAtIdentity() {
    do throws(StoreError) {
      try TaskStore.checkFormat(layout, files)
    } catch {
      switch error {
      case .damaged(let path, _, let reason):
        faults.append(.identity(path: path, reason: reason))
      case .newerFormat, .foreign, .disk, .notFound, .inBin, .refused, .nameTaken,
        .idempotencyConflict, .limit, .badCursor, .damagedTask, .notWritable, .busy, .removed,
        .stopped, .noSchedule, .scheduleTaken, .runDecided:
        // A newer format is told by whoever opens the store; what cannot be read, by its mode.
        break
      }
    }
  }

  /// Finds what lies where the store, or a task, must have a folder.
  private mutating func lookForPlaces() throws(SystemError) {
    var ours = [
      layout.journal, layout.snapshots, layout.run, layout.keys, Path.parent(layout.blobs),
      layout.blobs, layout.bin, layout.tasks,
    ]
    for month in try files.names(in: layout.tasks) {
      ours.append(Path.join(layout.tasks, month))
      let tasks = try files.names(in: ours[ours.count - 1]).filter { TaskID($0) != nil }
      ours += tasks.map { Path.join(layout.tasks, "\(month)/\($0)") }
    }
    for path in ours where try isInTheWay(path) { faults.append(.inTheWay(path: path)) }
  }

  private func isInTheWay(_ path: String) throws(SystemError) -> Bool {
    do throws(SystemError) {
      guard try files.status(path, followingLinks: false) != nil else { return false }
      return try files.status(path, followingLinks: true)?.kind != .directory
    } catch {
      // What it should stand in is in the way itself.
      if error.isNotDirectory { return false }
      throw error
    }
  }

  private mutating func lookAtJournal() throws(SystemError) {
    let ordinals = try JournalSegments.ordinals(layout, files)
    let beginning = try JournalSegments.beginning(layout, files)
    leftovers += ordinals.filter { $0 < beginning }.map(layout.segment)
    var size = 0
    for ordinal in ordinals { size += try files.size(layout.segment(ordinal)) }
    guard size <= longestWalk else {
      faults.append(.longJournal(bytes: size))
      return
    }
    var audit = StoreAudit()
    var chain = ChainAudit(layout: layout, files: files)
    try chain.walk(&audit)
    audit.partHistory(layout)
    if let first = audit.history.first {
      faults.append(.history(first: first, count: audit.history.count))
    }
    if let first = audit.breaks.first {
      faults.append(.journal(first: first, count: audit.breakCount))
    }
    if let torn = chain.torn { faults.append(.torn(path: torn.path, bytes: torn.bytes)) }
  }

  private mutating func lookAtSnapshots() throws(SystemError) {
    guard try !files.list(layout.snapshots).isEmpty else { return }
    if let ahead = try Snapshot.ahead(in: layout, files: files) {
      faults.append(
        .snapshotAhead(path: ahead.path, number: ahead.number, journal: ahead.journal))
    } else if !canReadSnapshot() {
      faults.append(.snapshot(folder: layout.snapshots))
    }
  }

  /// Tells whether there is a snapshot of this journal, whole, whose first records can be read.
  private func canReadSnapshot() -> Bool {
    Snapshot.newest(in: layout, files: files, after: 0)?.isWhole(records: Self.manyRecords) ?? false
  }

  private static let manyRecords = 20_000

  private mutating func lookAtKeys() throws(SystemError) {
    for name in try files.names(in: layout.keys) where !name.hasPrefix(".") {
      let path = Path.join(layout.keys, name)
      guard try files.status(path, followingLinks: false)?.kind == .file else { continue }
      if name.hasSuffix(TaskStore.keySuffix) {
        if try files.size(path) != TaskStore.keyLength { faults.append(.key(path: path)) }
      } else if TaskStore.isOfSecrets(name) {
        let isTooLarge = try files.size(path) > TaskStore.secretsLimit
        let bytes = isTooLarge ? [] : try files.read(path)
        // Nothing at all is no object of strings either.
        if !TaskStore.areSecrets(bytes) { faults.append(.secrets(path: path)) }
      }
    }
  }

  private mutating func lookForForeign() throws(SystemError) {
    for folder in [layout.journal, layout.snapshots, layout.blobs] where try files.exists(folder) {
      for name in try files.list(folder) {
        let path = Path.join(folder, name)
        let kind = try files.status(path, followingLinks: false)?.kind
        if name.hasPrefix("."), name.hasSuffix(".tmp"), kind == .file {
          leftovers.append(path)
        } else if !isOurs(name, in: folder, kind) {
          faults.append(.foreign(path: path))
        }
      }
    }
  }

  private func isOurs(_ name: String, in folder: String, _ kind: FileStatus.Kind?) -> Bool {
    switch folder {
    case layout.journal:
      kind == .file && JournalSegments.ordinal(name, layout) != nil
    case layout.blobs:
      kind == .directory && name.utf8.count == 2
    default:
      kind == .file
        && [".index", ".json", ".jsonl"].contains { suffix in
          name.hasSuffix(suffix) && Int(name.dropLast(suffix.count)) != nil
        }
    }
  }
}
