import Agents
import JSON
import MCP
import Posix
import Runner
import TaskStore
import Tasks

extension Workshop {
  /// Says why a task is sent back, and what is different now.
  struct Return: Sendable {
    var reason: String
    var feedback: String?
    var change: Retry.Change?
    var resumes: Int?

    init(reason: String, feedback: String? = nil) {
      self.reason = reason
      self.feedback = feedback
    }
  }

  /// Changes a task by one event, unless it has changed since it was seen; what it takes is done
  /// `first`, while nobody else can change the task.
  func change(
    _ task: TaskRecord, by caller: Caller, _ event: TaskEvent, ifAt revision: Int? = nil,
    first: (TaskRecord) throws(StoreError) -> Void = { _ in }
  ) throws(ToolFailure) -> TaskRecord {
    let store = try store()
    var isStale = false
    let record = try naming { () throws(StoreError) in
      try store.change(.id(task.id), by: caller.actor) { (fresh) throws(StoreError) in
        isStale = revision.map { $0 != fresh.revision } ?? false
        if isStale { return nil }
        try first(fresh)
        return event
      }
    }
    if isStale { throw .stale(record) }
    return record
  }

  /// Lets start, or ends, what waited for a task that has just changed.
  func settleDependents(_ caller: Caller) throws(ToolFailure) {
    let store = try store()
    let changed = try naming { () throws(StoreError) in
      try Dependencies.decide(in: store, by: caller.actor)
    }
    if changed { oweRunner() }
  }

  /// Resolves anew who runs a task: what was recorded for its last attempt is gone with that.
  func relaunch(
    _ task: TaskRecord, profile: String?, mayRunCommands: Bool, _ caller: Caller
  ) throws(ToolFailure) -> Preflight.Resolved {
    let configuration = try configuration()
    let preflight = try preflight(configuration)
    let resolved: Preflight.Resolved
    do throws(PreflightError) {
      resolved = try preflight.resolve(profile: profile ?? task.spec.launch.profile)
    } catch {
      throw ToolFailure(error)
    }
    let isCommand = task.spec.taskType == Brief.commandType
    guard resolved.plan.adapter == .shell || !isCommand else {
      throw ToolFailure(
        code: "profile_unsuitable", summary: "Type command is run by profile shell only.",
        nextStep: "Leave profile out.")
    }
    guard resolved.plan.adapter != .worker || task.spec.checks.isEmpty else {
      throw ToolFailure(
        code: "profile_unsuitable",
        summary: "Its checks are run where an agent of ours worked; "
          + "\(resolved.plan.profile) is for outside workers.",
        nextStep: "Name another profile.")
    }
    let hasLeave =
      caller.isAtTerminal
      || mayRunCommands && (setting.allowsCommands || configuration.allowCommands)
    guard resolved.plan.adapter != .shell || hasLeave else {
      throw .commandsNotAllowed("Profile \(resolved.plan.profile)", pointer: "profile")
    }
    guard task.spec.checks.isEmpty || hasLeave else {
      throw .commandsNotAllowed("Running its checks", pointer: "task_id")
    }
    guard isCommand || resolved.plan.adapter != .shell || task.spec.input["brief"] != nil else {
      throw ToolFailure(
        code: "profile_unsuitable",
        summary: "Type \(task.spec.taskType) has no brief for profile shell to run.",
        nextStep: "Name the profile of an agent.")
    }
    return resolved
  }

  /// Keeps what a launch needs, secrets apart, in the task's own place.
  func recorded(
    _ resolved: Preflight.Resolved, for task: TaskRecord
  ) throws(ToolFailure) -> LaunchPlan {
    let store = try store()
    return try namingRunner { () throws(RunnerError) in
      try resolved.recorded(in: store, for: task.id)
    }
  }

  /// Gives an ended task one more attempt, once the owner of the last has let go of it.
  func sendBack(
    _ task: TaskRecord, _ order: Return, _ resolved: Preflight.Resolved, _ caller: Caller
  ) throws(ToolFailure) -> TaskRecord {
    let store = try store()
    let lock = try lockLatest(of: task)
    let fresh = try naming { () throws(StoreError) in try store.task(.id(task.id)) }
    guard fresh.status.isTerminal else { throw .notEnded(fresh) }
    let retry = Retry(
      reason: order.reason, feedback: order.feedback, change: order.change,
      resumes: order.resumes, launch: try recorded(resolved, for: task))
    let record = try change(task, by: caller, .retried(retry))
    // Whoever sweeps up after ended tasks may have come between.
    if !resolved.secrets.isEmpty {
      try naming { () throws(StoreError) in
        if try store.secrets(of: task.id).isEmpty {
          try store.writeSecrets(task.id, resolved.secrets)
        }
      }
    }
    lock?.release()
    oweRunner()
    return record
  }

  /// Works while no owner of these tasks' last attempts is left, nor comes; does nothing otherwise.
  func holdingLatest<Value>(
    of tasks: ArraySlice<TaskRecord>, _ body: () throws(ToolFailure) -> Value
  ) throws(ToolFailure) -> Value {
    guard let first = tasks.first else { return try body() }
    let lock = try lockLatest(of: first)
    let value = try holdingLatest(of: tasks.dropFirst(), body)
    lock?.release()
    return value
  }

  /// Waits until the owner of the last attempt has tidied up; nil where there never was one.
  func lockLatest(of task: TaskRecord) throws(ToolFailure) -> FileLock? {
    guard let attempt = task.latestAttempt else { return nil }
    let store = try store()
    let deadline = MonotonicTime.after(.seconds(5))
    while true {
      let lock = try naming { () throws(StoreError) in
        try store.lockAttempt(task.id, attempt.attemptN)
      }
      if let lock { return lock }
      guard deadline > .now else { throw .stillOwned(task) }
      do throws(SystemError) {
        _ = try Poller.wait([], timeoutMilliseconds: 20)
      } catch {
        throw ToolFailure(StoreError.disk(error))
      }
    }
  }
}

/// Shows a task that was changed; tasks_get has its schema in full.
package struct ChangedTask: JSONCodable, ToolOutput {
  var shown: TaskShown

  init(shown: TaskShown) { self.shown = shown }

  init(_ record: TaskRecord, _ workshop: Workshop) throws(ToolFailure) {
    shown = try workshop.shown(record, bytes: ByteBudget.usual)
  }

  package static let json = TaskShown.json.map(
    { ChangedTask(shown: $0) }, expected: "a task", from: { $0.shown }
  ).saying([
    "type": "object", "required": ["id", "status", "revision"],
    "properties": [
      "id": ["type": "string"], "status": ["type": "string"], "revision": ["type": "integer"],
      "hint": ["type": "string"],
    ],
  ])
}

extension ToolHints {
  /// Is for what changes the record of a task, and may run a command where that has leave.
  static func changing(mayRunCommands: Bool) -> ToolHints {
    ToolHints(
      readOnly: false, destructive: mayRunCommands, idempotent: false, openWorld: mayRunCommands)
  }
}

extension ToolFailure {
  static func notEnded(_ task: TaskRecord) -> ToolFailure {
    ToolFailure(
      code: "not_ended",
      summary: "Task \(task.spec.name) is \(task.status.rawValue). Nothing was done.",
      nextStep: "Wait for its end with tasks_wait, or end it with tasks_cancel.")
  }

  fileprivate static func stale(_ task: TaskRecord) -> ToolFailure {
    ToolFailure(
      code: FailureCode.conflict.rawValue,
      summary: "Task \(task.spec.name) is at revision \(task.revision) by now. Nothing was done.",
      faults: [Fault(pointer: JSONPointer(tokens: ["revision"]), message: "is not the latest")],
      nextStep: "Look at it with tasks_get, then call again with its revision.")
  }

  fileprivate static func stillOwned(_ task: TaskRecord) -> ToolFailure {
    ToolFailure(
      code: FailureCode.busy.rawValue,
      summary: "The last attempt of task \(task.spec.name) is still being cleared up.",
      nextStep: "Call again in a few seconds.")
  }
}
