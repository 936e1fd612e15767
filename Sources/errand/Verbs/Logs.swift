import JSON
import Tasks

extension Command {
  static let logs = Command(
    path: ["logs"], summary: "Read what a task said and did.",
    operands: [.task],
    options: [
      Options.follow.spec, Options.since.spec, Options.tail.spec, Options.kinds.spec,
      Options.attempt.spec,
    ] + Options.place + [Options.json.spec, Options.onlyText.spec],
    tool: "tasks_messages_list",
    notes: """
      With --json each message is one line of JSON; its seq is what --since takes. What tools gave
      back, turns and pieces of unfinished texts are shown only if their --kind is named.
      """,
    examples: [
      Example("errand logs fix-login-test-k3f9", "The latest attempt, from the start."),
      Example("errand logs fix-login-test-k3f9 --follow", "And on until it ends."),
      Example("errand logs fix-login-test-k3f9 --tail 20 --kind text", "The last of a kind."),
      Example("errand logs fix-login-test-k3f9 --since 41 --json", "For a script."),
      Example("errand logs fix-login-test-k3f9 -q > answer.md", "Only the agent's own words."),
    ],
    run: Logs.read)
}

/// Prints messages.
enum Logs {
  /// Longest wait of one look; the next one follows at once.
  private static let patience = 20

  static func read(_ call: Invocation) throws(Complaint) -> ExitCode {
    if call[Options.since] != nil, call[Options.tail] != nil {
      throw Complaint(
        "--since and --tail do not go together.", next: "Keep one of them.", code: .usage)
    }
    if call[Options.onlyText], call.has(Options.kinds.spec) {
      throw Complaint(
        "--quiet and --kind do not go together: --quiet is the kind text alone.",
        next: "Keep one of them.", code: .usage)
    }
    let kinds: JSONValue? =
      call[Options.onlyText] ? [.string(MessageKind.text.rawValue)] : call.arguments()["kinds"]
    var stream = MessageStream(
      task: call.naming(call.operand(0) ?? ""), operations: try Operations.open(for: call.command),
      after: call[Options.since], attempt: call[Options.attempt], kinds: kinds)
    if let count = call[Options.tail] {
      try Messages.show(try stream.last(count), call)
      guard call[Options.follow] else { return .ok }
    }
    repeat {
      let wait = call[Options.follow] ? patience : 0
      try Messages.show(try stream.next(waitSec: wait), call)
    } while call[Options.follow] ? !stream.hasEnded : !stream.isCaughtUp
    return .ok
  }
}
