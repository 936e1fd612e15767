import JSON
import Tasks

/// Decides which tasks may start now; pure, so that the runner and every reader agree.
struct DispatchPlan: Sendable {
  /// Bounds what runs at once.
  struct Limits: Sendable {
    var maxParallel: Int
    var perProfile: [String: Int] = [:]
    /// Profiles that may share a directory with others of their kind.
    var sharing: Set<String> = []
  }

  enum Step: Sendable, Hashable {
    case claim(TaskID)
    case hold(TaskID)
    case release(TaskID)
  }

  /// What a task that may start is kept from starting by.
  enum Obstacle: Sendable, Hashable {
    case parallel(running: Int, limit: Int)
    case profile(running: Int, limit: Int)
    case directory
  }

  /// How long a task must wait to make up for one point of priority.
  static let ageingMilliseconds: Int64 = 60_000

  private let limits: Limits
  private var running = 0
  private var runningByProfile: [String: Int] = [:]
  /// Directories in use, and whether their users may be joined.
  private var isShared: [String: Bool] = [:]
  /// In the order in which they should start.
  let candidates: [TaskRecord]

  init(_ tasks: [TaskRecord], limits: Limits) {
    self.limits = limits
    candidates =
      tasks
      .filter { $0.status == .queued || $0.hold?.reason == .directoryBusy }
      .sorted { Self.key($0) < Self.key($1) }
    for task in tasks where task.status.isActive { occupy(task) }
  }

  /// Gives the steps to take now, in order.
  func steps() -> [Step] {
    var plan = self
    var steps: [Step] = []
    var seen: Set<String> = []
    for task in candidates {
      let isFirstOfDirectory = task.sharedDirectory.map { seen.insert($0).inserted } ?? false
      let obstacle = plan.obstacle(for: task)
      switch (task.status, obstacle) {
      case (.waiting, nil), (.waiting, .parallel), (.waiting, .profile):
        // Only the first: the others would be held again at once.
        if isFirstOfDirectory { steps.append(.release(task.id)) }
      case (.waiting, .directory): break
      case (_, nil):
        steps.append(.claim(task.id))
        plan.occupy(task)
      case (_, .directory):
        // In a full house it waits for room like everybody; no line is written for that.
        if plan.limit(for: task) == nil { steps.append(.hold(task.id)) }
      case (_, .parallel), (_, .profile): break
      }
    }
    return steps
  }

  /// Says what keeps a task from starting now, given what runs.
  func obstacle(for task: TaskRecord) -> Obstacle? {
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
    running += 1
    runningByProfile[profile, default: 0] += 1
    guard let directory = task.sharedDirectory else { return }
    isShared[directory] = limits.sharing.contains(profile) && isShared[directory] != false
  }

  private func isDirectoryBusy(for task: TaskRecord) -> Bool {
    guard let directory = task.sharedDirectory, let isShared = isShared[directory] else {
      return false
    }
    return !isShared || !limits.sharing.contains(task.spec.launch.profile)
  }

  /// Orders by priority, in which waiting counts: the difference of two tasks never changes, so
  /// that this is an order once and for all.
  private static func key(_ task: TaskRecord) -> (Int64, TaskID) {
    (task.queuedAt.milliseconds + Int64(task.spec.priority) * ageingMilliseconds, task.id)
  }
}

extension TaskRecord {
  /// The directory it works in together with whoever else does.
  var sharedDirectory: String? { spec.workspace == .sharedMount ? spec.directory : nil }
}
