import JSON
import MCP
import Posix
import TaskStore
import Tasks

/// Puts ended tasks into the bin, and takes them out again.
package struct TasksDelete: TaskTool {
  package let workshop: Workshop
  package let name = "tasks_delete"
  package let title = "Delete tasks"
  package let summary = """
    Puts ended tasks into the bin, from where restore takes them back until restorableUntil: all \
    of them, or none if one has not ended or is needed. With dry_run it only tells what would go.
    """
  package let hints = ToolHints(
    readOnly: false, destructive: true, idempotent: false, openWorld: false)
  package let group = Toolset.manage

  package struct Input: JSONCodable, Budgeted {
    var tasks: [TaskReference]
    var restores: Bool
    var dryRun: Bool
    var team: String?
    var diary: String?
    package var maxBytes: Int

    package static let json = Codec.object(
      Self.init, unknownKeys: .refused,
      required("task_ids", \.tasks, .array(of: .reference, count: 1...50), "Ids or names."),
      defaulted("restore", \.restores, .bool, false, "Take them out of the bin."),
      defaulted("dry_run", \.dryRun, .bool, false, "Check everything, change nothing."),
      TaskPlace.teamField(\.team), TaskPlace.diaryField(\.diary), ByteBudget.field(\.maxBytes))
  }

  package func waits(_ input: Input) -> Bool { true }

  package func perform(_ input: Input, _ caller: Caller) throws(ToolFailure) -> Output {
    try workshop.mayChange()
    let store = try workshop.store()
    let tasks = input.restores ? try inBin(input) : try ended(input)
    // Whoever still clears up after a last attempt works in its folder; all are waited for before
    // the first goes, since it is all of them or none.
    return try workshop.holdingLatest(of: input.restores || input.dryRun ? [] : tasks[...]) {
      () throws(ToolFailure) in try carryOut(input, tasks, store, caller)
    }
  }

  private func carryOut(
    _ input: Input, _ tasks: [TaskRecord], _ store: TaskStore, _ caller: Caller
  ) throws(ToolFailure) -> Output {
    var items: [Item] = []
    for task in tasks {
      var task = task
      if !input.dryRun {
        let id = TaskReference.id(task.id)
        task = try naming { () throws(StoreError) in
          input.restores
            ? try store.restore(id, by: caller.actor) : try store.delete(id, by: caller.actor)
        }
      }
      let size = try naming { () throws(StoreError) in try store.folderSize(of: task) }
      items.append(Item(task, sizeBytes: size, until: try end(of: task)))
    }
    return try Output(items, input)
  }

  /// Finds those that may go; says of all others why not.
  private func ended(_ input: Input) throws(ToolFailure) -> [TaskRecord] {
    let tasks = try workshop.find(input.tasks, team: input.team, diary: input.diary)
    let store = try workshop.store()
    let live = try naming { () throws(StoreError) in try store.activeTasks() }
    var faults: [Fault] = []
    for task in tasks {
      let why =
        if !task.status.isTerminal {
          "\(task.spec.name) is \(task.status.rawValue)"
        } else if let user = live.first(where: { $0.spec.namedTasks.contains(task.id) }) {
          "\(task.spec.name) is needed by \(user.spec.name), which has not ended"
        } else {
          nil as String?
        }
      guard let why else { continue }
      let index = input.tasks.firstIndex {
        [task.id.description, task.spec.name].contains($0.description)
      }
      faults.append(
        Fault(pointer: JSONPointer(tokens: ["task_ids", "\(index ?? 0)"]), message: why))
    }
    guard faults.isEmpty else {
      throw ToolFailure(
        code: "not_ended", summary: "Not all of them can go. Nothing was done.", faults: faults,
        nextStep: "Wait for the end with tasks_wait, or call tasks_cancel; then try again.")
    }
    return tasks
  }

  private func inBin(_ input: Input) throws(ToolFailure) -> [TaskRecord] {
    let store = try workshop.store()
    var found: [TaskRecord] = []
    for (index, reference) in input.tasks.enumerated() {
      let pointer = JSONPointer(tokens: ["task_ids", "\(index)"])
      let record: TaskRecord
      do throws(StoreError) { record = try store.deleted(reference) } catch {
        throw .notInBin(error, reference, at: pointer)
      }
      guard record.spec.teamId == workshop.team(input.team),
        input.diary == nil || record.spec.diaryId == input.diary
      else {
        throw .notInBin(.notFound(reference: "", near: []), reference, at: pointer)
      }
      if !found.contains(where: { $0.id == record.id }) { found.append(record) }
    }
    return found
  }

  /// Says until when it can be taken out of the bin; nil where it is not in it.
  private func end(of task: TaskRecord) throws(ToolFailure) -> Timestamp? {
    guard let deletion = task.deletion else { return nil }
    let days = try workshop.configuration().retention.binDays
    return deletion.at.adding(milliseconds: Int64(days) * 86_400_000)
  }

  package struct Item: JSONCodable {
    var id: TaskID
    var name: String
    var title: String
    var status: TaskStatus
    var sizeBytes: Int
    var restorableUntil: Timestamp?

    init(_ task: TaskRecord, sizeBytes: Int, until: Timestamp?) {
      self.init(
        id: task.id, name: task.spec.name, title: CleanText.line(task.spec.title, limit: 200),
        status: task.status, sizeBytes: sizeBytes, restorableUntil: until)
    }

    private init(
      id: TaskID, name: String, title: String, status: TaskStatus, sizeBytes: Int,
      restorableUntil: Timestamp?
    ) {
      self.id = id
      self.name = name
      self.title = title
      self.status = status
      self.sizeBytes = sizeBytes
      self.restorableUntil = restorableUntil
    }

    package static let json = Codec.object(
      Self.init(id:name:title:status:sizeBytes:restorableUntil:),
      required("id", \.id, TaskID.json), required("name", \.name, .string),
      required("title", \.title, .string), required("status", \.status, TaskStatus.json),
      required("sizeBytes", \.sizeBytes, .int),
      optional("restorableUntil", \.restorableUntil, .timestamp))
  }

  package struct Output: JSONCodable, ToolOutput {
    var items: [Item]
    var dryRun: Bool
    var truncated: Bool
    var hint: String

    package static let json = Codec.object(
      Self.init(items:dryRun:truncated:hint:),
      required("items", \.items, .array(of: Item.json)),
      defaulted("dryRun", \.dryRun, .bool, false),
      defaulted("truncated", \.truncated, .bool, false),
      required("hint", \.hint, .string)
    ).lean
  }
}

extension TasksDelete.Output {
  fileprivate init(_ items: [TasksDelete.Item], _ input: TasksDelete.Input) throws(ToolFailure) {
    var page = PageFiller(TasksDelete.Item.json, bytes: input.maxBytes)
    let told = items.prefix { page.add($0) }.count
    let hint =
      input.dryRun ? Hint.notDeleted : input.restores ? Hint.restored : Hint.deleted
    self.init(
      items: page.items, dryRun: input.dryRun, truncated: page.hasCuts || told < items.count,
      hint: hint)
  }
}

extension Workshop {
  /// Lists what a team has in the bin, the latest first.
  package func bin(team: String?) throws(ToolFailure) -> [JSONValue] {
    let (store, team) = (try store(), self.team(team))
    let found = try naming { () throws(StoreError) in try store.bin() }
    return found.filter { $0.spec.teamId == team }.map { task in
      [
        "id": .string(task.id.description), "name": .string(task.spec.name),
        "title": .string(CleanText.line(task.spec.title, limit: 200)),
        "status": .string(task.status.rawValue),
        "deletedAt": .string((task.deletion?.at ?? task.updatedAt).description),
      ]
    }
  }
}

extension ToolFailure {
  /// Says of a task what its look-up says of the bin.
  fileprivate static func notInBin(
    _ error: StoreError, _ task: TaskReference, at pointer: JSONPointer
  ) -> ToolFailure {
    guard case .notFound = error else { return .task(error, at: pointer) }
    return ToolFailure(
      code: FailureCode.notFound.rawValue,
      summary: "There is no task \(task) in the bin. Nothing was done.",
      faults: [Fault(pointer: pointer, message: Fault.namesNoTask)],
      nextStep: "`errand restore` without a name lists the bin.")
  }
}
