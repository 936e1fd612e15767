import Agents
import JSON
import MCP
import Runner
import TaskStore
import Tasks

extension TasksCreate {
  /// Resolves what a task is to be about: tasks by name, content by what is stored.
  func bound(
    _ references: [Input.Reference], _ team: String?
  ) throws(ToolFailure) -> [WorkReference] {
    var bound: [WorkReference] = []
    for (index, reference) in references.enumerated() {
      let place = JSONPointer(tokens: ["references", "\(index)"])
      let target: WorkReference.Target
      switch (reference.task, reference.cid, reference.url) {
      case (let task?, nil, nil): target = try output(of: task, reference, team, place)
      case (nil, let cid?, nil):
        let found = try workshop.staged(cid, at: place.appending(key: "cid"), reference.title)
        let store = try workshop.store()
        try naming { () throws(StoreError) in try store.blobs.hold(cid) }
        target = .content(cid, contentType: found.contentType, sizeBytes: found.size)
      case (nil, nil, let url?):
        guard url.hasPrefix("https://") || url.hasPrefix("http://") else {
          throw .reference(place.appending(key: "url"), "expected a URL of http or https")
        }
        target = .outside(url: url)
      case (nil, nil, nil) where reference.outputCid != nil:
        target = try output(named: reference.outputCid, team, place)
      default:
        throw .reference(place, "give exactly one of task_id, cid, url, or output_cid alone")
      }
      if reference.task == nil, reference.attemptN ?? 0 > 0 {
        throw .reference(place, "attempt_n goes with task_id")
      }
      if reference.cid != nil || reference.url != nil, reference.outputCid != nil {
        throw .reference(place, "output_cid goes with task_id, or stands alone")
      }
      bound.append(
        WorkReference(
          role: reference.role, target: target,
          title: reference.title.map { CleanText.line($0, limit: 200) }))
    }
    return bound
  }

  /// Finds the latest task that handed an output in.
  private func output(
    named cid: ContentID?, _ team: String?, _ place: JSONPointer
  ) throws(ToolFailure) -> WorkReference.Target {
    var query = TaskQuery()
    query.teamId = workshop.team(team)
    query.hasAttempts = true
    let store = try workshop.store()
    let nothing: WorkReference.Target? = nil
    let found = try naming { () throws(StoreError) in
      try store.tally(query, from: nothing) { found, task in
        guard found == nil, let one = task.attempts.last(where: { $0.outputCid == cid }) else {
          return
        }
        found = .task(task.id, attemptN: one.attemptN, outputCid: cid)
      }
    }
    guard let found else {
      throw .reference(place.appending(key: "output_cid"), "no attempt handed that in")
    }
    return found
  }

  private func output(
    of task: TaskReference, _ reference: Input.Reference, _ team: String?, _ place: JSONPointer
  ) throws(ToolFailure) -> WorkReference.Target {
    let record = try workshop.find(
      TaskPlace(task: task, team: team, diary: nil), at: place.appending(key: "task_id"))
    var attempts = record.attempts
    if let number = reference.attemptN {
      attempts = attempts.filter { $0.attemptN == number }
      guard !attempts.isEmpty else {
        throw .reference(place.appending(key: "attempt_n"), "the task has no such attempt")
      }
    }
    if let cid = reference.outputCid {
      attempts = attempts.filter { $0.outputCid == cid }
      guard let found = attempts.last else {
        throw .reference(place.appending(key: "output_cid"), "no attempt handed that in")
      }
      return .task(record.id, attemptN: found.attemptN, outputCid: cid)
    }
    let counts = reference.attemptN == nil ? record.acceptedAttemptN : reference.attemptN
    let found = attempts.first { $0.attemptN == counts }
    // Of a task that has not ended it is not known yet which attempt will count.
    return .task(record.id, attemptN: found?.attemptN, outputCid: found?.outputCid)
  }

  /// Checks what a type asks of other tasks, before anything is stored.
  func check(_ spec: TaskSpec, _ type: TaskType) throws(ToolFailure) {
    if type.policy.requiresReferences {
      let wanted = type.outputKind == .judgment ? WorkReference.Role.judgedWork : nil
      guard spec.references.contains(where: { wanted == nil || $0.role == wanted }) else {
        throw .referencesRequired(type.name, role: wanted)
      }
    }
    switch type.name {
    case "assess_brief":
      let target = try target(of: spec, type, judging: "fulfill_brief")
      guard spec.referredTasks.contains(target.id) else {
        throw .referencesRequired(type.name, role: .judgedWork)
      }
      guard spec.awaits(target) || target.acceptedAttemptN != nil else {
        throw .precondition(
          "\(type.name).targetTaskNotAccepted", "targetTaskId",
          "task \(target.spec.name) is \(target.status.rawValue) and no attempt of it counts",
          Self.wayToAccepted(target))
      }
    case "judge_eval_attempt":
      _ = try judgedRun(of: spec, type)
    default: break
    }
  }

  private static func wayToAccepted(_ target: TaskRecord) -> String {
    switch target.status {
    case .completed:
      "Accept it with tasks_verify, or wait for that: claim_condition "
        + #"{"op":"task_accepted","task_id":"\#(target.spec.name)"}."#
    case _ where target.status.isTerminal:
      "Try it again with tasks_retry, name it in depends_on, and call tasks_create again."
    default: "Name it in depends_on, too, and call tasks_create again."
    }
  }

  /// Lets the judge of an evaluation work on a copy of what that left, conversation and workspace,
  /// unless told where to work.
  func setApart(
    _ spec: inout TaskSpec, _ type: TaskType, _ place: Input.Place
  ) throws(ToolFailure) {
    guard type.name == "judge_eval_attempt" else { return }
    let (target, attempt) = try judgedRun(of: spec, type)
    let isTold = place.directory != nil || place.workspace != nil
    let left = isTold ? nil : attempt.workspace
    if left != nil {
      (spec.directory, spec.workspace) = (target.spec.directory, .dedicatedWorktree)
    }
    let plan = spec.launch
    let session = attempt.session.flatMap { session in
      session.isResumable && session.canBeTakenUp(by: plan) && plan.mayFork ? session : nil
    }
    spec.continuation = Continuation(
      taskId: target.id, attemptN: attempt.attemptN, mode: .fork, session: session,
      workspace: left)
  }

  private func judgedRun(
    of spec: TaskSpec, _ type: TaskType
  ) throws(ToolFailure) -> (TaskRecord, Attempt) {
    let target = try target(of: spec, type, judging: "run_eval")
    let number = spec.input["targetAttemptN"]?.intValue
    let attempt = target.attempts.first { $0.attemptN == number && $0.status == .completed }
    guard let attempt else {
      throw .precondition(
        "\(type.name).targetAttemptNotCompleted", "targetAttemptN",
        "task \(target.spec.name) has no completed attempt of that number",
        "Call tasks_attempts_list to see its attempts.")
    }
    return (target, attempt)
  }

  private func target(
    of spec: TaskSpec, _ type: TaskType, judging wanted: String
  ) throws(ToolFailure) -> TaskRecord {
    let text = spec.input["targetTaskId"]?.stringValue ?? ""
    let record: TaskRecord
    do throws(ToolFailure) {
      record = try workshop.find(
        TaskPlace(task: TaskReference(text), team: spec.teamId, diary: nil))
    } catch {
      throw .precondition(
        "\(type.name).targetTaskNotFound", "targetTaskId", "names no task",
        "Call tasks_list to find the task to judge.")
    }
    guard record.spec.taskType == wanted else {
      throw .precondition(
        "\(type.name).targetTaskTypeNotSupported", "targetTaskId",
        "task \(record.spec.name) is a \(record.spec.taskType), not a \(wanted)",
        "Name a task of type \(wanted).")
    }
    return record
  }
}

extension TaskSpec {
  /// Tells whether it cannot start before something about that task has changed.
  fileprivate func awaits(_ task: TaskRecord) -> Bool {
    let standing = ClaimCondition.Standing(
      status: task.status, isAccepted: task.acceptedAttemptN != nil)
    let awaited = claimCondition?.awaited { $0 == task.id ? standing : nil }
    return awaited?.contains(task.id) ?? false
  }
}

extension ToolFailure {
  fileprivate static func reference(_ place: JSONPointer, _ message: String) -> ToolFailure {
    ToolFailure(
      code: "reference_invalid", summary: "A reference cannot be bound. Nothing was stored.",
      faults: [Fault(pointer: place, message: message)],
      nextStep: "Correct it and call tasks_create again.")
  }

  fileprivate static func referencesRequired(
    _ type: String, role: WorkReference.Role?
  ) -> ToolFailure {
    let entry = "{\"task_id\": \"…\"" + (role.map { ", \"role\": \"\($0.rawValue)\"" } ?? "") + "}"
    return ToolFailure(
      code: "references_required",
      summary: "Type \(type) is about earlier work, and none is named. Nothing was stored.",
      faults: [
        Fault(pointer: JSONPointer(tokens: ["references"]), message: "needs \(entry)")
      ], nextStep: "Name the task it is about in references, and call tasks_create again.")
  }

  fileprivate static func precondition(
    _ code: String, _ member: String, _ message: String, _ nextStep: String
  ) -> ToolFailure {
    ToolFailure(
      code: code, summary: "What the input names cannot be judged so. Nothing was stored.",
      faults: [Fault(pointer: JSONPointer(tokens: ["input", member]), message: message)],
      nextStep: nextStep)
  }
}
