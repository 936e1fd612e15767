import JSON
import JSONRPC

/// Is a durable wait as the tasks extension shows it.
package struct WaitHandleState: Sendable, Hashable {
  package var handle: String
  package var phase: Phase
  /// Is for display: "attempt 2 of 3: running tests".
  package var statusMessage: String?
  package var createdAt: Timestamp
  package var lastUpdatedAt: Timestamp
  /// Says how long the handle is kept, in milliseconds; nil for ever.
  package var ttlMilliseconds: Int?
  package var pollMilliseconds: Int

  package enum Phase: Sendable, Hashable {
    case working
    /// Keys are never used again for another question.
    case inputRequired([String: ElicitationForm])
    /// Holds what the call would have returned, also when that is a failure of the tool.
    case completed(ToolResult)
    /// Is for failures of the protocol's own only.
    case failed(RPCError)
    case cancelled

    /// Tells that it never changes again.
    package var isFinal: Bool {
      switch self {
      case .working, .inputRequired: false
      case .completed, .failed, .cancelled: true
      }
    }
  }

  package init(
    handle: String, phase: Phase, statusMessage: String? = nil, createdAt: Timestamp,
    lastUpdatedAt: Timestamp, ttlMilliseconds: Int?, pollMilliseconds: Int
  ) {
    self.handle = handle
    self.phase = phase
    self.statusMessage = statusMessage
    self.createdAt = createdAt
    self.lastUpdatedAt = lastUpdatedAt
    self.ttlMilliseconds = ttlMilliseconds
    self.pollMilliseconds = pollMilliseconds
  }

  /// Gives the members of a CreateTaskResult, which carries no outcome.
  var created: JSONObject {
    var members: JSONObject = ["taskId": .string(handle), "status": .string(status)]
    members["statusMessage"] = statusMessage.map { .string($0) }
    members["createdAt"] = .string(createdAt.description)
    members["lastUpdatedAt"] = .string(lastUpdatedAt.description)
    members["ttlMs"] = ttlMilliseconds.map { .integer($0) } ?? .null
    members["pollIntervalMs"] = .integer(pollMilliseconds)
    return members
  }

  /// Gives the members of a DetailedTask: what `tasks/get` and `notifications/tasks` both say.
  var detailed: JSONObject {
    var members = created
    switch phase {
    case .working, .cancelled: break
    case .inputRequired(let forms): members["inputRequests"] = inputRequests(forms)
    case .completed(let result): members["result"] = .object(result.nested)
    case .failed(let error): members["error"] = error.value
    }
    return members
  }

  private var status: String {
    switch phase {
    case .working: "working"
    case .inputRequired: "input_required"
    case .completed: "completed"
    case .failed: "failed"
    case .cancelled: "cancelled"
    }
  }
}

/// Gives questions as `inputRequests`, in a fixed order.
func inputRequests(_ forms: [String: ElicitationForm]) -> JSONValue {
  .object(
    JSONObject(
      forms.sorted { $0.key < $1.key }.map { (key: $0.key, value: $0.value.inputRequest) }))
}

extension ToolResult {
  /// Gives the whole CallToolResult as a value, for inside another result.
  var nested: JSONObject {
    var object: JSONObject = ["resultType": "complete"]
    switch self {
    case .structured(let json):
      object["content"] = [ContentBlock.text(String(decoding: json, as: UTF8.self)).value]
      object["structuredContent"] = Self.parsed(json)
      object["isError"] = false
    case .content(let blocks):
      object["content"] = .array(blocks.map(\.value))
      object["isError"] = false
    case .failure(let failure):
      object["content"] = [ContentBlock.text(failure.text).value]
      object["isError"] = true
    }
    return object
  }

  /// Reads back what a codec wrote.
  private static func parsed(_ json: [UInt8]) -> JSONValue? {
    do {
      return try JSONValue.parse(json)
    } catch {
      preconditionFailure("a codec wrote what is not JSON: \(error)")
    }
  }
}

/// Keeps the wait handles; implemented by whoever makes them durable.
package protocol WaitHandles: Sendable {
  /// Answers from memory or an index, quickly; nil if the handle is unknown or expired.
  func state(of handle: String) throws(ToolFailure) -> WaitHandleState?
  /// Takes answers to open questions; unknown and already answered keys are ignored. False if the
  /// handle is unknown.
  func update(_ handle: String, _ responses: [String: ElicitationOutcome]) throws(ToolFailure)
    -> Bool
  /// Ends the wait, without waiting for what that ends; a wait that has ended stays as it is. False
  /// if unknown.
  func cancel(_ handle: String) throws(ToolFailure) -> Bool
}
