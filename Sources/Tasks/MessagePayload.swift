import JSON

/// Gives each kind of message's payload its shape in JSON.
enum MessagePayload {
  /// Carries words of a user's, and where they came from.
  struct Words: JSONCodable {
    var text: String
    var from: MessageBody.Source
    static let json = Codec.object(
      Self.init(text:from:),
      required("text", \.text, .string, "The words."),
      required("from", \.from, MessageBody.Source.json, "Where they came from."))
  }

  /// Carries a block of text, whole or a piece.
  struct Text: JSONCodable {
    var text: String
    static let json = Codec.object(
      Self.init(text:), required("text", \.text, .string, "The text."))
  }

  /// Carries what a tool is called with.
  struct CallStart: JSONCodable {
    var callId: String
    var tool: String
    var title: String?
    var arguments: JSONValue?
    static let json = Codec.object(
      Self.init(callId:tool:title:arguments:),
      required("callId", \.callId, .string, "Ties start and end."),
      required("tool", \.tool, .string, "The tool's name."),
      optional("title", \.title, .string, "What it is doing."),
      optional("arguments", \.arguments, .any, "Bounded."))
  }

  /// Carries what came of a call.
  struct CallEnd: JSONCodable {
    var callId: String
    var tool: String
    var ok: Bool
    var result: JSONValue?
    var durationMs: Int?
    static let json = Codec.object(
      Self.init(callId:tool:ok:result:durationMs:),
      required("callId", \.callId, .string, "Ties start and end."),
      required("tool", \.tool, .string, "The tool's name."),
      required("ok", \.ok, .bool, "Whether it went well."),
      optional("result", \.result, .any, "Bounded."),
      optional("durationMs", \.durationMs, .int, "How long it took."))
  }

  /// Carries what a turn used.
  struct TurnEnd: JSONCodable {
    var turn: Int
    var usage: Usage?
    var stopReason: String?
    static let json = Codec.object(
      Self.init(turn:usage:stopReason:),
      required("turn", \.turn, .int, "Counts turns."),
      optional("usage", \.usage, Usage.json, "What the turn used."),
      optional("stopReason", \.stopReason, .string, "Why it ended."))
  }

  /// Carries an error.
  struct Trouble: JSONCodable {
    var code: String
    var message: String
    var retryable: Bool
    static let json = Codec.object(
      Self.init(code:message:retryable:),
      required("code", \.code, .string, "Names the trouble."),
      required("message", \.message, .string, "Says it."),
      required("retryable", \.retryable, .bool, "Whether it may pass."))
  }

  /// Carries something worth knowing.
  struct Note: JSONCodable {
    var text: String
    var data: JSONValue?
    static let json = Codec.object(
      Self.init(text:data:),
      required("text", \.text, .string, "What happened."),
      optional("data", \.data, .any, "The same for programs."))
  }

  /// Carries the answer to a question.
  struct Answer: JSONCodable {
    var requestId: String
    var answer: JSONValue
    var answeredBy: Actor
    static let json = Codec.object(
      Self.init(requestId:answer:answeredBy:),
      required("requestId", \.requestId, .string, "Names the question."),
      required("answer", \.answer, .any, "What was answered."),
      required("answeredBy", \.answeredBy, Actor.json, "Who answered."))
  }
}

extension RequestMessage: JSONCodable {
  package static let json = Codec.object(
    Self.init(requestId:question:options:schema:permission:deadline:),
    required("requestId", \.requestId, .string, "Names the question."),
    required("question", \.question, .string, "What is asked."),
    defaulted("options", \.options, .array(of: .string), [], "Answers to choose from."),
    optional("schema", \.schema, .any, "Shape of the answer."),
    optional("permission", \.permission, PermissionWish.json, "What it wants leave for."),
    optional("deadline", \.deadline, .timestamp, "When it is too late to answer."))
}
