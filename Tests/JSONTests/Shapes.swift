import JSON

/// Stands for a tool's input: every kind of field, strict about keys.
struct WaitInput: Sendable, Hashable {
  var taskID: String
  var timeout: Int?
  var tags: [String]
  var budget: Budget?
  var status: Status?
  var since: Timestamp?
  var note: JSONValue?
}

extension WaitInput: JSONCodable {
  static let json = Codec.object(
    Self.init, unknownKeys: .refused,
    required("task_id", \.taskID, .string(length: 1...64), "Id or name.", alias: "id"),
    optional("timeout_sec", \.timeout, .int(0...45), "Longest wait in seconds."),
    defaulted("tags", \.tags, .array(of: .string, count: 0...3), [], "Labels."),
    optional("budget", \.budget, .nested),
    optional("status", \.status, .enumeration),
    optional("since", \.since, .timestamp),
    optional("note", \.note, .any))
}

/// Stands for a record: keys of the future are passed over.
struct Budget: Sendable, Hashable, JSONCodable {
  var dollars: Double
  var shares: [String: Int] = [:]

  static let json = Codec.object(
    Self.init,
    required("usd", { $0.dollars }, .double(0...1000)),
    defaulted("shares", \.shares, .dictionary(of: .int), [:]))
}

/// Stands for an enumeration.
enum Status: String, Sendable, CaseIterable, JSONCodable {
  case queued, running
  case inputRequired = "input_required"

  static let json = Codec<Status>.enumeration
}

/// Stands for a union: an object, two loose values, one value, nothing.
enum Event: Sendable, Hashable, JSONCodable {
  case created(Budget)
  case held(reason: String, until: Timestamp?)
  case text(String)
  case strict(WaitInput)
  case released

  static let json = Codec<Event>.union(
    tag: "type",
    .variant(
      "created", extract: { if case .created(let budget) = $0 { budget } else { nil } },
      embed: { .created($0) }, Budget.json),
    .variant(
      "held",
      extract: { if case .held(let reason, let until) = $0 { (reason, until) } else { nil } },
      embed: { .held(reason: $0.0, until: $0.1) },
      Codec<(String, Timestamp?)>.object(
        { ($0, $1) }, required("reason", \.0, .string), optional("until", \.1, .timestamp))),
    .variant(
      "text", extract: { if case .text(let text) = $0 { text } else { nil } },
      embed: { .text($0) }, .sole("text", .string)),
    .variant(
      "strict", extract: { if case .strict(let input) = $0 { input } else { nil } },
      embed: { .strict($0) }, WaitInput.json),
    .variant("released", .released))
}
