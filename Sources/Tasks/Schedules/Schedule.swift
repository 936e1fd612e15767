import JSON

/// Is a standing order: a task to be made whenever its time has come.
package struct Schedule: Sendable, Hashable {
  /// Says what to do when the run before has not ended.
  package enum Overlap: String, Sendable, CaseIterable, JSONCodable {
    case skip
    /// The next run waits for the end of the one before.
    case queue
    package static let json = Codec<Overlap>.enumeration
  }

  /// Says what to do about runs whose time went by while nobody could start them.
  package enum Missed: String, Sendable, CaseIterable, JSONCodable {
    /// However many they were.
    case runOnce = "run_once"
    case skip
    package static let json = Codec<Missed>.enumeration
  }

  package var id: TaskID
  /// A slug, unique among the schedules.
  package var name: String
  package var rhythm: Rhythm
  /// Named as in the tz database.
  package var zone: String
  package var overlap: Overlap
  package var missed: Missed
  /// Nothing comes due before, or after.
  package var startsAt: Timestamp?
  package var endsAt: Timestamp?
  /// Are the arguments of tasks_create.
  package var order: JSONObject
  package var team: String
  package var making: Making
  package var createdBy: Actor
  package var createdAt: Timestamp
  package var latest: Decision?
  /// Since when nothing comes due.
  package var pausedAt: Timestamp?
  /// What was due before counts no more: it was paused then, or came at other times.
  package var countsFrom: Timestamp?

  /// Records what its creator had, since whoever makes a run has not.
  package struct Making: Sendable, Hashable {
    /// Relative places start here, and it is an allowed one.
    package var startDirectory: String
    /// Names the stored environment; secret values are kept apart until the schedule is removed.
    package var environment: ContentID
    /// Content that the order names.
    package var content: [ContentID]
    package var mayRunCommands: Bool

    package init(
      startDirectory: String, environment: ContentID, content: [ContentID], mayRunCommands: Bool
    ) {
      self.startDirectory = startDirectory
      self.environment = environment
      self.content = content
      self.mayRunCommands = mayRunCommands
    }
  }

  /// Says what became of a time that came.
  package struct Decision: Sendable, Hashable {
    package enum Outcome: String, Sendable, CaseIterable, JSONCodable {
      /// A task was made.
      case made
      /// The run before had not ended.
      case skipped
      /// Nobody was there at the time.
      case missed
      /// The task could not be made.
      case failed
      package static let json = Codec<Outcome>.enumeration
    }

    package var dueAt: Timestamp
    package var outcome: Outcome
    package var task: TaskID?
    package var message: String?

    package init(
      dueAt: Timestamp, outcome: Outcome, task: TaskID? = nil, message: String? = nil
    ) {
      self.dueAt = dueAt
      self.outcome = outcome
      self.task = task
      self.message = message
    }
  }

  package init(
    id: TaskID, name: String, rhythm: Rhythm, zone: String, overlap: Overlap, missed: Missed,
    startsAt: Timestamp?, endsAt: Timestamp?, order: JSONObject, team: String, making: Making,
    createdBy: Actor, createdAt: Timestamp, latest: Decision? = nil, pausedAt: Timestamp? = nil,
    countsFrom: Timestamp? = nil
  ) {
    self.id = id
    self.name = name
    self.rhythm = rhythm
    self.zone = zone
    self.overlap = overlap
    self.missed = missed
    self.startsAt = startsAt
    self.endsAt = endsAt
    self.order = order
    self.team = team
    self.making = making
    self.createdBy = createdBy
    self.createdAt = createdAt
    self.latest = latest
    self.pausedAt = pausedAt
    self.countsFrom = countsFrom
  }

  /// Tells whether what comes due at a moment is still to be decided: each is decided once, and
  /// nothing while it is paused.
  package func awaits(_ dueAt: Timestamp) -> Bool {
    pausedAt == nil && dueAt > countsFrom ?? .distantPast && isUndecided(dueAt)
  }

  private func isUndecided(_ dueAt: Timestamp) -> Bool { dueAt > latest?.dueAt ?? .distantPast }

  /// Takes note of what was decided.
  package mutating func take(_ decision: Decision) {
    if isUndecided(decision.dueAt) { latest = decision }
  }

  /// Lets nothing come due until it is resumed.
  package mutating func pause(at now: Timestamp) { pausedAt = pausedAt ?? now }

  /// Lets it come due again; what went by meanwhile is not made up for.
  package mutating func resume(at now: Timestamp) {
    guard pausedAt != nil else { return }
    pausedAt = nil
    countsFrom = now
  }

  /// Tells that its time is over, as far as that shows without its zone; a last run may still have
  /// to be decided.
  package func isOver(at now: Timestamp) -> Bool {
    if case .once(let at) = rhythm, decided >= at { return true }
    return endsAt.map { $0 < now } ?? false
  }

  /// Gives the first time that is not decided; nil if none comes.
  package func nextDue(in zone: ZoneRules) -> Timestamp? {
    guard pausedAt == nil else { return nil }
    return rhythm.next(after: decided, in: zone).flatMap { isWithin($0) ? $0 : nil }
  }

  /// Gives the last time that is not decided and not after a moment.
  package func lastDue(until now: Timestamp, in zone: ZoneRules) -> Timestamp? {
    guard pausedAt == nil else { return nil }
    return rhythm.last(after: decided, until: min(now, endsAt ?? now), in: zone)
  }

  private var decided: Timestamp {
    let begin = startsAt.map { max($0, createdAt).adding(milliseconds: -1) } ?? createdAt
    return max(begin, latest?.dueAt ?? begin, countsFrom ?? begin)
  }

  private func isWithin(_ time: Timestamp) -> Bool { endsAt.map { time <= $0 } ?? true }
}

/// Says of a task which time of which schedule it was made for.
package struct ScheduledRun: Sendable, Hashable, JSONCodable {
  package var schedule: TaskID
  package var dueAt: Timestamp

  package init(schedule: TaskID, dueAt: Timestamp) {
    self.schedule = schedule
    self.dueAt = dueAt
  }

  /// Is the idempotency key under which its task is made.
  package var key: String { "schedule/\(schedule)/\(dueAt)" }

  package static let json = Codec.object(
    Self.init, required("schedule", \.schedule, TaskID.json),
    required("dueAt", \.dueAt, .timestamp))
}

extension Timestamp {
  fileprivate static let distantPast = Timestamp(milliseconds: .min)
}
