import JSON
import JSONRPC
import MCP

/// Is what a wait came to, as it is kept: whoever asks later is told the same.
struct WaitResult: JSONCodable {
  /// Is the structured content of the call, or absent where it failed.
  var content: JSONValue?
  var failure: Failure?

  struct Failure: JSONCodable {
    var code: String
    var summary: String
    var nextStep: String?

    static let json = Codec.object(
      Self.init,
      required("code", \.code, .string),
      required("summary", \.summary, .string),
      optional("nextStep", \.nextStep, .string))
  }

  static let json = Codec.object(
    Self.init(content:failure:),
    optional("content", \.content, .any),
    optional("failure", \.failure, Failure.json))

  init(content: JSONValue?, failure: Failure?) {
    self.content = content
    self.failure = failure
  }

  init<Output: JSONCodable>(_ output: Output) {
    content = Output.json.value(of: output)
  }

  init(_ failure: ToolFailure) {
    self.failure = Failure(
      code: failure.code, summary: failure.summary, nextStep: failure.nextStep)
  }

  /// Gives the phase that a handle has with this result for good.
  var phase: WaitHandleState.Phase {
    if let failure {
      return .completed(
        .failure(
          ToolFailure(code: failure.code, summary: failure.summary, nextStep: failure.nextStep)))
    }
    guard let content else { return .failed(.internalError("the result of the wait is lost")) }
    return .completed(.structured(content.bytes))
  }

  /// Stands for one whose content is gone; it is a failure of ours that asking again does not mend.
  static let lost = WaitResult(content: nil, failure: nil)

  /// Reads a result back.
  static func reading(_ bytes: [UInt8]) -> WaitResult {
    do {
      return try json.decode(JSONValue.parse(bytes))
    } catch {
      return lost
    }
  }
}
