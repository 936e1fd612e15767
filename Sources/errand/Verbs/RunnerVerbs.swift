import Posix
import Runner
import TaskStore
import Tasks
import Tools

extension Command {
  static let runner = Command(
    path: ["runner"], summary: "Run the store's tasks; started by itself when there is work.",
    options: [Options.stay.spec, Options.noConsole.spec],
    notes: """
      One runner serves a store, and its console; a second one ends at once. It leaves when for
      ten minutes there has been nothing to do, no schedule waits for its time, and nobody looked
      at the console. Ending it loses
      nothing: running attempts go on by themselves.
      """,
    examples: [
      Example("errand runner", "Until there has been nothing to do for ten minutes."),
      Example("errand runner --stay", "For a service that is always there."),
    ],
    run: RunnerVerbs.run)

  static let supervise = Command(
    path: ["supervise"], summary: "Own one attempt; started by the runner.",
    operands: [.required("task"), .required("attempt")],
    examples: [Example("errand supervise 0198f3a0-… 1", "Only with the attempt's lock.")],
    isInternal: true, run: RunnerVerbs.supervise)
}

/// Runs the two long-lived processes behind the tasks.
enum RunnerVerbs {
  static func run(_ call: Invocation) throws(Complaint) -> ExitCode {
    // It, and all that it starts, would be swept away with the attempt.
    try Complaint.unlessOutsideOfAttempts(
      "no runner is started", next: "Leave it to the user: one starts by itself.")
    let hasConsole = !call[Options.noConsole]
    let setting = try Operations.setting()
    let status = Runner.run(
      root: StoreLayout.defaultRoot(environment: Environment.current), stay: call[Options.stay],
      executable: try ThisBuild.executable(), build: ThisBuild.current,
      beside: { hasConsole ? ConsoleVerbs.serve($0) : nil },
      scheduling: { ScheduledRuns(setting, store: $0) })
    return status == 0 ? .ok : .tryLater
  }

  static func supervise(_ call: Invocation) throws(Complaint) -> ExitCode {
    guard let task = TaskID(call.operand(0) ?? ""), let attempt = Int(call.operand(1) ?? "") else {
      throw Complaint(
        "`errand supervise` takes a task id and the number of an attempt.",
        next: "Leave it to the runner: `errand runner`.", code: .usage)
    }
    let status = Supervisor.run(
      root: StoreLayout.defaultRoot(environment: Environment.current), task: task,
      attempt: attempt)
    return status == 0 ? .ok : .taskFailed
  }
}
