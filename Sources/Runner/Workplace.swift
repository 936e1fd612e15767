import Agents
import Posix
import TaskStore
import Tasks

/// Is the place an attempt works in: the task's directory, a work tree of it, or a copy.
struct Workplace {
  /// Where the agent is started.
  let directory: String
  /// As the attempt found it.
  var workspace: AttemptWorkspace
  /// Whether it was made for this attempt, so that it must be set up.
  var isNew = false
  /// What people should know of it.
  var notes: [String] = []

  private init(_ directory: String, _ mode: WorkspaceMode) {
    self.directory = directory
    workspace = AttemptWorkspace(mode: mode, path: directory)
  }

  /// Makes or finds the place, no later than `deadline`.
  static func prepare(
    for record: TaskRecord, _ attemptN: Int, _ layout: StoreLayout, scratch: String,
    environment: [String: String], until deadline: MonotonicTime
  ) throws(Unfit) -> Workplace {
    let maker = WorkplaceMaker(
      record: record, attemptN: attemptN, layout: layout, environment: environment,
      deadline: deadline)
    if attemptN > 1, let earlier = record.attempts.last(where: { $0.attemptN < attemptN }),
      record.attempts.last?.resumes == earlier.attemptN, let left = earlier.workspace
    {
      return try maker.again(left)
    }
    let source = record.spec.continuation
    switch (source?.mode, source?.workspace) {
    case (.extend, let left?): return try maker.again(left)
    case (.fork, let left?): return try maker.apart(from: left)
    case (_, nil), (nil, _): break
    }
    switch record.spec.workspace {
    case .none: return new(scratch, .none)
    case .sharedMount:
      guard let directory = record.spec.directory else { return new(scratch, .none) }
      return Workplace(try checked(directory), .sharedMount)
    case .dedicatedWorktree: return try maker.fresh()
    }
  }

  static func new(_ directory: String, _ mode: WorkspaceMode) -> Workplace {
    var place = Workplace(directory, mode)
    place.isNew = true
    return place
  }

  static func found(_ directory: String, as left: AttemptWorkspace) -> Workplace {
    var place = Workplace(directory, left.mode)
    place.workspace.branch = left.branch
    return place
  }

  /// Checks a directory again, as it was stored: it may have been replaced since.
  static func checked(_ directory: String) throws(Unfit) -> String {
    guard let resolved = Look.resolve(directory) else {
      throw Unfit(.workspaceError, "The directory \(directory) does not exist any more.")
    }
    guard resolved == directory else {
      throw Unfit(.workspaceError, "The directory \(directory) now leads to \(resolved).")
    }
    return directory
  }
}
