import JSON
import JSONRPC

/// Is what the user made of a question.
package enum ElicitationOutcome: Sendable, Hashable {
  case accepted(JSONObject)
  case declined
  /// Was closed without an answer.
  case cancelled
  /// Could not be asked: the client cannot show forms, this call cannot wait, or the answer was no
  /// answer.
  case unavailable

  /// Understands an ElicitResult; nil if it is none, or does not fit the form.
  init?(_ value: JSONValue, form: ElicitationForm? = nil) {
    switch value["action"]?.stringValue {
    case "accept":
      let content = value["content"]?.objectValue ?? [:]
      guard form?.accepts(content) ?? true else { return nil }
      self = .accepted(content)
    case "decline": self = .declined
    case "cancel": self = .cancelled
    default: return nil
    }
  }

  var isRefusal: Bool { self == .declined || self == .cancelled }
}
