import JSON
import JSONRPC

/// Is one call of one tool, able to put any outcome into its final form.
struct ToolCall: Sendable {
  let server: Server
  let request: Request
  let tool: AnyTool
  let arguments: JSONObject

  /// Is what the client brings back from a question.
  struct Answers: Sendable {
    var responses: JSONObject = [:]
    var state: JSONValue?
  }

  private var place: RequestState.Call {
    RequestState.Call(tool: tool.name, arguments: arguments)
  }

  /// Reads and checks what came back; refusals are remembered before the tool sees them.
  func answers() throws(RPCError) -> Answers {
    guard request.client.era == .modern else { return Answers() }
    let responses = try Desk.responses(request.params)
    let sealed: String
    switch request.params["requestState"] {
    case nil, .null?: return Answers(responses: responses)
    case .string(let text)?: sealed = text
    default: throw .invalidParams("requestState must be a string")
    }
    let opened: RequestState.Carried?
    do {
      opened = try server.sealing.open(sealed, place)
    } catch {
      throw .internalError(error.summary)
    }
    guard let opened else { throw .invalidParams("requestState is not valid for this call") }
    for (key, message) in opened.asked {
      guard let outcome = responses[key].flatMap({ ElicitationOutcome($0) }) else { continue }
      server.refusals.remember(Refusals.Asked(key: key, message: message), outcome)
    }
    return Answers(responses: responses, state: opened.data)
  }

  func context(
    _ answers: Answers, _ cancellation: Cancellation, _ channel: CallChannel
  ) -> CallContext {
    CallContext(request, cancellation, answers, channel)
  }

  /// Gives the result for an outcome, as far as this client may be given it.
  func body(_ outcome: ToolOutcome) -> ResultBody {
    switch outcome {
    case .result(let result):
      var body = ResultBody(acknowledges: !tool.hints.readOnly && outcome.acknowledges)
      result.writeMembers(to: &body.members, request.client.version)
      return body
    case .handle(let state):
      guard request.client.takesTaskHandles else { return failed(.handlesUnavailable) }
      return ResultBody(state.created, kind: .task, acknowledges: true)
    case .ask(let forms, let state):
      return asked(forms, state)
    }
  }

  private func failed(_ failure: ToolFailure) -> ResultBody {
    body(.result(.failure(failure)))
  }

  private func asked(_ forms: [String: ElicitationForm], _ state: JSONValue) -> ResultBody {
    let words = forms.mapValues(\.message)
    let refused = words.contains { key, message in
      server.refusals.outcome(Refusals.Asked(key: key, message: message)) != nil
    }
    if refused { return failed(.declined(words.values.sorted(), tool.name)) }
    guard request.client.era == .modern, request.client.showsForms else {
      return failed(.needsInput(words.values.sorted(), tool.name))
    }
    do {
      let carried = RequestState.Carried(asked: words, data: state)
      return ResultBody(
        [
          "inputRequests": inputRequests(forms),
          "requestState": .string(try server.sealing.seal(carried, place)),
        ], kind: .inputRequired)
    } catch {
      return failed(error)
    }
  }

  /// Gives the finished line, after making durable what it acknowledges; for calls on their own
  /// thread.
  func durableFrame(_ outcome: ToolOutcome) -> [UInt8] {
    let body = body(outcome)
    if body.acknowledges {
      do {
        try server.offer.commit()
      } catch {
        return server.broken(error, request)
      }
    }
    var bytes: [UInt8] = []
    server.envelope.write(body, request.id, request.client.era, to: &bytes)
    return bytes.count > Server.lineLimit ? server.oversized(request) : bytes
  }
}

extension ToolFailure {
  fileprivate static func needsInput(_ questions: [String], _ tool: String) -> ToolFailure {
    ToolFailure(
      code: "needs_input",
      summary: "The user must decide first: \(questions.joined(separator: " "))",
      nextStep: "Ask the user, then call \(tool) again with the answer in its arguments.")
  }

  fileprivate static func declined(_ questions: [String], _ tool: String) -> ToolFailure {
    ToolFailure(
      code: "declined",
      summary: "The user did not agree: \(questions.joined(separator: " "))",
      nextStep: "Do not call \(tool) again for this unless the user says so.")
  }
}
