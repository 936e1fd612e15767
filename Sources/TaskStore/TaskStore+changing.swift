import JSON
import Posix
import Tasks

extension TaskStore {
  /// Is what creating gave: the task, and whether it was there already under the same key.
  package struct Creation: Sendable {
    package var record: TaskRecord
    package var replayed: Bool
  }

  /// Creates a task; a generated name that is taken gets another end, a given one is refused.
  package func create(
    _ spec: TaskSpec, id: TaskID? = nil, by actor: Actor, nameIsGiven: Bool,
    limits: Limits = Limits()
  ) throws(StoreError) -> Creation {
    try appending(by: actor) { (fold, moment) throws(StoreError) in
      try Self.creation(of: spec, id, nameIsGiven, limits, fold, moment)
    }
  }

  /// Creates a task for another's agent; nil if what was gone by is no longer true, so that two at
  /// once are never given the same.
  package func create(
    _ spec: TaskSpec, id: TaskID? = nil, by actor: Actor, nameIsGiven: Bool,
    limits: Limits = Limits(), provided guardian: Guardian
  ) throws(StoreError) -> Creation? {
    try appending(by: actor) { (fold, moment) throws(StoreError) -> (JournalChange?, Creation?) in
      guard try guardian.holds(in: fold) else { return (nil, nil) }
      return try Self.creation(of: spec, id, nameIsGiven, limits, fold, moment)
    }
  }

  private static func creation(
    of asked: TaskSpec, _ id: TaskID?, _ nameIsGiven: Bool, _ limits: Limits, _ fold: Fold,
    _ moment: Moment
  ) throws(StoreError) -> (JournalChange?, Creation) {
    if let earlier = try replay(asked.idempotency, fold, moment.at) {
      return (nil, Creation(record: earlier, replayed: true))
    }
    try check(limits, asked, fold)
    if let run = asked.scheduled { try fold.check(run) }
    var spec = asked
    var random = QuickRandom()
    while try fold.id(named: spec.name) != nil {
      if nameIsGiven { throw .nameTaken(spec.name) }
      spec.name = TaskName.renewing(spec.name, using: &random)
    }
    let id = id ?? TaskID.make(at: moment.at, using: &random)
    let event = TaskEvent.created(spec)
    let record = try applying(event, moment, id, try fold.record(id))
    return (.task(id, revision: 1, event), Creation(record: record, replayed: false))
  }

  /// Changes a task by what `decide` says of its freshest state; nil changes nothing.
  ///
  /// `evenInDoubt` is for who owns its attempt, and for wishes to its owner.
  @discardableResult
  package func change(
    _ reference: TaskReference, by actor: Actor, evenInDoubt: Bool = false,
    _ decide: (TaskRecord) throws(StoreError) -> TaskEvent?
  ) throws(StoreError) -> TaskRecord {
    try appending(by: actor) { (fold, moment) throws(StoreError) in
      let before = try fold.find(reference, evenInDoubt: evenInDoubt)
      guard let event = try decide(before) else { return (nil, before) }
      let record = try Self.applying(event, moment, before.id, before)
      return (.task(before.id, revision: record.revision, event), record)
    }
  }

  static func applying(
    _ event: TaskEvent, _ moment: Moment, _ id: TaskID, _ record: TaskRecord?
  ) throws(StoreError) -> TaskRecord {
    do throws(IllegalTransition) {
      return try TaskRecord.applying(event, at: moment, id: id, to: record)
    } catch {
      throw .refused(error)
    }
  }

  /// Gives the task that a key made before; another request under the same key is refused.
  package func replay(_ key: IdempotencyKey) throws(StoreError) -> TaskRecord? {
    let now = Timestamp.now
    return try reading { (fold) throws(StoreError) in try Self.replay(key, fold, now) }
  }

  /// Refuses what creating would refuse, and changes nothing; a key is looked up before, by
  /// `replay`.
  package func checkCreation(
    of spec: TaskSpec, nameIsGiven: Bool, limits: Limits = Limits()
  ) throws(StoreError) {
    try checkWritable()
    try reading { (fold) throws(StoreError) in
      try Self.check(limits, spec, fold)
      if nameIsGiven, try fold.id(named: spec.name) != nil { throw .nameTaken(spec.name) }
    }
  }

  private static func replay(
    _ key: IdempotencyKey?, _ fold: Fold, _ now: Timestamp
  ) throws(StoreError) -> TaskRecord? {
    guard let key, let id = try fold.id(forKey: key.key), let earlier = try fold.record(id),
      earlier.deletion == nil,
      earlier.queuedAt.milliseconds
        > Retention.limit(days: Retention.keyDays, now.milliseconds)
    else { return nil }
    guard earlier.spec.idempotency == key else {
      throw .idempotencyConflict(key: key.key, task: id)
    }
    return earlier
  }

  private static func check(
    _ limits: Limits, _ spec: TaskSpec, _ fold: Fold
  ) throws(StoreError) {
    let waiting = (fold.counts[.queued] ?? 0) + (fold.counts[.waiting] ?? 0)
    if waiting >= limits.queued { throw .tooManyQueued(waiting) }
    guard var parent = spec.parentId else { return }
    var query = TaskQuery()
    query.parentId = parent
    query.teamId = nil
    query.limit = 1
    let children = try fold.page(query).total
    if children >= limits.subtasks { throw .tooManySubtasks(children) }
    var depth = 1
    while depth <= limits.depth, let above = try fold.record(parent)?.spec.parentId {
      parent = above
      depth += 1
    }
    if depth > limits.depth { throw .tooDeep(depth - 1) }
  }

  // MARK: Beside tasks

  package func makeWaitHandle(_ handle: WaitHandle, by actor: Actor) throws(StoreError) {
    try appending(by: actor) { _, _ in (.handleMade(handle), ()) }
  }

  package func waitHandle(_ id: String) throws(StoreError) -> WaitHandle? {
    try reading { (fold) throws(StoreError) in fold.handles[id] }
  }

  /// Ends a wait and gives it as it ended: somebody may have been first. Nil if it is unknown.
  @discardableResult
  package func endWaitHandle(
    _ id: String, _ end: WaitHandle.End, by actor: Actor
  ) throws(StoreError) -> WaitHandle? {
    try appending(by: actor) { fold, moment in
      guard var handle = fold.handles[id], handle.end == nil else { return (nil, fold.handles[id]) }
      handle.end = end
      handle.endedAt = moment.at
      return (.handleEnded(id: id, end), handle)
    }
  }

  /// Gives up to which number a reader has been shown what happened.
  package func inboxCursor(_ reader: InboxReader) throws(StoreError) -> Int {
    try reading { (fold) throws(StoreError) in fold.seen[reader] ?? 0 }
  }

  /// Moves a reader's cursor, only ever forwards.
  package func moveInboxCursor(
    _ reader: InboxReader, to number: Int, by actor: Actor
  ) throws(StoreError) {
    try appending(by: actor) { fold, moment in
      let seen = min(number, moment.number - 1)
      guard seen > fold.seen[reader] ?? 0 else { return (nil, ()) }
      return (.inboxSeen(InboxMark(reader: reader, number: seen)), ())
    }
  }
}

/// Draws from the system once and goes on from there (SplitMix64): ids and names must not collide,
/// but keep no secret, and the system is slow to ask for each byte.
private struct QuickRandom: RandomNumberGenerator {
  private var state: UInt64

  init() {
    var system = SystemRandomNumberGenerator()
    state = system.next()
  }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }
}
