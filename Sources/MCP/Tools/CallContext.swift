import JSON
import JSONRPC

/// Is what a call may know about who asks, and how it can reach them while it runs; shared, since
/// it is handed on often.
package final class CallContext: Sendable {
  private let request: Request
  /// Is set while the call waits when nobody needs it any more; it must not touch the task itself.
  package let cancellation: Cancellation
  /// Holds what `elicit` or `.ask` carried along before the question was answered.
  package let requestState: JSONValue?
  /// Holds the user's answers by key, in the modern era, on the call that brings them.
  package let inputResponses: JSONObject
  let channel: CallChannel

  init(
    _ request: Request, _ cancellation: Cancellation, _ answers: ToolCall.Answers,
    _ channel: CallChannel
  ) {
    self.request = request
    self.cancellation = cancellation
    requestState = answers.state
    inputResponses = answers.responses
    self.channel = channel
  }

  package var client: Client { request.client }
  package var era: Era { client.era }
  package var version: ProtocolVersion { client.version }

  /// Tells the client how far it is, at most twice a second; does nothing without a token, or in
  /// calls that do not wait.
  package func progress(_ progress: Double, total: Double? = nil, message: String? = nil) {
    channel.progress?.report(progress, total: total, message: message)
  }

  /// Asks the user. Where the answer comes with another call, this throws, and the tool is called
  /// again with it.
  ///
  /// A question that was declined or closed is not asked again on this connection. `state` comes
  /// back in `requestState`, sealed against change. Whatever the tool did before asking, it will do
  /// again. `moot` takes the question back from the user while it is shown.
  package func elicit(
    _ form: ElicitationForm, key: String, state: JSONValue = .null, moot: Cancellation? = nil
  ) throws(ToolFailure) -> ElicitationOutcome {
    if let outcome = given(form, key: key) { return outcome }
    let asked = Refusals.Asked(key: key, message: form.message)
    if let refused = channel.refusals.outcome(asked) { return refused }
    guard canShow(form) else { return .unavailable }
    if era == .modern {
      var failure = ToolFailure(
        code: "needs_input", summary: "The user must be asked first: \(form.message)")
      failure.question = ToolFailure.Question(forms: [key: form], state: state)
      throw failure
    }
    let outcome = channel.ask?(form, client.version, moot ?? cancellation) ?? .unavailable
    channel.refusals.remember(asked, outcome)
    return outcome
  }

  /// Gives the user's answer if this call brings it; asks nothing.
  package func given(_ form: ElicitationForm, key: String) -> ElicitationOutcome? {
    guard let given = inputResponses[key], let outcome = ElicitationOutcome(given, form: form)
    else { return nil }
    channel.refusals.remember(Refusals.Asked(key: key, message: form.message), outcome)
    return outcome
  }

  /// Tells whether the user was asked this before on this connection, and turned it away.
  package func hasTurnedAway(_ form: ElicitationForm, key: String) -> Bool {
    channel.refusals.outcome(Refusals.Asked(key: key, message: form.message)) != nil
  }

  /// Tells whether `elicit` could reach the user with this form.
  package func canShow(_ form: ElicitationForm) -> Bool {
    guard client.showsForms, form.minimumVersion <= client.version else { return false }
    return era == .modern || channel.ask != nil
  }
}

/// Is what a call can reach the client by; which parts are there depends on the era and on whether
/// it waits.
struct CallChannel: Sendable {
  var refusals: Refusals
  var progress: ProgressReporter?
  /// Asks over the wire and waits; only for calls of the legacy era on their own thread.
  var ask: (@Sendable (ElicitationForm, ProtocolVersion, Cancellation) -> ElicitationOutcome)?

  init(_ refusals: Refusals) { self.refusals = refusals }
}
