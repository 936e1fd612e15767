import JSON
import Posix
import Tasks

/// Holds a request for leave: what it is for, and the choices its agent offers.
struct ACPPermission: Sendable {
  /// The id under which the agent waits.
  var id: JSONValue
  var callId: String?
  private var choices: [(kind: String, id: String)]

  init(id: JSONValue, _ params: JSONValue) {
    self.id = id
    callId = params["toolCall"]?.word(at: "toolCallId")
    choices = (params["options"]?.arrayValue ?? []).compactMap { option in
      guard let kind = option["kind"]?.stringValue, let id = option["optionId"]?.stringValue
      else { return nil }
      return (kind, id)
    }
  }

  /// Lists the decisions the agent can take; a no can always be said.
  var options: [Permission] {
    [.allow, .allowAlways].filter { choice(for: $0) != nil } + [.deny]
  }

  /// Puts a decision into the agent's terms; without a fitting choice, nothing is allowed.
  func answer(_ decision: Permission) -> [UInt8] {
    guard let choice = choice(for: decision) else { return withdrawal }
    return ACPLine.answer(id, ["outcome": ["outcome": "selected", "optionId": .string(choice)]])
  }

  /// Answers without a choice, as the protocol asks when a turn is cancelled.
  var withdrawal: [UInt8] { ACPLine.answer(id, ["outcome": ["outcome": "cancelled"]]) }

  /// An answer for once is never turned into one for ever.
  private func choice(for decision: Permission) -> String? {
    let kinds =
      switch decision {
      case .allow: ["allow_once"]
      case .allowAlways: ["allow_always"]
      case .deny: ["reject_once", "reject_always"]
      }
    return kinds.lazy.compactMap { kind in choices.first { $0.kind == kind }?.id }.first
  }
}

/// Decides what needs no question, by how much the agent may do without asking.
struct ACPLeave: Sendable, Hashable {
  var mode: PermissionMode
  /// The directories whose files may be edited without asking.
  var directories: [String]

  /// Answers nil where somebody must be asked.
  func decision(kind: String?, paths: [String]) -> Permission? {
    let isLooking = kind == "read" || kind == "search"
    switch mode {
    case .all: return .allow
    case .readOnly: return isLooking ? .allow : .deny
    case .ask: return isLooking ? .allow : nil
    case .edits: return isLooking || (kind == "edit" && isInside(paths)) ? .allow : nil
    }
  }

  /// Paths are compared as text, so one with a step upwards is asked about.
  private func isInside(_ paths: [String]) -> Bool {
    !paths.isEmpty
      && paths.allSatisfy { path in
        !path.split(separator: "/").contains("..")
          && directories.contains { Path.isInside(path, $0) }
      }
  }
}
