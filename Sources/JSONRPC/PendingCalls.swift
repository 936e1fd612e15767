import JSON
import Posix

/// Matches answers of the peer with the threads that wait for them.
package final class PendingCalls: Sendable {
  /// Says how ids of our own requests look, so that they cannot be taken for the peer's.
  package enum Numbering: Sendable {
    case integers
    case prefixed(String)

    fileprivate func id(_ number: Int) -> RequestID {
      switch self {
      case .integers: .integer(number)
      case .prefixed(let prefix): .string("\(prefix)\(number)")
      }
    }
  }

  private struct State: Sendable {
    var next = 1
    /// Holds nil for a call that waits, then its answer until the waiting thread takes it.
    var calls: [RequestID: Incoming.Answer?] = [:]
    var isClosed = false
  }

  private let state = Monitor(State())
  private let numbering: Numbering

  package init(_ numbering: Numbering) { self.numbering = numbering }

  /// Sends a request by `send` and waits for its answer; after a timeout or cancellation a late
  /// answer is dropped.
  package func call(
    until deadline: MonotonicTime?, cancellation: Cancellation? = nil,
    send: (RequestID) -> Void
  ) throws(CallFailure) -> JSONValue {
    guard let id = begin() else { throw .closed }
    send(id)
    let settled = { (state: inout State) -> Outcome? in
      if case .some(.some(let answer)) = state.calls[id] { return .answered(answer) }
      return state.isClosed ? .closed : nil
    }
    let outcome =
      if let cancellation {
        cancellation.wait(on: state, until: deadline, settled)
      } else {
        state.wait(until: deadline, settled)
      }
    state.withLock { state in state.calls[id] = nil }
    switch outcome {
    case .answered(.result(let value)): return value
    case .answered(.error(let error)): throw .refused(error)
    case .closed: throw .closed
    case nil: throw cancellation?.isCancelled == true ? .cancelled(id) : .timedOut(id)
    }
  }

  /// Sends a request and waits as long as `within` for its answer.
  package func call(
    within time: Duration, cancellation: Cancellation? = nil, send: (RequestID) -> Void
  ) throws(CallFailure) -> JSONValue {
    try call(until: .after(time), cancellation: cancellation, send: send)
  }

  private enum Outcome {
    case answered(Incoming.Answer)
    case closed
  }

  private func begin() -> RequestID? {
    state.withLock { state in
      if state.isClosed { return nil }
      let id = numbering.id(state.next)
      state.next += 1
      state.calls.updateValue(nil, forKey: id)
      return id
    }
  }

  /// Takes an answer in; false if nobody waits for it.
  @discardableResult
  package func settle(_ id: RequestID, _ answer: Incoming.Answer) -> Bool {
    state.update { state in
      guard case .some(.none) = state.calls[id] else { return false }
      state.calls.updateValue(answer, forKey: id)
      return true
    }
  }

  /// Ends all calls, now and later: the peer is gone.
  package func close() { state.update { $0.isClosed = true } }
}

/// Tells why a request to the peer has no result.
package enum CallFailure: Error, Sendable, Equatable {
  case refused(RPCError)
  case timedOut(RequestID)
  case cancelled(RequestID)
  /// The peer is gone.
  case closed
}
