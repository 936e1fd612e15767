import JSON
import MCP
import Tasks

/// Names what can be read under an address of ours.
enum ResourceAddress: Sendable, Hashable {
  case tasks
  case task(TaskReference)
  case messages(TaskReference, attemptN: Int)
  case artifact(ContentID)

  static let scheme = "errand://"

  /// Understands an address exactly as it is written; nil for any other.
  init?(_ uri: String) {
    guard uri.hasPrefix(Self.scheme), uri.utf8.count <= 300 else { return nil }
    let parts = uri.dropFirst(Self.scheme.count)
      .split(separator: "/", omittingEmptySubsequences: false).map(String.init)
    switch (parts.first, parts.count) {
    case ("tasks", 1): self = .tasks
    case ("tasks", 2):
      guard let task = Self.task(parts[1]) else { return nil }
      self = .task(task)
    case ("tasks", 5):
      guard let task = Self.task(parts[1]), parts[2] == "attempts", parts[4] == "messages",
        let number = Int(parts[3]), number >= 1, String(number) == parts[3]
      else { return nil }
      self = .messages(task, attemptN: number)
    case ("artifacts", 2):
      guard let cid = ContentID(parsing: parts[1]) else { return nil }
      self = .artifact(cid)
    default: return nil
    }
  }

  private static func task(_ text: String) -> TaskReference? {
    let reference = TaskReference(text)
    return reference.isWellFormed ? reference : nil
  }

  var text: String {
    switch self {
    case .tasks: Self.scheme + "tasks"
    case .task(let task): Self.scheme + "tasks/\(task)"
    case .messages(let task, let number):
      Self.scheme + "tasks/\(task)/attempts/\(number)/messages"
    case .artifact(let cid): Self.scheme + "artifacts/\(cid)"
    }
  }

  static let templates = [
    ResourceTemplate(
      uriTemplate: scheme + "tasks/{id}", name: "task", title: "Task",
      description: "A task by id or name, as tasks_get shows it.", mimeType: jsonType),
    ResourceTemplate(
      uriTemplate: scheme + "tasks/{id}/attempts/{n}/messages", name: "messages",
      title: "Messages of an attempt",
      description: "The last messages of an attempt, as tasks_messages_list shows them.",
      mimeType: jsonType),
    ResourceTemplate(
      uriTemplate: scheme + "artifacts/{cid}", name: "artifact", title: "Artifact",
      description: "An artifact's content by its content id."),
  ]

  static let jsonType = "application/json"
}
