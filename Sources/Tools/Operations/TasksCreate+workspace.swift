import Agents
import JSON
import MCP
import Posix
import Tasks

// Where a new task would work: settled, and checked as far as that can be done before it starts.
extension TasksCreate {
  func workspace(
    _ order: TaskOrder, _ preflight: Preflight
  ) throws(ToolFailure) -> (directory: String?, mode: WorkspaceMode) {
    let mode = try mode(of: order)
    let given = order.input.place.directory
    guard mode != .none else {
      if given != nil {
        throw .argument("directory", "workspace none has no directory of yours", tool: name)
      }
      try checkFiles(of: order)
      return (nil, mode)
    }
    let directory: String
    do throws(PreflightError) {
      directory = try preflight.directory(given ?? workshop.setting.startDirectory)
    } catch {
      throw ToolFailure(error)
    }
    if mode == .dedicatedWorktree { try checkRepository(of: directory, order) }
    return (directory, mode)
  }

  /// Refuses another workspace than the type's own, where the type does not let one be chosen.
  func checkOverride(
    _ argument: WorkspaceMode?, _ payload: JSONValue, _ type: TaskType
  ) throws(ToolFailure) {
    let own = type.policy.workspaceMode
    guard !type.policy.acceptsWorkspaceOverride else { return }
    let message =
      "type \(type.name) always works in a \(own.rawValue): leave it out"
    if let argument, argument != own { throw .argument("workspace", message, tool: name) }
    let place = ["execution", "workspace"]
    let inner = JSONPointer(tokens: place).evaluate(in: payload)?.stringValue
    guard let inner, inner != own.rawValue else { return }
    throw .invalidInput(
      [Fault(pointer: JSONPointer(tokens: ["input"] + place), message: message)], of: type.name)
  }

  /// An empty folder holds none of the files that an input names.
  private func checkFiles(of order: TaskOrder) throws(ToolFailure) {
    let place = ["scenario", "inputFiles"]
    guard order.type.name == "run_eval",
      JSONPointer(tokens: place).evaluate(in: order.payload)?.arrayValue?.isEmpty == false
    else { return }
    throw .invalidInput(
      [
        Fault(
          pointer: JSONPointer(tokens: ["input"] + place),
          message: "workspace none is an empty folder, in which they are not; "
            + "dedicated_worktree is a copy of the directory")
      ], of: order.type.name)
  }

  private func mode(of order: TaskOrder) throws(ToolFailure) -> WorkspaceMode {
    let given = order.input.place.workspace
    let inner = order.execution["workspace"]?.stringValue.flatMap(WorkspaceMode.init)
    if let given, let inner, given != inner {
      throw .argument("workspace", "input.execution.workspace says another", tool: name)
    }
    let usual = order.type.policy.workspaceMode
    guard order.revision != nil else { return given ?? inner ?? usual }
    let mode = given ?? inner ?? .dedicatedWorktree
    guard mode == .dedicatedWorktree else {
      throw .revisionWithoutRepository("only a dedicated_worktree can start from a revision")
    }
    return mode
  }

  /// Refuses what could not start, while it can still be put right. Without a repository there
  /// will be a copy.
  private func checkRepository(of directory: String, _ order: TaskOrder) throws(ToolFailure) {
    do throws(WorktreeError) {
      guard let repository = try repository(of: directory) else {
        if order.revision == nil { return }
        throw .notARepository(directory)
      }
      try repository.checkStart(revision: order.revision)
      if let name = order.input.work.name {
        try repository.checkFree(Worktree.branch(task: name, attemptN: 1))
      }
    } catch {
      if case .notARepository = error {
        throw .revisionWithoutRepository("\(directory) is in no git repository")
      }
      throw ToolFailure(error)
    }
  }

  private func repository(of directory: String) throws(WorktreeError) -> GitRepository? {
    do throws(GitFailure) {
      return try GitRepository.containing(
        directory, environment: workshop.setting.environment, until: .after(.seconds(10)))
    } catch {
      throw .git(error)
    }
  }
}

extension TaskOrder {
  /// How the input wants to be carried out, where it says.
  var execution: JSONValue { payload["execution"] ?? [:] }
  var revision: String? { execution["revision"]?.stringValue }
}

extension ToolFailure {
  /// The worktree's error says the cure itself.
  init(_ error: WorktreeError) {
    let place: String
    switch error {
    case .unknownRevision: place = "/input/execution/revision"
    case .branchTaken: place = "/name"
    case .notARepository, .noCommit, .uncommitted, .branchGone, .git: place = "/directory"
    }
    self.init(
      code: FailureReason.workspaceError.rawValue, summary: error.description,
      faults: [
        Fault(
          pointer: JSONPointer(parsing: place) ?? .root,
          message: "cannot be used; nothing was stored")
      ], nextStep: "Put that right and call again, or use workspace shared_mount.")
  }

  static func revisionWithoutRepository(_ why: String) -> ToolFailure {
    ToolFailure(
      code: "freeform.executionRevisionRequiresRepository",
      summary: "A revision was named, but \(why). Nothing was stored.",
      faults: [
        Fault(
          pointer: JSONPointer(tokens: ["input", "execution", "revision"]),
          message: "needs a repository")
      ], nextStep: "Leave the revision out, or name a directory of a git repository.")
  }
}
