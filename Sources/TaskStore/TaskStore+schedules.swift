import JSON
import Posix
import Tasks

/// Keeps the standing orders: each is a few lines of the journal, folded as tasks are.
extension TaskStore {
  /// Is what keeping gave: the schedule, and whether it was there already as it was asked for.
  package typealias Keeping = (schedule: Schedule, replayed: Bool)

  /// Keeps a schedule, or gives the one that was kept before under the same name and says the same.
  package func keep(
    _ schedule: Schedule, nameIsGiven: Bool, secrets: [String: String], most: Int, by actor: Actor
  ) throws(StoreError) -> Keeping {
    // Before the schedule is seen: who sees it may make a run of it at once.
    if !secrets.isEmpty { try write(secrets, to: scheduleSecrets(schedule.id)) }
    do throws(StoreError) {
      let kept = try appending(by: actor) { (fold, moment) throws(StoreError) -> Kept in
        var schedule = schedule
        let now = moment.at
        if let other = fold.schedule(named: schedule.name) {
          if nameIsGiven, other.saysTheSame(as: schedule) { return (nil, (other, true)) }
          if nameIsGiven { throw .scheduleTaken(schedule.name) }
          var random = SystemRandomNumberGenerator()
          while fold.schedule(named: schedule.name) != nil {
            schedule.name = TaskName.renewing(schedule.name, using: &random)
          }
        }
        let standing = fold.schedules.values.count { !$0.isOver(at: now) }
        if standing >= most { throw .tooManySchedules(standing) }
        return (.scheduleMade(schedule), (schedule, false))
      }
      if kept.replayed { try removeSecrets(at: scheduleSecrets(schedule.id)) }
      return kept
    } catch {
      try removeSecrets(at: scheduleSecrets(schedule.id))
      throw error
    }
  }

  private typealias Kept = (JournalChange?, Keeping)

  /// Lists the schedules, the oldest first.
  package func schedules() throws(StoreError) -> [Schedule] {
    try reading { fold in fold.schedules.values.sorted { $0.id < $1.id } }
  }

  /// Finds a schedule by id or name.
  package func schedule(_ reference: TaskReference) throws(StoreError) -> Schedule {
    try reading { (fold) throws(StoreError) in try fold.find(schedule: reference) }
  }

  /// Changes a schedule as `body` says, given how it stands when nobody else can change it; with
  /// `secrets`, those of its order are new.
  package func change(
    schedule reference: TaskReference, secrets: [String: String]? = nil, most: Int,
    by actor: Actor, _ body: (inout Schedule, _ now: Timestamp) -> Void
  ) throws(StoreError) -> Schedule {
    let id = try schedule(reference).id
    // A run may be made before the change is there, and after it: each finds what it needs.
    if let secrets {
      let before = try self.secrets(at: scheduleSecrets(id))
      let both = before.merging(secrets) { $1 }
      if !both.isEmpty { try write(both, to: scheduleSecrets(id)) }
    }
    let changed = try appending(by: actor) { (fold, moment) throws(StoreError) in
      let schedule = try fold.find(schedule: .id(id))
      var changed = schedule
      body(&changed, moment.at)
      if changed == schedule { return (JournalChange?.none, schedule) }
      let standing = fold.schedules.values.count { !$0.isOver(at: moment.at) }
      if schedule.isOver(at: moment.at), !changed.isOver(at: moment.at), standing >= most {
        throw .tooManySchedules(standing)
      }
      return (.scheduleMade(changed), changed)
    }
    try sync()
    if let secrets {
      if secrets.isEmpty {
        try removeSecrets(at: scheduleSecrets(id))
      } else {
        try write(secrets, to: scheduleSecrets(id))
      }
    }
    return changed
  }

  /// Notes what became of a time that came; false where that was decided before.
  @discardableResult
  package func decide(
    _ decision: Schedule.Decision, of id: TaskID, by actor: Actor
  ) throws(StoreError) -> Bool {
    try appending(by: actor) { fold, _ in
      let isOpen = fold.schedules[id]?.awaits(decision.dueAt) ?? false
      return (isOpen ? .scheduleDecided(id, decision) : nil, isOpen)
    }
  }

  /// Removes a schedule; what it made stays.
  @discardableResult
  package func removeSchedule(
    _ reference: TaskReference, by actor: Actor
  ) throws(StoreError) -> Schedule {
    let removed = try appending(by: actor) { (fold, _) throws(StoreError) in
      let schedule = try fold.find(schedule: reference)
      return (JournalChange?.some(.scheduleRemoved(schedule.id)), schedule)
    }
    // Where this is not reached, the sweep after strays does it.
    try sync()
    try removeSecrets(at: scheduleSecrets(removed.id))
    return removed
  }

  // MARK: What its creator had

  /// Gives the environment in which a schedule was made, secrets included.
  package func environment(of schedule: Schedule) throws(StoreError) -> [String: String] {
    try environment(schedule.making.environment)
      .merging(secrets(at: scheduleSecrets(schedule.id))) { $1 }
  }

  /// Finds secrets of schedules that were removed, or never kept: a crash may come between.
  func strayScheduleSecrets(
    among names: [String], age: Duration
  ) throws(StoreError) -> [String] {
    let prefix = Self.scheduleSecretsPrefix
    let stray = names.filter { $0.hasPrefix(prefix) || $0.hasPrefix(".\(prefix)") }
    guard !stray.isEmpty else { return [] }
    let kept = Set(try schedules().map { scheduleSecrets($0.id) })
    let paths = stray.map { Path.join(layout.keys, $0) }.filter { !kept.contains($0) }
    return try onDisk { () throws(SystemError) in
      var old: [String] = []
      for path in paths where try isOlder(path, than: age) { old.append(path) }
      return old
    }
  }

  private func scheduleSecrets(_ id: TaskID) -> String {
    Path.join(layout.keys, "\(Self.scheduleSecretsPrefix)\(id).json")
  }
}

extension Fold {
  func schedule(named name: String) -> Schedule? {
    schedules.values.first { $0.name == name }
  }

  func find(schedule reference: TaskReference) throws(StoreError) -> Schedule {
    let found: Schedule? =
      switch reference {
      case .id(let id): schedules[id]
      case .name(let name): schedule(named: name)
      }
    if let found { return found }
    let wanted = reference.description
    let near = schedules.values.map(\.name).sorted()
      .filter { $0.hasPrefix(wanted.prefix(4)) || $0.contains(wanted) }
    throw .noSchedule(reference: wanted, near: Array(near.prefix(3)))
  }

  /// Refuses a second task for one time of a schedule, and one for a schedule that was removed.
  func check(_ run: ScheduledRun) throws(StoreError) {
    guard schedules[run.schedule]?.awaits(run.dueAt) == true else { throw .runDecided }
  }
}

extension Schedule {
  /// Tells whether two ask for the same, whoever asks and when.
  fileprivate func saysTheSame(as other: Schedule) -> Bool {
    var other = other
    other.id = id
    other.createdBy = createdBy
    other.createdAt = createdAt
    other.latest = latest
    other.making = making
    other.pausedAt = pausedAt
    other.countsFrom = countsFrom
    if case .interval(let seconds, _) = other.rhythm, startsAt == nil,
      case .interval(_, let from) = rhythm
    {
      other.rhythm = .interval(seconds: seconds, from: from)
    }
    return self == other
  }
}

extension Schedule.Decision {
  /// Says that a task was made for a time.
  static func made(_ run: ScheduledRun, as task: TaskID) -> Schedule.Decision {
    Schedule.Decision(dueAt: run.dueAt, outcome: .made, task: task)
  }
}
