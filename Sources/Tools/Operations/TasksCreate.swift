import JSON
import MCP
import Posix
import Runner
import TaskStore
import Tasks

/// Stores a task, for a runner to start; the work is never done inside the call.
package struct TasksCreate: TaskTool {
  package let workshop: Workshop
  let waits: DurableWaits
  /// Is settled when the tools are listed, since clients ask people by it.
  let mayRunCommands: Bool
  package let name = "tasks_create"
  package let title = "Create a task"
  package let group = Toolset.tasks

  package var summary: String {
    """
    Hands work to a coding agent, which does it in the background in a directory of the user's. \
    Returns at once; tasks_wait tells when it ends or asks. The brief must say everything: the \
    agent knows nothing of this conversation. Limits only lower the configured ones. With wait, \
    cancelling the handle of the tasks extension cancels the work, too.
    """
  }

  package var hints: ToolHints {
    ToolHints(
      readOnly: false, destructive: mayRunCommands, idempotent: false, openWorld: mayRunCommands)
  }

  package func waits(_ input: Input) -> Bool {
    input.wait && !input.dryRun || workshop.mayAskWhoIsLoggedIn(naming: input.place.profile)
  }

  package func call(
    _ input: Input, _ context: CallContext
  ) throws(ToolFailure) -> ToolAnswer<Output> {
    var caller = Caller(context, in: workshop)
    guard input.wait, !input.dryRun, caller.takesHandles, try workshop.isFreeToChange else {
      // Where the answer comes with another call, that would create another task.
      if context.era == .modern { caller.ask = nil }
      return .done(try perform(input, caller))
    }
    let creation = try create(input, caller)
    let terms = WaitTerms(tasks: [creation.record.id], until: .needsMe, after: nil)
    return .handle(try waits.make(terms, cancelsWork: true, caller))
  }

  package func perform(_ input: Input, _ caller: Caller) throws(ToolFailure) -> Output {
    if input.dryRun { return try rehearsed(input, caller) }
    let creation = try create(input, caller)
    var task = creation.record
    if input.wait {
      try workshop.commit()
      let terms = WaitTerms(tasks: [task.id], until: .needsMe, after: nil)
      let outcome = try workshop.waitAsking(terms, seconds: Self.patience, caller)
      task = outcome.matched.first ?? outcome.waiting.first ?? task
    }
    var shown =
      input.wait || creation.replayed
      ? try workshop.shown(task, bytes: input.maxBytes - Output.frame)
      : try workshop.shownNew(task, bytes: input.maxBytes - Output.frame)
    if creation.replayed {
      shown.note.hint = Hint.replayed
    } else if !task.needsAttention {
      shown.note.hint = input.wait ? Hint.stillGoing : Hint.created
    }
    if let lowered = input.limits.lowering(in: task.spec) { shown.note.hint += " " + lowered }
    return .task(shown, replayed: creation.replayed)
  }

  private static let patience = 40

  /// Is the task, and whether it was there already under the same key.
  typealias Made = (record: TaskRecord, replayed: Bool)

  private func create(_ input: Input, _ caller: Caller) throws(ToolFailure) -> Made {
    for _ in 0..<Self.rounds {
      if let made = try createOnce(input, caller) { return made }
    }
    throw ToolFailure(
      code: FailureCode.busy.rawValue,
      summary: "Others of your tasks are being made at the same time. Nothing was stored.",
      nextStep: "Call again.")
  }

  /// Bounds how often what an agent may give is reckoned anew.
  private static let rounds = 20

  /// Gives nothing if another subtask was made meanwhile, which leaves less for this one.
  private func createOnce(_ input: Input, _ caller: Caller) throws(ToolFailure) -> Made? {
    let parent = try parent()
    let order = try ordered(input, within: parent)
    if let earlier = try replay(order) {
      // Who stored it may have died before it was safe.
      try workshop.store().owe()
      workshop.oweRunner()
      return (earlier, true)
    }
    let draft = try drafted(order, caller, within: parent)
    return try keep(draft, caller, provided: parent?.guardian)
  }

  /// Stores what was checked; nil if what its parent's guardian went by is no longer true.
  func keep(
    _ draft: TaskDraft, _ caller: Caller, provided guardian: Guardian? = nil
  ) throws(ToolFailure) -> Made? {
    let store = try workshop.store()
    var random = SystemRandomNumberGenerator()
    let now = Timestamp.now
    let id = TaskID.make(at: now, using: &random)
    var spec = draft.spec
    spec.launch = try namingRunner { () throws(RunnerError) in
      try draft.launch.recorded(in: store, for: id)
    }
    spec.typeCid = try naming { () throws(StoreError) in try store.keep(draft.type) }
    let limits = try workshop.configuration().limits
    do throws(StoreError) {
      let creation =
        if let guardian {
          try store.create(
            spec, id: id, by: caller.actor, nameIsGiven: draft.nameIsGiven, limits: limits,
            provided: guardian)
        } else {
          try store.create(
            spec, id: id, by: caller.actor, nameIsGiven: draft.nameIsGiven, limits: limits)
        }
      guard let creation, !creation.replayed else {
        try store.removeSecrets(of: id)
        guard let creation else { return nil }
        workshop.oweRunner()
        return (creation.record, true)
      }
      workshop.oweRunner()
      return (decided(creation.record, in: store, by: caller.actor), false)
    } catch {
      // It may have been made all the same; only of one that was not are the secrets nobody's.
      try naming { () throws(StoreError) in
        if try store.lastKnown(id: id) == nil { try store.removeSecrets(of: id) }
      }
      throw .creating(error)
    }
  }

  /// Lets a new task go where what it waits for is there already. It is made by now, whatever
  /// becomes of this: the runner decides, too.
  private func decided(
    _ record: TaskRecord, in store: TaskStore, by actor: Actor
  ) -> TaskRecord {
    guard record.status == .waiting else { return record }
    do throws(StoreError) {
      try Dependencies.decide(in: store, by: actor)
      return try store.task(.id(record.id))
    } catch {
      StandardError.write(
        "errand: whether \(record.spec.name) may start is decided later: \(error)\n")
      return record
    }
  }

  /// Gives the task whose agent asks; nil where somebody else does.
  private func parent() throws(ToolFailure) -> ParentTask? {
    guard let own = try workshop.contributing() else { return nil }
    let store = try workshop.store()
    return try naming { () throws(StoreError) in try ParentTask(own, in: store) }
  }

  /// Does everything but storing, and refuses whatever storing would.
  private func rehearsed(_ input: Input, _ caller: Caller) throws(ToolFailure) -> Output {
    let parent = try parent()
    let order = try ordered(input, within: parent)
    let spec: TaskSpec
    if let earlier = try replay(order) {
      spec = earlier.spec
    } else {
      let draft = try drafted(order, caller, within: parent)
      spec = draft.spec
      let (store, limits) = (try workshop.store(), try workshop.configuration().limits)
      do throws(StoreError) {
        try store.checkCreation(
          of: spec, nameIsGiven: draft.nameIsGiven, limits: limits)
      } catch {
        throw .creating(error)
      }
    }
    var body = try Self.canonical(spec)
    if input.work.name == nil { body["name"] = nil }
    body["idempotency"] = nil
    let whole = Rehearsal(body: body, truncated: false)
    if ByteBudget.size(whole, Rehearsal.json) <= input.maxBytes { return .rehearsal(whole) }
    body["input"] = nil
    let rest = Rehearsal(body: body, truncated: true)
    guard let (fitted, _) = ByteBudget.fit(rest, Rehearsal.json, bytes: input.maxBytes)
    else { throw .tooSmall(input.maxBytes) }
    return .rehearsal(fitted)
  }

  /// Gives the canonical form: resolved, complete, keys in order at every level.
  private static func canonical(_ spec: TaskSpec) throws(ToolFailure) -> JSONObject {
    do {
      let bytes = try TaskSpec.json.value(of: spec).canonical
      return try JSONValue.parse(bytes).objectValue ?? [:]
    } catch {
      throw .argument("input", "it has no canonical form: \(error)", tool: "tasks_create")
    }
  }
}
