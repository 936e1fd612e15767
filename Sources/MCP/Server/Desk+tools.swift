import JSON
import JSONRPC

/// Calls tools: quick ones here and now, waiting ones on threads of their own.
extension Desk {
  func callTool(_ request: Request) throws(RPCError) -> ResultBody? {
    let name = try Self.string("name", request.params)
    guard let tool = server.catalogue.tool(name) else {
      throw .invalidParams("unknown tool \(name.prefix(100))")
    }
    let arguments = try Self.optionalObject("arguments", request.params)
    let call = ToolCall(server: server, request: request, tool: tool, arguments: arguments)
    let answers = try call.answers()
    let prepared: PreparedCall
    do {
      prepared = try tool.prepare(arguments)
    } catch {
      return call.body(.result(.failure(error)))
    }
    if prepared.waits { return try start(call, prepared, answers) }
    return call.body(prepared.run(call.context(answers, .unheard, CallChannel(server.refusals))))
  }

  private func start(
    _ call: ToolCall, _ prepared: PreparedCall, _ answers: ToolCall.Answers
  ) throws(RPCError) -> ResultBody? {
    let requests = server.conversation.requests
    guard let entry = requests.begin(call.request.id) else {
      throw .invalidRequest("a request with this id is in flight")
    }
    var channel = CallChannel(server.refusals)
    channel.progress = ProgressReporter(
      call.request.meta, entry, requests, call.request.client.version)
    if call.request.client.era == .legacy, session?.isReady == true {
      channel.ask = server.asking()
    }
    let context = call.context(answers, entry.cancellation, channel)
    let started = server.conversation.workers.start("call") { [server] in
      requests.answer(entry, call.durableFrame(prepared.run(context)))
      server.startWatchdog()
    }
    if started { return nil }
    requests.cancel(call.request.id)
    return call.body(.result(.failure(.busy(call.tool.name))))
  }
}

extension Server {
  /// Makes the way a waiting legacy call asks the user, with what is left of its time.
  func asking()
    -> @Sendable (ElicitationForm, ProtocolVersion, Cancellation)
    -> ElicitationOutcome
  {
    let end = ContinuousClock.now + .seconds(40)
    return { [conversation] form, version, cancellation in
      do throws(CallFailure) {
        let value = try conversation.calls.call(
          within: end - ContinuousClock.now, cancellation: cancellation
        ) { id in
          conversation.outbox.send(
            Frame.request(id, "elicitation/create", form.params(version)))
        }
        return ElicitationOutcome(value, form: form) ?? .unavailable
      } catch {
        switch error {
        case .timedOut(let id), .cancelled(let id):
          conversation.outbox.sendIfRoom(
            Frame.notification("notifications/cancelled", ["requestId": id.value]))
        case .refused, .closed: break
        }
        return .unavailable
      }
    }
  }
}
