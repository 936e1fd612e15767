import JSON
import Posix
import Tasks
import Tools

extension Command {
  static let settle = Command(
    path: ["settle"], summary: "Write the end of tasks whose supervisor died; ends nothing else.",
    operands: [.tasks],
    options: Options.place + [Options.json.spec, Options.quiet.spec],
    notes: """
      Whatever opens the store does this by itself; use it where a task still looks as if it ran,
      and where a change of it may be missing, which only you can have ended.
      A task that a living supervisor owns is left alone: `errand cancel` ends it. Ends with 75 if
      there is such a one.
      """,
    examples: [
      Example("errand settle fix-login-test-k3f9", "By name or id."),
      Example("errand settle $(errand list -s running -q)", "All that seem to run."),
    ],
    run: Settle.run)
}

/// Settles what nobody owns, at a person's word.
enum Settle {
  static func run(_ call: Invocation) throws(Complaint) -> ExitCode {
    try EachTask.run(
      call, words: words, code: { $0 == .owned ? .tryLater : .ok },
      doing: { operations, reference throws(Complaint) in
        try operations.settle(reference, call.place)
      })
  }

  private static func words(_ outcome: Settling) -> String {
    switch outcome {
    case .alreadyTerminal: "had ended"
    case .settled: "settled"
    case .owned: "left to its supervisor, which lives"
    case .notBegun: "has not begun"
    }
  }
}
