import JSON
import Tasks

// From the first word to the first prompt.
extension ACPInterpreter {
  mutating func greet() -> Reaction {
    let id = nextRequest()
    stage = .greeting(request: id)
    return Reaction(
      bytes: ACPLine.request(
        id: id, "initialize",
        [
          "protocolVersion": 1,
          "clientCapabilities": [
            "fs": ["readTextFile": false, "writeTextFile": false], "terminal": false,
            "elicitation": place.canAsk ? ["form": [:]] : [:],
          ],
          "clientInfo": ["name": "errand", "title": "Errand", "version": "1"],
        ]))
  }

  mutating func greeted(_ result: ACPMessage.Result) -> Reaction {
    let answer: JSONValue
    switch result {
    case .success(let value): answer = value
    case .failure(let code, let message, let data):
      return fail(reason(code, message, data) ?? .agentCrashed, "It refused to begin: \(message)")
    }
    guard answer["protocolVersion"]?.intValue == 1 else {
      let version = answer["protocolVersion"]?.text ?? "none"
      return fail(
        .agentVersionUnsupported,
        "It speaks version \(version) of the Agent Client Protocol; version 1 is understood.")
    }
    agent = ACPAgent(
      name: answer["agentInfo"]?.word(at: "name"),
      version: answer["agentInfo"]?.word(at: "version"),
      capabilities: answer["agentCapabilities"] ?? .null)
    return openSession()
  }

  private mutating func openSession() -> Reaction {
    switch conversation {
    case .new: return ask("session/new", of: nil)
    case .resume(let source, _):
      if agent.canLoad { return ask("session/load", of: source) }
      if agent.can("resume") { return ask("session/resume", of: source) }
      return fail(.sessionUnavailable, "It cannot take up an earlier conversation.")
    case .fork(let source, _):
      if agent.can("fork") { return ask("session/fork", of: source) }
      return beginAnew(because: "It cannot fork a conversation.")
    }
  }

  /// Begins another conversation where that will do, which is said; otherwise nothing does.
  private mutating func beginAnew(because reason: String) -> Reaction {
    guard let anew else { return fail(.sessionUnavailable, reason) }
    (prompt, conversation, spending) = (anew, .new, ACPSpending(before: nil))
    var reaction = ask("session/new", of: nil)
    reaction.events.append(.progress(text: reason + " It starts from a briefing.", data: nil))
    return reaction
  }

  private mutating func ask(_ method: String, of source: String?) -> Reaction {
    let id = nextRequest()
    stage = .opening(request: id, method: method)
    var params: JSONObject = [
      "cwd": .string(place.directory),
      "mcpServers": .array(place.tools.map { [Self.server($0)] } ?? []),
    ]
    if let source { params["sessionId"] = .string(source) }
    if !settings.directories.isEmpty, agent.can("additionalDirectories") {
      params["additionalDirectories"] = .array(settings.directories.map(JSONValue.string))
    }
    return Reaction(bytes: ACPLine.request(id: id, method, .object(params)))
  }

  private static func server(_ tools: AgentTools) -> JSONValue {
    [
      "name": .string(AgentTools.server), "command": .string(tools.command),
      "args": .array(tools.arguments.map(JSONValue.string)),
      "env": .array(tools.sorted.map { ["name": .string($0.key), "value": .string($0.value)] }),
    ]
  }

  mutating func opened(_ result: ACPMessage.Result, by method: String) -> Reaction {
    switch result {
    case .failure(let code, let message, let data):
      return refused(method, code, message, data)
    case .success(let offer):
      let source = conversation.source
      let isKept = method == "session/load" || method == "session/resume"
      guard let id = offer["sessionId"]?.stringValue ?? (isKept ? source : nil) else {
        return fail(.sessionUnavailable, "It opened a conversation without naming it.")
      }
      // A conversation silently begun anew is the one thing that must not pass.
      guard conversation.admits(id) else {
        return fail(.sessionUnavailable, "It opened another conversation than was asked for.")
      }
      session = id
      return choose(from: offer, in: id)
    }
  }

  private mutating func refused(
    _ method: String, _ code: Int, _ message: String, _ data: JSONValue?
  ) -> Reaction {
    if code == Self.loginRequired {
      let ways = (data?["authMethods"]?.arrayValue ?? []).compactMap { $0.word(at: "description") }
      return fail(.agentAuth, ([message] + ways.prefix(3)).joined(separator: ". "))
    }
    if method == "session/load", agent.can("resume"), let source = conversation.source {
      return ask("session/resume", of: source)
    }
    if method != "session/new" {
      let reason = "It cannot take up the conversation: \(message)"
      return method == "session/fork"
        ? beginAnew(because: reason) : fail(.sessionUnavailable, reason)
    }
    return fail(
      reason(code, message, data) ?? .agentCrashed, "It opened no conversation: \(message)")
  }

  /// Sets model, effort and mode, as far as the agent has them; then the prompt goes out.
  private mutating func choose(from offer: JSONValue, in id: String) -> Reaction {
    let choice = ACPChoice(session: id, offer: offer)
    var found = AgentSession(
      id: id, model: choice.currentModel, agentVersion: agent.version, directory: place.directory)
    found.isInPlaceOfCopy = anew != nil && conversation == .new
    var reaction = Reaction(events: [.session(found)])
    var wishes: [(ACPWish, ACPChoice.Finding)] = []
    if let model = settings.model { wishes.append((.model(model), choice.model(model))) }
    if let effort = settings.effort { wishes.append((.effort(effort), choice.effort(effort))) }
    if let mode = choice.mode(settings.permissionMode) { wishes.append((.mode, .set(mode))) }
    var requests: [Int: ACPWish] = [:]
    for (wish, finding) in wishes {
      switch finding {
      case .set(let setting):
        let id = nextRequest()
        requests[id] = wish
        reaction.bytes += ACPLine.request(id: id, setting.method, setting.params)
      case .alreadySet: break
      case .noChoice:
        reaction.events.append(.progress(text: "It has no choice of \(wish.name).", data: nil))
      case .unknown(let offered):
        let list = offered.prefix(20).map { CleanText.line($0, limit: 100) }
        return fail(
          .modelUnavailable,
          "It has no \(wish.name) \(wish.value). It offers: \(list.joined(separator: ", ")).")
      }
    }
    guard requests.isEmpty else {
      stage = .choosing(requests: requests)
      return reaction
    }
    return reaction + send(prompt)
  }

  mutating func chosen(
    _ id: Int, _ result: ACPMessage.Result, _ wishes: [Int: ACPWish]
  ) -> Reaction {
    var wishes = wishes
    guard let wish = wishes.removeValue(forKey: id) else { return Reaction(events: [.unknown]) }
    var reaction = Reaction.none
    if case .failure(_, let message, _) = result {
      if case .model(let name) = wish {
        return fail(.modelUnavailable, "It would not take the model \(name): \(message)")
      }
      reaction.events.append(
        .progress(text: "It would not set its \(wish.name): \(message)", data: nil))
    }
    stage = .choosing(requests: wishes)
    return wishes.isEmpty ? reaction + send(prompt) : reaction
  }

  /// The protocol's own code for "authenticate first".
  static let loginRequired = -32000

  /// Maps an error to our reasons; nil where it says nothing we know.
  func reason(_ code: Int, _ message: String, _ data: JSONValue?) -> FailureReason? {
    if code == Self.loginRequired { return .agentAuth }
    return ProviderFailure.reason(words: "\(message) \(data?.text ?? "")")
  }
}

extension ACPWish {
  var name: String {
    switch self {
    case .model: "model"
    case .effort: "effort"
    case .mode: "mode"
    }
  }

  var value: String {
    switch self {
    case .model(let name), .effort(let name): CleanText.line(name, limit: 100)
    case .mode: ""
    }
  }
}
