import JSON
import JSONRPC

/// Answers for the wait handles of the tasks extension.
extension Desk {
  func getTask(_ request: Request) throws(RPCError) -> ResultBody {
    let handle = try Self.handle(request)
    guard let state = try state(of: handle) else { throw Self.unknown(handle) }
    return ResultBody(state.detailed)
  }

  func updateTask(_ request: Request) throws(RPCError) -> ResultBody {
    let handle = try Self.handle(request)
    guard request.params["inputResponses"]?.objectValue != nil else {
      throw .invalidParams("inputResponses must be an object")
    }
    var responses: [String: ElicitationOutcome] = [:]
    for (key, value) in try Self.responses(request.params) {
      guard let outcome = ElicitationOutcome(value) else {
        throw .invalidParams("inputResponses.\(key.prefix(40)) has no known action")
      }
      responses[key] = outcome
    }
    if case .inputRequired(let forms)? = try state(of: handle)?.phase {
      for (key, outcome) in responses {
        guard let form = forms[key] else { continue }
        server.refusals.remember(Refusals.Asked(key: key, message: form.message), outcome)
      }
    }
    let answers = responses
    return try acknowledged(handle) { (handles) throws(ToolFailure) in
      try handles.update(handle, answers)
    }
  }

  func cancelTask(_ request: Request) throws(RPCError) -> ResultBody {
    let handle = try Self.handle(request)
    return try acknowledged(handle) { (handles) throws(ToolFailure) in
      try handles.cancel(handle)
    }
  }

  func state(of handle: String) throws(RPCError) -> WaitHandleState? {
    do {
      return try server.offer.handles?.state(of: handle)
    } catch {
      throw .internalError(error.summary)
    }
  }

  private func acknowledged(
    _ handle: String, _ body: (any WaitHandles) throws(ToolFailure) -> Bool
  ) throws(RPCError) -> ResultBody {
    let isKnown: Bool
    do {
      isKnown = try server.offer.handles.map(body) ?? false
    } catch {
      throw .internalError(error.summary)
    }
    guard isKnown else { throw Self.unknown(handle) }
    return ResultBody(acknowledges: true)
  }

  private static func handle(_ request: Request) throws(RPCError) -> String {
    guard request.client.takesTaskHandles else { throw .tasksExtensionMissing }
    return try string("taskId", request.params)
  }

  private static func unknown(_ handle: String) -> RPCError {
    .invalidParams("unknown or expired task \(handle.prefix(100))")
  }
}
