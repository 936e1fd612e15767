import JSON
import MCP
import Tasks

extension TasksCreate {
  /// Shows what would have been stored.
  package struct Rehearsal: JSONCodable {
    var body: JSONObject
    var truncated: Bool

    package static let json = Codec<Rehearsal>.object(
      Self.init(dryRun:body:truncated:hint:),
      required("dryRun", { _ in true }, .bool),
      required("body", \.body, .anyObject),
      defaulted("truncated", \.truncated, .bool, false),
      required("hint", { _ in Hint.dryRun }, .string))

    init(body: JSONObject, truncated: Bool) {
      self.body = body
      self.truncated = truncated
    }

    private init(dryRun: Bool, body: JSONObject, truncated: Bool, hint: String) {
      self.init(body: body, truncated: truncated)
    }
  }

  package enum Output: Sendable {
    case task(TaskShown, replayed: Bool)
    case rehearsal(Rehearsal)
  }
}

extension TasksCreate.Output: JSONCodable, ToolOutput {
  /// Leaves room for what is said beside the task, and for the longest of the hints.
  static let frame = 200

  /// Is a stored task, or a body that was not stored; only the hint is in both.
  package static let json = Codec<TasksCreate.Output>(
    schema: promise,
    read: { value, faults in
      if value["dryRun"] == true {
        return TasksCreate.Rehearsal.json.read(value, &faults).map { .rehearsal($0) }
      }
      return TaskShown.json.read(value, &faults).map {
        .task($0, replayed: value["replayed"] == true)
      }
    },
    write: { output, writer in
      switch output {
      case .rehearsal(let rehearsal): TasksCreate.Rehearsal.json.write(rehearsal, to: &writer)
      case .task(let shown, let replayed):
        stored.write((shown, Extras(replayed: replayed)), to: &writer)
      }
    })

  /// Promises what both forms are told apart by; tasks_get has the envelope's schema in full.
  private static var promise: JSONValue {
    let kept: Set = [
      "id", "name", "title", "status", "profile", "directory", "replayed", "dryRun", "body",
      "truncated", "hint",
    ]
    let members = stored.lean.schema["properties"]?.objectValue ?? [:]
    return [
      "type": "object", "required": ["hint"],
      "properties": .object(JSONObject(members.members.filter { kept.contains($0.key) })),
    ]
  }

  private static let stored = Codec<(TaskShown, Extras)>.beside(
    TaskShown.json, Extras.json, make: { ($0, $1) }, parts: { $0 })

  /// Is what only creating can say.
  struct Extras: JSONCodable {
    var replayed = false
    var dryRun = false
    var body: JSONObject?

    static let json = Codec.object(
      Self.init(replayed:dryRun:body:),
      defaulted("replayed", \.replayed, .bool, false),
      defaulted("dryRun", \.dryRun, .bool, false),
      optional("body", \.body, .anyObject))
  }
}
