import JSON
import JSONRPC
import MCP
import Tasks

/// Describes who asks for an operation, and how they can be reached while it waits.
package struct Caller: Sendable {
  package var actor: Actor
  /// Names the caller's reading mark in the inbox.
  package var inbox: String
  /// A person at a terminal, or at the console, may always run commands.
  package var isAtTerminal: Bool
  /// Takes results whole: nobody's memory is filled by them.
  package var readsWhole = false
  /// Takes a durable handle in place of a long wait.
  package var takesHandles: Bool
  package var cancellation: Cancellation
  /// Puts a form to the user, under a key of its own, until it is cancelled; nil where the client
  /// shows none.
  var ask: Asking?
  /// Gives what the user said to a form, where the call itself brings it.
  var given: @Sendable (ElicitationForm, _ key: String) -> ElicitationOutcome? = { _, _ in nil }
  /// Tells whether a form was turned away before on the same connection.
  var hasTurnedAway: @Sendable (ElicitationForm, _ key: String) -> Bool = { _, _ in false }
  /// Tells how far a wait is: seconds passed, seconds in all, and a line.
  package var progress: @Sendable (_ done: Double, _ total: Double, _ line: String) -> Void

  typealias Asking =
    @Sendable (ElicitationForm, _ key: String, Cancellation) throws(ToolFailure)
    -> ElicitationOutcome

  /// Describes a person at a terminal.
  package static func terminal(
    user: String, cancellation: Cancellation = .unheard,
    progress: @escaping @Sendable (Double, Double, String) -> Void = { _, _, _ in }
  ) -> Caller {
    Caller(
      actor: Actor(kind: .cli, name: CleanText.line(user, limit: nameLimit)), inbox: "cli",
      isAtTerminal: true, takesHandles: false, cancellation: cancellation, progress: progress)
  }

  /// Describes a person at a page that they opened by a link of ours.
  package static func console(user: String) -> Caller {
    Caller(
      actor: Actor(kind: .console, name: CleanText.line(user, limit: nameLimit)),
      inbox: "console", isAtTerminal: true, takesHandles: false, cancellation: .unheard,
      progress: { _, _, _ in })
  }

  /// Describes a client that is neither at a terminal nor able to take handles.
  static func chat(name: String) -> Caller {
    Caller(
      actor: Actor(kind: .client, name: name), inbox: name, isAtTerminal: false,
      takesHandles: false, cancellation: .unheard, progress: { _, _, _ in })
  }

  /// Describes whoever reads a resource: the protocol does not say who that is.
  static func reader(in workshop: Workshop) -> Caller {
    var caller = chat(name: "reader")
    caller.inbox = workshop.setting.clientName ?? "default"
    return caller
  }

  /// Describes the client of an MCP call.
  init(_ context: CallContext, in workshop: Workshop) {
    let name = context.client.name.map { CleanText.line($0, limit: Self.nameLimit) }
    let version = context.client.softwareVersion.map { CleanText.line($0, limit: 40) }
    let known = name.flatMap { $0.isEmpty ? nil : $0 } ?? "unnamed client"
    self.init(
      actor: workshop.insider
        ?? Actor(kind: .client, name: version.map { "\(known) \($0)" } ?? known),
      inbox: workshop.setting.clientName ?? name.flatMap { $0.isEmpty ? nil : $0 } ?? "default",
      isAtTerminal: false, takesHandles: context.client.takesTaskHandles,
      cancellation: context.cancellation,
      progress: { context.progress($0, total: $1, message: $2) })
    guard context.client.showsForms else { return }
    given = { context.given($0, key: $1) }
    hasTurnedAway = { context.hasTurnedAway($0, key: $1) }
    ask = { (form, key, moot) throws(ToolFailure) in
      try context.elicit(form, key: key, moot: moot)
    }
  }

  private init(
    actor: Actor, inbox: String, isAtTerminal: Bool, takesHandles: Bool,
    cancellation: Cancellation, progress: @escaping @Sendable (Double, Double, String) -> Void
  ) {
    self.actor = actor
    self.inbox = inbox
    self.isAtTerminal = isAtTerminal
    self.takesHandles = takesHandles
    self.cancellation = cancellation
    self.progress = progress
  }

  private static let nameLimit = 80
}
