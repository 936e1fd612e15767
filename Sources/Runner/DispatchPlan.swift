import JSON
import TaskStore
import Tasks

/// Decides which tasks may start now; pure, so that the runner and every reader agree.
struct DispatchPlan: Sendable {
  /// Bounds what runs at once.
  struct Limits: Sendable {
    var maxParallel: Int
    /// How many may stand above one another.
    var depth = 4
    var perProfile: [String: Int] = [:]
    /// Profiles that may share a directory with others of their kind.
    var sharing: Set<String> = []
    /// When the next day begins, once what a day may cost is spent.
    var spentUntil: Timestamp?
  }

  enum Step: Sendable, Hashable {
    case claim(TaskID)
    case hold(TaskID, TaskRecord.Hold)
    case release(TaskID, HoldReason)
  }

  /// What a task that may start is kept from starting by.
  enum Obstacle: Sendable, Hashable {
    case parallel(running: Int, limit: Int)
    case profile(running: Int, limit: Int)
    case directory
    /// Another task of the same account was stopped by its quota.
    case quota(until: Timestamp)
    case dailyBudget(until: Timestamp)
  }

  /// How long a task must wait to make up for one point of priority.
  static let ageingMilliseconds: Int64 = 60_000

  private let limits: Limits
  private var running = 0
  /// Those among them that take no room, since they wait for their subtasks or for an answer.
  private var waiting = 0
  private var runningByProfile: [String: Int] = [:]
  /// Places in use, and by whom.
  private var holders: [ExclusivePlace: [Holder]] = [:]
  /// Those above each task, as far as they have not ended.
  private let ancestors: [TaskID: Set<TaskID>]
  /// Tasks whose agents have made others that run or may start: they wait for them, and would keep
  /// them from starting if they took up room.
  private let delegating: Set<TaskID>
  /// Accounts whose quota is used up, and when it is back.
  private var quotas: [String: Timestamp] = [:]

  /// Is one that works in a place; whoever shares it may be joined by others who do.
  private struct Holder {
    var task: TaskID
    var shares: Bool
  }

  /// In the order in which they should start.
  let candidates: [TaskRecord]

  /// Plans for tasks in the order of their creation, which decides where nothing else does.
  init(_ tasks: [TaskRecord], limits: Limits, now: Timestamp, lineage: Lineage = Lineage()) {
    self.limits = limits
    ancestors = lineage.ancestors(of: tasks)
    let goOn = Set(tasks.map(\.id))
    delegating = Set(
      tasks.filter { $0.status.isActive || $0.status == .queued }
        .compactMap { lineage.nearest(above: $0, in: goOn) })
    candidates = tasks.enumerated().filter { Self.isCandidate($0.element) }
      .map { (Self.key($0.element), $0.offset, $0.element) }
      .sorted { ($0.0, $0.1) < ($1.0, $1.1) }.map { $0.2 }
    // Outside workers take no room here, and look after the places they work in.
    for task in tasks where task.status.isActive && !task.isForWorkers { occupy(task) }
    for task in tasks where task.isPaused {
      guard let until = task.hold?.resumeAt, until > now else { continue }
      let account = task.spec.launch.accountInUse
      quotas[account] = max(quotas[account] ?? until, until)
    }
  }

  /// Tells whether it may start, or what holds it is ours to take back.
  private static func isCandidate(_ task: TaskRecord) -> Bool {
    switch task.hold?.reason {
    case nil: task.status == .queued
    case .directoryBusy, .dailyBudget: true
    case .quota: !task.isPaused
    case .dependencies, .schedule: false
    }
  }

  /// Gives the steps to take now, in order.
  func steps() -> [Step] {
    var plan = self
    var steps: [Step] = []
    var seen: Set<ExclusivePlace> = []
    for task in candidates {
      if task.isForWorkers {
        // It was held before it was given to workers, whom nothing of ours stands in the way.
        if let hold = task.hold { steps.append(.release(task.id, hold.reason)) }
        continue
      }
      let places = task.exclusivePlaces
      let isFirstOfItsPlaces = places.allSatisfy { !seen.contains($0) }
      seen.formUnion(places)
      let obstacle = plan.obstacle(for: task)
      if let hold = task.hold {
        guard obstacle?.hold?.reason != hold.reason else { continue }
        // Only the first of a directory: the others would be held again at once.
        if hold.reason != .directoryBusy || isFirstOfItsPlaces {
          steps.append(.release(task.id, hold.reason))
        }
        continue
      }
      guard let obstacle else {
        steps.append(.claim(task.id))
        plan.occupy(task)
        continue
      }
      guard let hold = obstacle.hold else { continue }
      // In a full house it waits for room like everybody; no line is written for that.
      if obstacle != .directory || plan.limit(for: task) == nil {
        steps.append(.hold(task.id, hold))
      }
    }
    return steps
  }

  /// Says what keeps a task from starting now, given what runs.
  func obstacle(for task: TaskRecord) -> Obstacle? {
    // Somebody who carries on what a quota stopped knows better than we do.
    if !(task.latestAttempt?.isPaused ?? false),
      let until = quotas[task.spec.launch.accountInUse]
    {
      return .quota(until: until)
    }
    if let until = limits.spentUntil, task.spec.launch.costsMoney {
      return .dailyBudget(until: until)
    }
    if isDirectoryBusy(for: task) { return .directory }
    return limit(for: task)
  }

  /// Says which limit would be passed, wherever the task works.
  func limit(for task: TaskRecord) -> Obstacle? {
    if running >= limits.maxParallel {
      return .parallel(running: running, limit: limits.maxParallel)
    }
    let profile = task.spec.launch.profile
    if let limit = limits.perProfile[profile], runningByProfile[profile, default: 0] >= limit {
      return .profile(running: runningByProfile[profile, default: 0], limit: limit)
    }
    return nil
  }

  mutating func occupy(_ task: TaskRecord) {
    let profile = task.spec.launch.profile
    // Above each that runs a whole chain may wait, and no more: else room were without end. Nor may
    // a few questions that nobody answers keep all others from starting.
    let waits = delegating.contains(task.id) || task.status == .inputRequired
    if waits, waiting < limits.maxParallel * limits.depth {
      waiting += 1
    } else {
      running += 1
      runningByProfile[profile, default: 0] += 1
    }
    for place in task.exclusivePlaces {
      let shares = place.isSharable && limits.sharing.contains(profile)
      holders[place, default: []].append(Holder(task: task.id, shares: shares))
    }
  }

  private func isDirectoryBusy(for task: TaskRecord) -> Bool {
    let shares = limits.sharing.contains(task.spec.launch.profile)
    return task.exclusivePlaces.contains { place in
      holders[place, default: []].contains { holder in
        // Whoever made it knows that it works there, and may be waiting for it.
        let isAbove = place.isSharable && ancestors[task.id, default: []].contains(holder.task)
        return !isAbove && !(holder.shares && shares)
      }
    }
  }

  /// Orders by priority, in which waiting counts: the difference of two tasks never changes, so
  /// that this is an order once and for all.
  private static func key(_ task: TaskRecord) -> Int64 {
    task.queuedAt.milliseconds + Int64(task.spec.priority) * ageingMilliseconds
  }
}

extension DispatchPlan.Obstacle {
  /// Gives the hold that says so in the journal; what waits for room only is left queued.
  var hold: TaskRecord.Hold? {
    switch self {
    case .parallel, .profile: nil
    case .directory: TaskRecord.Hold(reason: .directoryBusy, resumeAt: nil)
    case .quota(let until): TaskRecord.Hold(reason: .quota, resumeAt: until)
    case .dailyBudget(let until): TaskRecord.Hold(reason: .dailyBudget, resumeAt: until)
    }
  }
}

/// Is what one running attempt has to itself.
enum ExclusivePlace: Sendable, Hashable {
  /// A directory that several tasks name; a profile may say that its tasks get on there.
  case directory(String)
  /// An agent's conversation: two writers would lose one's part of it.
  case conversation(AdapterKind, String)

  var isSharable: Bool {
    switch self {
    case .directory: true
    case .conversation: false
    }
  }
}

extension TaskRecord {
  /// Tells whether outside workers carry it out.
  package var isForWorkers: Bool { spec.launch.adapter == .worker }

  /// The places it works in together with whoever else does.
  var exclusivePlaces: [ExclusivePlace] {
    var places: [ExclusivePlace] = []
    if spec.workspace == .sharedMount, let directory = spec.directory {
      places.append(.directory(directory))
    }
    guard let source = spec.continuation, source.mode == .extend else { return places }
    if spec.workspace != .sharedMount, let left = source.workspace {
      places.append(.directory(left.path))
    }
    if let session = source.session {
      places.append(.conversation(session.adapter, session.agentSessionId))
    }
    return places
  }
}
