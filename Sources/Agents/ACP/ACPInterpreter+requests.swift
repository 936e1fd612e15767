import JSON
import Tasks

// What the agent asks of us.
extension ACPInterpreter {
  mutating func serve(_ id: JSONValue, _ method: String, _ params: JSONValue) -> Reaction {
    switch method {
    case "session/request_permission": return askForLeave(ACPPermission(id: id, params), params)
    case "elicitation/create" where place.canAsk: return askByForm(id, params)
    default: return Reaction(bytes: ACPLine.refusal(id, method: method))
    }
  }

  private mutating func askForLeave(_ permission: ACPPermission, _ params: JSONValue) -> Reaction {
    var reaction = Reaction(events: turn.flush())
    if let call = params["toolCall"] { reaction.events += turn.calls.takeForPermission(call) }
    turn.hasActed = true
    let callId = permission.callId ?? ""
    let leave = ACPLeave(
      mode: settings.permissionMode, directories: [place.directory] + settings.directories)
    let tool = turn.calls.tool(callId) ?? "a tool"
    let subject = turn.calls.title(callId).map { "\(tool): \($0)" } ?? tool
    if let decision = leave.decision(
      kind: turn.calls.kind(callId), paths: turn.calls.paths(callId))
    {
      reaction.bytes = permission.answer(decision)
      return reaction
    }
    guard place.canAsk else {
      reaction.bytes = permission.answer(.deny)
      reaction.events.append(
        .progress(text: "Denied, since nobody can be asked: \(subject)", data: nil))
      return reaction
    }
    let requestId = name(permission.id)
    waiting[requestId] = .permission(permission)
    reaction.events.append(
      .asked(
        AgentQuestion(
          requestId: requestId, kind: .permission(tool: tool, callId: permission.callId),
          question: "May it use \(subject)?", options: permission.options.map(\.rawValue),
          arguments: turn.calls.arguments(callId))))
    return reaction
  }

  private mutating func askByForm(_ id: JSONValue, _ params: JSONValue) -> Reaction {
    let requestId = name(id)
    waiting[requestId] = .form(id)
    return Reaction(
      events: turn.flush() + [
        .asked(
          AgentQuestion(
            requestId: requestId, kind: .question,
            question: params.text(at: "message") ?? "It asks for something.", options: [],
            schema: params.kept(at: "requestedSchema")))
      ])
  }

  /// Names a request so that it is unique in the attempt: the agent's ids are its own counters.
  private func name(_ id: JSONValue) -> String {
    "acp-" + CleanText.line(id.stringValue ?? id.text, limit: 100)
  }
}

/// Is something the agent waits for.
enum ACPQuestion: Sendable {
  case permission(ACPPermission)
  case form(JSONValue)

  func bytes(answering answer: JSONValue) -> [UInt8] {
    switch self {
    case .permission(let permission): permission.answer(Permission.read(answer).decision)
    case .form(let id):
      if answer.objectValue != nil, !Permission.isRefusal(answer) {
        ACPLine.answer(id, ["action": "accept", "content": answer])
      } else {
        ACPLine.answer(id, ["action": "decline"])
      }
    }
  }

  /// What is answered when nobody will decide any more.
  var withdrawal: [UInt8] {
    switch self {
    case .permission(let permission): permission.withdrawal
    case .form(let id): ACPLine.answer(id, ["action": "cancel"])
    }
  }
}
