import JSON
import Tasks

/// Finds, among what an agent offers for a session, what was asked for.
struct ACPChoice: Sendable {
  /// One request that sets it.
  struct Setting: Sendable, Hashable {
    var method: String
    var params: JSONValue
  }

  enum Finding: Sendable, Hashable {
    case set(Setting)
    case alreadySet
    /// The agent has no such thing to choose.
    case noChoice
    case unknown(offered: [String])
  }

  let session: String
  /// The answer to `session/new` and the like.
  let offer: JSONValue

  var currentModel: String? {
    offer["models"]?.word(at: "currentModelId")
      ?? option(category: "model")?.word(at: "currentValue")
  }

  func model(_ wanted: String) -> Finding {
    if let option = option(category: "model") {
      return select(wanted, in: option)
    }
    guard let models = offer["models"]?["availableModels"]?.arrayValue else { return .noChoice }
    if offer["models"]?["currentModelId"]?.stringValue == wanted { return .alreadySet }
    let found = models.first {
      $0["modelId"]?.stringValue == wanted || $0["name"]?.stringValue == wanted
    }
    guard let id = found?["modelId"] else {
      return .unknown(offered: models.compactMap { $0["modelId"]?.stringValue })
    }
    return .set(
      Setting(
        method: "session/set_model", params: ["sessionId": .string(session), "modelId": id]))
  }

  /// Finds how hard it is to think; agents name the category differently.
  func effort(_ wanted: String) -> Finding {
    for category in ["thought_level", "thinking", "effort", "reasoning"] {
      if let option = option(category: category) { return select(wanted, in: option) }
    }
    return .noChoice
  }

  /// Finds the agent's own mode for what it may do without asking, by the names in use.
  func mode(_ wanted: PermissionMode) -> Setting? {
    guard let modes = offer["modes"]?["availableModes"]?.arrayValue else { return nil }
    let offered = modes.compactMap { $0["id"]?.stringValue }
    for name in Self.modeNames[wanted] ?? [] {
      guard let id = offered.first(where: { Self.plain($0) == name }) else { continue }
      if offer["modes"]?["currentModeId"]?.stringValue == id { return nil }
      return Setting(
        method: "session/set_mode",
        params: ["sessionId": .string(session), "modeId": .string(id)])
    }
    return nil
  }

  /// Requests for leave are still decided by us, so `all` needs no mode of the agent's.
  private static let modeNames: [PermissionMode: [String]] = [
    .readOnly: ["plan", "readonly", "architect"],
    .ask: ["ask", "default", "manual"],
    .edits: ["acceptedits", "autoedit", "autoedits"],
  ]

  private static func plain(_ name: String) -> String {
    name.lowercased().filter { $0.isLetter }
  }

  private func option(category: String) -> JSONValue? {
    offer["configOptions"]?.arrayValue?.first {
      $0["category"]?.stringValue == category || $0["id"]?.stringValue == category
    }
  }

  private func select(_ wanted: String, in option: JSONValue) -> Finding {
    if option["currentValue"]?.stringValue == wanted { return .alreadySet }
    let offered = option["options"]?.arrayValue ?? []
    let found = offered.first {
      $0["value"]?.stringValue == wanted || $0["name"]?.stringValue == wanted
    }
    guard let value = found?["value"], let id = option["id"] else {
      return .unknown(offered: offered.compactMap { $0["value"]?.stringValue })
    }
    return .set(
      Setting(
        method: "session/set_config_option",
        params: ["sessionId": .string(session), "configId": id, "value": value]))
  }
}
