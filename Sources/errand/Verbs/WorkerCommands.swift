extension Command {
  static let workerClaim = Command(
    path: ["worker", "claim"], summary: "Take the next task of a worker profile.",
    options: [
      Options.worker.spec, Options.workerProfile.spec, Options.outputKinds.spec,
      Options.workerTypes.spec, Options.hasTools.spec, Options.trust.spec, Options.leaseSec.spec,
    ] + Options.place + [Options.json.spec, Options.nameAndLease.spec],
    tool: "tasks_claim",
    notes: """
      Prints the task's name, its lease and what is asked for; with -q only name and lease, parted
      by a blank. Without a task that suits it prints nothing and ends with 75.
      """,
    examples: [
      Example("errand worker claim --worker bench-1", "Whatever suits."),
      Example(
        "errand worker claim --worker bench-1 --profile crew --tool docker --json",
        "Of one profile, saying what you have."),
    ],
    run: Working.claim)

  static let workerHeartbeat = Command(
    path: ["worker", "heartbeat"], summary: "Keep a task you took.", operands: [.task],
    options: [Options.lease.spec, Options.leaseSec.spec] + Options.place + [Options.json.spec],
    tool: "tasks_heartbeat",
    examples: [
      Example("errand worker heartbeat count-words-k3f9 --lease 0f3a", "Ends with 2 once lost.")
    ],
    run: Working.heartbeat)

  static let workerSay = Command(
    path: ["worker", "say"], summary: "Keep what you say among the task's messages.",
    operands: [.task, .optional("text", "messages")],
    options: [Options.lease.spec, Options.messages.spec] + Options.place + [Options.json.spec],
    tool: "tasks_messages_append",
    examples: [
      Example("errand worker say count-words-k3f9 \"half way\" --lease 0f3a", "As text."),
      Example(
        "errand worker say count-words-k3f9 --messages @said.json --lease 0f3a",
        "Messages of any kind, as `errand logs --json` shows them."),
    ],
    run: Working.say)

  static let workerComplete = Command(
    path: ["worker", "complete"], summary: "Hand in the output of a task you took.",
    operands: [.task],
    options: [Options.lease.spec, Options.handedIn.spec, Options.resultSummary.spec]
      + Options.place + [Options.json.spec, Options.quiet.spec],
    tool: "tasks_complete",
    examples: [
      Example(
        "errand worker complete count-words-k3f9 --lease 0f3a --output '{\"summary\":\"42\"}'",
        "The output of its type, as JSON."),
      Example(
        "errand worker complete count-words-k3f9 --lease 0f3a --output @out.json", "From a file."),
    ],
    run: Working.complete)

  static let workerFail = Command(
    path: ["worker", "fail"], summary: "Say that a task you took did not go well.",
    operands: [.task, .required("message", "message")],
    options: [Options.lease.spec, Options.failure.spec] + Options.place
      + [Options.json.spec, Options.quiet.spec],
    tool: "tasks_fail",
    examples: [
      Example("errand worker fail count-words-k3f9 \"no such file\" --lease 0f3a", "And why.")
    ],
    run: Working.fail)

  static let workerAbort = Command(
    path: ["worker", "abort"], summary: "Give a task you took back.",
    operands: [.task, .required("reason", "reason")],
    options: [Options.lease.spec] + Options.place + [Options.json.spec, Options.quiet.spec],
    tool: "tasks_abort",
    examples: [
      Example(
        "errand worker abort count-words-k3f9 \"going home\" --lease 0f3a",
        "To the queue, while attempts remain.")
    ],
    run: Working.abort)

  static let workerSession = Command(
    path: ["worker", "session"], summary: "Show the conversation a worker left with a task.",
    operands: [.task],
    options: [Options.attempt.spec, Options.output.spec] + Options.place + [Options.json.spec],
    tool: "runtime_sessions_get", otherTools: ["runtime_sessions_download"],
    examples: [
      Example("errand worker session count-words-k3f9 -o talk.jsonl", "The latest, as a file.")
    ],
    run: Working.session)

  static let workerKeepSession = Command(
    path: ["worker", "keep-session"], summary: "Leave your agent's conversation with a task.",
    operands: [.task, .required("file", "path")],
    options: [Options.lease.spec, Options.sessionID.spec] + Options.place + [Options.json.spec],
    tool: "runtime_sessions_upload",
    examples: [
      Example(
        "errand worker keep-session count-words-k3f9 talk.jsonl --id s-1 --lease 0f3a",
        "For whoever goes on with it.")
    ],
    run: Working.keepSession)
}
