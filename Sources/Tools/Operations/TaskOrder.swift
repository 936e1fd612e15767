import JSON
import MCP
import TaskStore
import Tasks

/// Is a request that fits its type, of which nothing outside it has been looked at yet.
struct TaskOrder: Sendable {
  var input: TasksCreate.Input
  var type: TaskType
  /// Is the type's input, the shorthand in its place.
  var payload: JSONValue
  var inputCid: ContentID
  var key: IdempotencyKey?
}

extension TasksCreate {
  /// Puts the shorthand in its place and checks the whole by the type's schema.
  func ordered(
    _ asked: Input, within parent: ParentTask?
  ) throws(ToolFailure) -> TaskOrder {
    let type = try workshop.types().named(asked.work.taskType)
    let input = try parent?.narrowed(asked, type) ?? asked
    var object = input.work.input ?? [:]
    if let brief = input.work.brief {
      guard object["brief"] == nil else {
        throw .argument("brief", "given twice, also as input.brief", tool: name)
      }
      guard !brief.allSatisfy(\.isWhitespace) else {
        throw .argument("brief", "says nothing but blanks", tool: name)
      }
      object["brief"] = .string(brief)
    }
    let payload = JSONValue.object(object)
    let faults = type.faults(inInput: payload, at: JSONPointer(tokens: ["input"]))
    guard faults.isEmpty else { throw .invalidInput(faults, of: type.name) }
    // What it was narrowed to is not what was asked for.
    try checkOverride(asked.place.workspace, payload, type)
    do throws(CanonicalFormError) {
      let key = try input.key.map { (key) throws(CanonicalFormError) in
        IdempotencyKey(key: key, digest: try input.digest(of: payload))
      }
      return TaskOrder(
        input: input, type: type, payload: payload,
        inputCid: ContentID(json: try payload.canonical), key: key)
    } catch {
      throw .argument("input", "it has no canonical form: \(error)", tool: name)
    }
  }

  /// Gives the task an order has made already, so that a lost answer can be asked for again even
  /// when the directory or the agent is gone since.
  func replay(_ order: TaskOrder) throws(ToolFailure) -> TaskRecord? {
    guard let key = order.key else { return nil }
    let store = try workshop.store()
    do throws(StoreError) {
      return try store.replay(key)
    } catch {
      throw .creating(error)
    }
  }
}
