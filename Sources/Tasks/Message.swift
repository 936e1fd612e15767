import JSON

/// Records one thing an attempt said or did; append-only, numbered from 0 without gaps.
package struct Message: Sendable, Hashable {
  package var seq: Int
  package var timestamp: Timestamp
  package var body: MessageBody

  package init(seq: Int, timestamp: Timestamp, body: MessageBody) {
    self.seq = seq
    self.timestamp = timestamp
    self.body = body
  }
}

/// Names a message's kind, for filters.
package enum MessageKind: String, Sendable, Hashable, CaseIterable, JSONCodable {
  case userMessage = "user_message"
  case text
  case textDelta = "text_delta"
  case toolCallStart = "tool_call_start"
  case toolCallEnd = "tool_call_end"
  case turnEnd = "turn_end"
  case error
  case info
  case inputRequest = "input_request"
  case inputResponse = "input_response"
  package static let json = Codec<MessageKind>.enumeration
}

/// Carries what a message says, by kind.
package enum MessageBody: Sendable, Hashable {
  case userMessage(text: String, from: Source)
  /// A complete block, always stored.
  case text(String)
  /// A piece of a block still running; never the only copy.
  case textDelta(String)
  case toolCallStart(callId: String, tool: String, title: String?, arguments: JSONValue?)
  case toolCallEnd(
    callId: String, tool: String, ok: Bool, result: JSONValue?, durationMs: Int?)
  case turnEnd(turn: Int, usage: Usage?, stopReason: String?)
  case error(code: String, message: String, retryable: Bool)
  case info(text: String, data: JSONValue?)
  case inputRequest(RequestMessage)
  case inputResponse(requestId: String, answer: JSONValue, answeredBy: Actor)

  /// Says where a user's words came from.
  package enum Source: String, Sendable, Hashable, CaseIterable, JSONCodable {
    case brief
    case followUp = "follow-up"
    case steering
    package static let json = Codec<Source>.enumeration
  }

  package var kind: MessageKind {
    switch self {
    case .userMessage: .userMessage
    case .text: .text
    case .textDelta: .textDelta
    case .toolCallStart: .toolCallStart
    case .toolCallEnd: .toolCallEnd
    case .turnEnd: .turnEnd
    case .error: .error
    case .info: .info
    case .inputRequest: .inputRequest
    case .inputResponse: .inputResponse
    }
  }
}

/// Carries a question of the agent's, as it was put.
package struct RequestMessage: Sendable, Hashable {
  package var requestId: String
  package var question: String
  package var options: [String]
  package var schema: JSONValue?
  package var permission: PermissionWish?
  package var deadline: Timestamp?

  package init(
    requestId: String, question: String, options: [String], schema: JSONValue? = nil,
    permission: PermissionWish? = nil, deadline: Timestamp? = nil
  ) {
    self.requestId = requestId
    self.question = question
    self.options = options
    self.schema = schema == .null ? nil : schema
    self.permission = permission
    self.deadline = deadline
  }

  package init(_ request: InputRequest) {
    self.init(
      requestId: request.requestId, question: request.question, options: request.options,
      schema: request.schema, permission: request.permission, deadline: request.deadline)
  }
}
