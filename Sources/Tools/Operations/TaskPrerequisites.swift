import JSON
import MCP
import TaskStore
import Tasks

// What must be true of other tasks before a new one may start.
extension TasksCreate {
  /// Gives what an order waits for, beside the source it goes on with; nil where it waits for none.
  func condition(
    of input: Input, after source: TaskSource?, within parent: TaskID?
  ) throws(ToolFailure) -> ClaimCondition? {
    var parts: [ClaimCondition] = []
    if let source { parts.append(source.condition) }
    if let named = try dependencies(of: input) {
      try check(named, within: parent, at: "depends_on")
      parts.append(named)
    }
    if let wish = input.prerequisites.condition {
      let given = try read(wish, input)
      try check(given, within: parent, at: Self.conditionName)
      parts.append(given)
    }
    guard parts.count > 1 else { return parts.first }
    let whole = ClaimCondition.all(parts)
    guard whole.depth <= ClaimCondition.Limit.depth else {
      throw .argument(
        Self.conditionName, "is too deep beside what else the task waits for", tool: name)
    }
    return whole
  }

  private static let conditionName = "claim_condition"

  private func dependencies(of input: Input) throws(ToolFailure) -> ClaimCondition? {
    let place = JSONPointer(tokens: ["depends_on"])
    var ids: [TaskID] = []
    for (index, task) in input.prerequisites.tasks.enumerated() {
      let id = try awaited(task, input, at: place.appending(index: index))
      if !ids.contains(id) { ids.append(id) }
    }
    return ids.isEmpty ? nil : .completed(ids)
  }

  private func read(_ wish: JSONObject, _ input: Input) throws(ToolFailure) -> ClaimCondition {
    let place = JSONPointer(tokens: [Self.conditionName])
    let named = try identified(.object(wish), input, at: place, levels: ClaimCondition.Limit.depth)
    do throws(Mismatch) {
      return try ClaimCondition.json.decode(named)
    } catch {
      let faults = error.faults.map { fault in
        Fault(
          pointer: JSONPointer(tokens: place.tokens + fault.pointer.tokens), message: fault.message)
      }
      throw .invalidArguments(faults, tool: name)
    }
  }

  /// Puts ids where a condition names tasks by name, as deep and as broad as one may be.
  private func identified(
    _ value: JSONValue, _ input: Input, at place: JSONPointer, levels: Int
  ) throws(ToolFailure) -> JSONValue {
    guard levels > 0, var object = value.objectValue else { return value }
    if var branches = object["conditions"]?.arrayValue {
      for index in branches.indices.prefix(ClaimCondition.Limit.branches) {
        branches[index] = try identified(
          branches[index], input,
          at: place.appending(key: "conditions").appending(index: index), levels: levels - 1)
      }
      object["conditions"] = .array(branches)
    }
    for key in ["taskId", "task_id"] {
      guard let text = object[key]?.stringValue else { continue }
      let id = try awaited(TaskReference(text), input, at: place.appending(key: key))
      object[key] = nil
      object["taskId"] = .string(id.description)
    }
    return .object(object)
  }

  private func awaited(
    _ task: TaskReference, _ input: Input, at place: JSONPointer
  ) throws(ToolFailure) -> TaskID {
    do throws(ToolFailure) {
      return try workshop.find(
        TaskPlace(task: task, team: input.grouping.team, diary: nil), at: place
      ).id
    } catch {
      guard error.kind == .notFound, task.description == input.work.name else { throw error }
      throw .cycle("is the new task itself", at: place)
    }
  }

  /// Refuses to wait for what waits for the new task: the whole it is a part of, and whatever waits
  /// for that. No other circle can be made, since a task can only name those that were there before.
  private func check(
    _ condition: ClaimCondition, within parent: TaskID?, at argument: String
  ) throws(ToolFailure) {
    guard let parent else { return }
    let store = try workshop.store()
    let live = try naming { () throws(StoreError) in try store.activeTasks() }
    let known = Dictionary(uniqueKeysWithValues: live.map { ($0.id, $0) })
    // An agent waits for what it has others do.
    let parts = Dictionary(
      grouping: live.filter { $0.createdBy.kind == .attempt }, by: \.spec.parentId)
    var above: Set<TaskID> = []
    var next: TaskID? = parent
    while let id = next, above.insert(id).inserted {
      next = try naming { () throws(StoreError) in try store.task(id: id)?.spec.parentId }
    }
    var open = condition.tasks
    var seen: Set<TaskID> = []
    while let id = open.popLast() {
      guard seen.insert(id).inserted, let task = known[id] else { continue }
      if above.contains(id) {
        throw .cycle(
          "leads to \(task.spec.name), of which the task is a part",
          at: JSONPointer(tokens: [argument]))
      }
      open += task.spec.claimCondition?.tasks ?? []
      open += (parts[id] ?? []).map(\.id)
    }
  }
}

extension ToolFailure {
  fileprivate static func cycle(_ message: String, at place: JSONPointer) -> ToolFailure {
    ToolFailure(
      code: "dependency_cycle", summary: "The task would wait for itself. Nothing was stored.",
      faults: [Fault(pointer: place, message: message)],
      nextStep: "Leave that out and call tasks_create again.")
  }
}
