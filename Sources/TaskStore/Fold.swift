import JSON
import Tasks

/// Holds what the journal says now: a snapshot's rows, and over them what has changed since.
struct Fold: Sendable {
  /// A task that changed since the snapshot, at its place in the order of creation.
  struct Entry: Sendable {
    var ordinal: Int
    var record: TaskRecord
  }

  private(set) var snapshot: Snapshot?
  private(set) var changed: [TaskID: Entry] = [:]
  /// Tasks newer than the snapshot, by ordinal from its count on.
  private(set) var newer: [TaskID] = []
  private(set) var names: [String: TaskID] = [:]
  private(set) var keys: [String: TaskID] = [:]
  private(set) var counts: [TaskStatus: Int] = [:]
  /// Tasks that changed since the snapshot, by how they stand.
  private(set) var standing: [TaskStatus: Set<TaskID>] = [:]
  /// Tasks that changed since the snapshot, by the task they are part of.
  private(set) var parts: [TaskID: Set<TaskID>] = [:]
  private(set) var handles: [String: WaitHandle] = [:]
  private(set) var seen: [InboxReader: Int] = [:]
  private(set) var schedules: [TaskID: Schedule] = [:]
  private(set) var damaged: Set<TaskID> = []
  /// Tasks about which an unreadable line may have been, until a next revision says it was not.
  private(set) var doubted: Set<TaskID> = []
  /// Numbers of lines that may have been about something nothing here tells of: a schedule, a wait,
  /// or a task that began with it. Zero stands for such as have no number. What is bound to nothing
  /// may be bound to that.
  private(set) var unread: Set<Int> = []
  /// Numbers of unreadable lines that were taken note of.
  private(set) var judged: Set<Int> = []
  /// Breaks that are history, except the journal's own: those go with their segments.
  private(set) var kept: Set<KeptBreak> = []
  /// Names every team there is, so that counts by status can serve as totals where there is one.
  private(set) var teams: Set<String> = []
  /// The snapshot's rows that `changed` replaces.
  private(set) var changedRows: Set<Int> = []
  /// The latest changes, for followers; older ones are only in the records.
  private(set) var recent: [Change] = []
  private(set) var recentFrom = 1
  /// Lines taken in since the snapshot.
  private(set) var tail = 0

  private static let recentLimit = 4096

  init(snapshot: Snapshot?) throws(StoreError) {
    self.snapshot = snapshot
    guard let snapshot else { return }
    counts = snapshot.counts
    handles = snapshot.aside.handles
    seen = snapshot.aside.seen
    schedules = snapshot.aside.schedules
    damaged = snapshot.aside.damaged
    doubted = snapshot.aside.doubted
    teams = snapshot.aside.teams
    kept = snapshot.aside.kept
    unread = snapshot.aside.unread
    recentFrom = snapshot.position.number + 1
    for id in damaged where try snapshot.row(of: id) == nil { try keepRemnant(of: id, at: nil) }
  }

  /// Says how long a tail is worth a new snapshot: it grows with the snapshot, so that what
  /// compaction costs is shared by many changes, and is bounded, since the tail is in memory and
  /// each process that starts folds it.
  var compactionThreshold: Int { min(64 + (snapshot?.count ?? 0) / 16, 8000) }

  /// Gives the tasks that changed since the snapshot, are whole and have not ended.
  var changedActive: [Entry] {
    standing.filter { !$0.key.isTerminal }.values.joined().compactMap {
      isDamaged($0) ? nil : changed[$0]
    }
  }

  /// Gives the latest changes after a number, oldest first.
  func changes(after number: Int) -> ArraySlice<Change> {
    var low = 0
    var high = recent.count
    while low < high {
      let middle = (low + high) / 2
      if recent[middle].number <= number { low = middle + 1 } else { high = middle }
    }
    return recent[low...]
  }

  /// Takes over what another fold of the same journal remembers of the latest changes.
  mutating func keepRecent(of other: Fold) {
    guard other.recentFrom < recentFrom else { return }
    recent = other.recent.filter { $0.number < recentFrom } + recent
    recentFrom = other.recentFrom
  }

  /// Notes what a task is called: what was known of its name may have been damaged.
  private mutating func rename(_ id: TaskID, from old: String, to name: String) {
    if old == name { return }
    if names[old] == id { names[old] = nil }
    names[name] = id
  }

  /// Moves a task that began after the snapshot to another id: its own could not be read.
  mutating func move(_ old: TaskID, to id: TaskID) {
    guard let entry = changed.removeValue(forKey: old) else { return }
    let record = entry.record.known(as: id)
    changed[id] = Entry(ordinal: entry.ordinal, record: record)
    newer[entry.ordinal - (snapshot?.count ?? 0)] = id
    standing[record.status]?.remove(old)
    standing[record.status, default: []].insert(id)
    names[record.spec.name] = id
    if let key = record.spec.idempotency?.key { keys[key] = id }
    if damaged.remove(old) != nil { damaged.insert(id) }
    for place in recent.indices where recent[place].task == old { recent[place].task = id }
  }

  mutating func markDamaged(_ id: TaskID) { damaged.insert(id) }
  mutating func markDoubted(_ id: TaskID) { doubted.insert(id) }
  mutating func markJudged(_ number: Int) { judged.insert(number) }

  /// Bounds what is kept of them; the rest is one.
  private static let unreadLimit = 1000

  var hasUnread: Bool { !unread.isEmpty }
  /// Tells that it may lack something that the journal told.
  var isInDoubt: Bool { hasUnread || !damaged.isEmpty || !doubted.isEmpty }

  mutating func markUnread(_ number: Int?) {
    unread.insert(unread.count < Self.unreadLimit ? number ?? 0 : 0)
  }

  var taskCount: Int { (snapshot?.count ?? 0) + newer.count }

  func record(_ id: TaskID) throws(StoreError) -> TaskRecord? {
    if let entry = changed[id] { return entry.record }
    guard let snapshot, let row = try snapshot.row(of: id) else { return nil }
    return try snapshot.lookUp(row)
  }

  func id(named name: String) throws(StoreError) -> TaskID? {
    if let id = names[name] { return id }
    return try snapshot?.id(named: name)
  }

  func id(forKey key: String) throws(StoreError) -> TaskID? {
    if let id = keys[key] { return id }
    return try snapshot?.id(forKey: key)
  }

  func ordinal(of id: TaskID) throws(StoreError) -> Int? {
    if let entry = changed[id] { return entry.ordinal }
    return try snapshot?.row(of: id)
  }

  /// Gives the task at a place in the order of creation.
  func record(at ordinal: Int) throws(StoreError) -> TaskRecord? {
    if let snapshot, ordinal == Snapshot.brokenRow { throw snapshot.brokenChain }
    let old = snapshot?.count ?? 0
    if ordinal >= old { return changed[newer[ordinal - old]]?.record }
    guard let snapshot else { return nil }
    return changedRows.contains(ordinal)
      ? changed[snapshot.id(at: ordinal)]?.record : try snapshot.record(ordinal)
  }

  /// Takes in one line; the fold of a damaged task stops where the gap is.
  mutating func take(_ entry: JournalEntry) throws(StoreError) {
    tail += 1
    switch entry.change {
    case .task(let id, let revision, let event):
      try take(event, revision, id, Moment(number: entry.number, at: entry.at, by: entry.by))
    case .handleMade(let handle): handles[handle.id] = handle
    case .handleEnded(let id, let end):
      handles[id]?.end = end
      handles[id]?.endedAt = entry.at
    case .inboxSeen(let mark): seen[mark.reader] = max(seen[mark.reader] ?? 0, mark.number)
    case .base(let base): try begin(base, at: entry.number)
    case .record(let record):
      put(
        record, before: try self.record(record.id), ordinal: try ordinal(of: record.id),
        isNews: false)
    case .lost(let id): try keepRemnant(of: id, at: nil)
    case .doubted(let id): doubted.insert(id)
    case .saidAnew(let record):
      doubted.remove(record.id)
      try recognize(record.id)
      damaged.remove(record.id)
      let before = try self.record(record.id)
      if let before { rename(record.id, from: before.spec.name, to: record.spec.name) }
      put(record, before: before, ordinal: try ordinal(of: record.id))
    case .kept(let breaks):
      if breaks.contains(.loss) { markUnread(nil) }
      for found in breaks { if let number = found.givenUp { unread.remove(number) } }
      kept.formUnion(breaks.filter { !$0.isOfJournal })
    case .scheduleMade(let schedule): schedules[schedule.id] = schedule
    case .scheduleDecided(let id, let decision): schedules[id]?.take(decision)
    case .scheduleRemoved(let id): schedules[id] = nil
    }
  }

  /// Forgets everything: a base says it anew.
  private mutating func begin(_ base: JournalBase, at number: Int) throws(StoreError) {
    let before = self
    self = try Fold(snapshot: nil)
    tail = 1
    recentFrom = number + 1
    unread = base.unread
    // Followers go on from what they know, unless changes went by that nobody can tell any more.
    if !base.hasNews { keepRecent(of: before) }
  }

  private mutating func take(
    _ event: TaskEvent, _ revision: Int, _ id: TaskID, _ moment: Moment
  ) throws(StoreError) {
    var before = try record(id)
    guard revision == (before?.revision ?? 0) + 1,
      // An event the model refuses can only follow from one that was lost.
      let record = try? TaskRecord.applying(event, at: moment, id: id, to: before)
    else {
      try keepRemnant(of: id, at: moment.number)
      before = try self.record(id)
      guard let before else { return }
      let record = before.goingOn(with: event, revision: revision, at: moment)
      put(record, before: before, ordinal: try ordinal(of: id))
      return
    }
    // A wish to cancel is taken in doubt, too, and so proves nothing.
    if case .cancelRequested = event {} else { doubted.remove(id) }
    put(record, before: before, ordinal: try ordinal(of: id))
  }

  /// Puts a record that was folded already, as the writer does under the lock.
  mutating func put(_ record: TaskRecord, before: TaskRecord?, ordinal: Int?, isNews: Bool = true) {
    let id = record.id
    if let before, before.deletion == nil {
      counts[before.status, default: 0] -= 1
      standing[before.status]?.remove(id)
    }
    if record.deletion == nil {
      counts[record.status, default: 0] += 1
      standing[record.status, default: []].insert(id)
    }
    if let parent = record.spec.parentId { parts[parent, default: []].insert(id) }
    if before == nil {
      teams.insert(record.spec.teamId)
      names[record.spec.name] = id
      if let key = record.spec.idempotency?.key { keys[key] = id }
      if let run = record.spec.scheduled { schedules[run.schedule]?.take(.made(run, as: id)) }
      changed[id] = Entry(ordinal: taskCount, record: record)
      newer.append(id)
    } else {
      let ordinal = ordinal ?? 0
      if ordinal < snapshot?.count ?? 0 { changedRows.insert(ordinal) }
      changed[id] = Entry(ordinal: ordinal, record: record)
    }
    guard isNews else { return }
    recent.append(Change(number: record.number, task: id, status: record.status))
    if recent.count > Self.recentLimit * 2 {
      recent.removeFirst(Self.recentLimit)
      recentFrom = recent[0].number
    }
  }
}

/// Tells followers that a task changed.
package struct Change: Sendable, Hashable {
  package var number: Int
  package var task: TaskID
  package var status: TaskStatus
}
