import JSON
import Tasks
import Tools

extension Command {
  static let resume = Command(
    path: ["resume"], summary: "Let tasks go on that a used-up quota stopped.",
    operands: [.tasks], options: Options.place + [Options.json.spec, Options.quiet.spec],
    notes: """
      The agent goes on with the same conversation, in a new attempt. With "autoResume": true in the
      configuration this happens by itself once the quota is back. Ends with 1 if a task was not
      stopped by a quota.
      """,
    examples: [Example("errand resume fix-login-test-k3f9", "By name or id.")],
    run: Resume.run)
}

/// Carries on what a quota stopped, at a person's word.
enum Resume {
  static func run(_ call: Invocation) throws(Complaint) -> ExitCode {
    try EachTask.run(
      call,
      words: { (outcome: Resuming) in
        outcome == .resumed ? "goes on" : "no quota has stopped it"
      },
      code: { $0 == .notStopped ? .taskFailed : .ok },
      doing: { operations, reference throws(Complaint) in
        try operations.resume(reference, call.place)
      })
  }
}
