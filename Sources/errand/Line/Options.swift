import Tasks
import Tools

/// Names every option once; the commands choose which they take.
enum Options {
  static let help = OptionKey<Bool>.flag("help", "h", "Show this help.")
  static let json = OptionKey<Bool>.flag("json", nil, "Print JSON.")
  static let quiet = OptionKey<Bool>.flag("quiet", "q", "Print ids only.")

  // Whose tasks are meant.
  static let team = OptionKey<String?>.text(
    "team", nil, "TEAM", "Of this team; the configured one unless given."
  ).filling("team_id")
  static let diary = OptionKey<String?>.text("diary", nil, "DIARY", "Of this diary.")
    .filling("diary_id")
  static let place: [OptionSpec] = [team.spec, diary.spec]

  // What a new task may say.
  static let file = OptionKey<String?>.path("file", "f", "FILE", "Read the brief from a file.")
  static let directory = OptionKey<String?>.path(
    "dir", "d", "DIR", "Directory to work in; by default the current one."
  ).filling("directory")
  static let result = OptionKey<String?>.text(
    "result", nil, "TEXT", "What came of an ended task, in a line."
  ).filling("result")
  static let profile = OptionKey<String?>.text(
    "profile", "p", "NAME", "Who runs it; `errand schemas` lists them."
  ).filling("profile")
  static let wantedModel = OptionKey<String?>.text(
    "model", nil, "NAME", "The model it is to use; the profile's unless given."
  ).filling("model")
  static let effort = OptionKey<String?>.text(
    "effort", nil, "WORD", "How hard it is to think; the profile's unless given."
  ).filling("effort")
  static let title = OptionKey<String?>.text("title", nil, "TEXT", "One line for people.")
    .filling("title")
  static let name = OptionKey<String?>.text(
    "name", "n", "NAME", "Name to call it by; made from the title unless given."
  ).filling("name")
  static let taskType = OptionKey<String?>.text(
    "type", "t", "TYPE", "Type of the task; freeform unless given."
  ).filling("task_type")
  static let input = OptionKey<String?>.text(
    "input", "i", "JSON|@FILE", "The type's input as JSON, or @ and a file that holds it.")
  static let references = OptionKey<[String]>.list(
    "ref", nil, .text("[ROLE=]WHAT"),
    "A task, content id or URL it is about, such as its judged_work."
  ).filling("references")
  static let workspace = OptionKey<String?>.choice(
    "workspace", nil, WorkspaceMode.allCases.map(\.rawValue),
    "Work in an empty folder, in the directory, or in a worktree of it."
  ).filling("workspace")
  static let tags = OptionKey<[String]>.list("tag", nil, .text("WORD"), "Tag to find it by.")
    .filling("tags")
  static let tagFilter = OptionKey<[String]>.list(
    "tag", nil, .text("WORD"), "Only tasks with this tag."
  ).filling("tags")
  static let profileFilter = OptionKey<String?>.text(
    "profile", "p", "NAME", "Only tasks of this profile."
  ).filling("profile")
  static let priority = OptionKey<Int?>.integer(
    "priority", nil, "N", 0...100, "0 critical, 50 normal, 100 low."
  ).filling("priority")
  static let parent = OptionKey<String?>.text("parent", nil, "TASK", "The task it belongs to.")
    .filling("parent_id")
  static let dependsOn = OptionKey<[String]>.list(
    "depends-on", nil, .text("TASK"), "Start it only when this task has completed."
  ).filling("depends_on")
  static let condition = OptionKey<String?>.text(
    "claim-condition", nil, "JSON|@FILE", "Start it only when this is true of other tasks."
  ).filling("claim_condition")
  static let correlation = OptionKey<String?>.text(
    "correlation", nil, "ID", "Id that groups tasks."
  ).filling("correlation_id")
  static let budgetUsd = OptionKey<Double?>.number(
    "budget-usd", nil, "USD", "Spend at most this; lowers the configured ceiling."
  ).filling("budget_usd")
  static let budgetTokens = OptionKey<Int?>.integer(
    "budget-tokens", nil, "N", 1 ... .max, "Use at most this many tokens."
  ).filling("budget_tokens")
  static let maxTurns = OptionKey<Int?>.integer(
    "max-turns", nil, "N", 1 ... .max, "Take at most this many turns."
  ).filling("max_turns")
  static let runningTimeout = OptionKey<Int?>.integer(
    "timeout", nil, "SECONDS", 1 ... .max, "End it when it has run this long."
  ).filling("running_timeout_sec")
  static let expiresIn = OptionKey<Int?>.integer(
    "expires-in", nil, "SECONDS", 1 ... .max, "Do not start it after this time."
  ).filling("expires_in_sec")
  static let key = OptionKey<String?>.text(
    "key", nil, "KEY", "Idempotency key: the same key and body give the same task."
  ).filling("idempotency_key")
  static let fromAttempt = OptionKey<Int?>.integer(
    "attempt", "a", "N", 1 ... .max, "The attempt to go on with; the accepted one unless given."
  ).filling("from_attempt_n")
  static let mode = OptionKey<String?>.choice(
    "mode", "m", ["extend", "fork"], "The same conversation and branch, or copies of them."
  ).filling("mode")
  static let session = OptionKey<String?>.choice(
    "session", nil, ["resume", "new"], "Go on in the conversation, or start from a briefing."
  ).filling("session")
  static let expectedOutput = OptionKey<String?>.text(
    "expected-output", nil, "TEXT", "What to hand in."
  ).filling("expected_output")
  static let constraints = OptionKey<[String]>.list(
    "constraint", nil, .text("TEXT"), "Something to keep to."
  ).filling("constraints")
  static let criteria = OptionKey<String?>.text(
    "success-criteria", nil, "JSON|@FILE", "What its output must satisfy, and is checked for.")
  static let checks = OptionKey<[String]>.list(
    "check", nil, .text("COMMAND"),
    "Run this by sh in the workspace once the agent is done; it must pass.")
  static let dryRun = OptionKey<Bool>.flag(
    "dry-run", nil, "Check everything and store nothing."
  ).filling("dry_run")
  static let watch = OptionKey<Bool>.flag(
    "watch", "w", "Follow it to the end; Ctrl-C leaves it running.")

  /// Collects what `create` and `run` share.
  static let newTask: [OptionSpec] =
    [
      directory.spec, profile.spec, wantedModel.spec, effort.spec, file.spec, title.spec, name.spec,
      taskType.spec, input.spec,
      references.spec, checks.spec, workspace.spec, tags.spec, priority.spec, parent.spec,
      dependsOn.spec, condition.spec, correlation.spec, budgetUsd.spec, budgetTokens.spec,
      maxTurns.spec, runningTimeout.spec, expiresIn.spec, key.spec,
    ] + forWorkers + place

  // What a list may be narrowed by.
  static let status = OptionKey<[String]>.list(
    "status", "s", .text("STATUS"), "Only tasks with this status."
  ).filling("status")
  static let typeFilter = OptionKey<[String]>.list(
    "type", "t", .text("TYPE"), "Only tasks of this type."
  ).filling("task_type")
  static let query = OptionKey<String?>.text(
    "query", nil, "TEXT", "Only tasks whose title, name or brief has this text."
  ).filling("query")
  static let provider = OptionKey<String?>.text(
    "provider", nil, "NAME", "Only tasks whose model this one served."
  ).filling("provider")
  static let model = OptionKey<String?>.text(
    "model", nil, "NAME", "Only tasks for which this model was used."
  ).filling("model")
  static let createdBy = OptionKey<String?>.text(
    "created-by", nil, "NAME", "Only tasks that this user or client made."
  ).filling("created_by")
  static let tried = OptionKey<String?>.choice(
    "tried", nil, ["yes", "no"], "Only tasks that were ever started, or never."
  ).filling("has_attempts")
  static let queuedAfter = OptionKey<String?>.text(
    "queued-after", nil, "TIME", "Created after, such as 2026-11-28T09:00:00Z."
  ).filling("queued_after")
  static let queuedBefore = OptionKey<String?>.text(
    "queued-before", nil, "TIME", "Created before."
  ).filling("queued_before")
  static let completedAfter = OptionKey<String?>.text(
    "completed-after", nil, "TIME", "Ended after."
  ).filling("completed_after")
  static let completedBefore = OptionKey<String?>.text(
    "completed-before", nil, "TIME", "Ended before."
  ).filling("completed_before")
  static let order = OptionKey<String?>.choice(
    "order", nil, ["newest", "oldest"], "Which come first; the newest unless given."
  ).filling("order")
  /// Collects what a list may be narrowed by.
  static let filters: [OptionSpec] = [
    status.spec, typeFilter.spec, profileFilter.spec, provider.spec, model.spec, tagFilter.spec,
    query.spec,
    parent.spec, correlation.spec, createdBy.spec, tried.spec, queuedAfter.spec,
    queuedBefore.spec, completedAfter.spec, completedBefore.spec, diary.spec,
  ]
  static let limit = OptionKey<Int?>.integer(
    "limit", "l", "N", 1...100_000, "At most this many.")
  static let cursor = OptionKey<String?>.text(
    "cursor", nil, "CURSOR", "Go on where a page ended."
  ).filling("cursor")
  static let inbox = OptionKey<Bool>.flag(
    "inbox", nil, "What needs you first, then what finished, then what runs.")
  static let seen = OptionKey<Int?>.integer(
    "seen", nil, "N", 0 ... .max, "Mark the inbox as read up to the number of a page."
  ).filling("seen")

  // Reading one task.
  static let timeout = OptionKey<Int?>.integer(
    "timeout", nil, "SECONDS", 0...604_800, "Wait at most this long; for ever unless given.")
  static let until = OptionKey<String?>.choice(
    "until", nil, ["terminal", "needs_me", "change"], "What to wait for; needs_me unless given.")
  static let follow = OptionKey<Bool>.flag("follow", "f", "Go on until the attempt ends.")
  static let since = OptionKey<Int?>.integer(
    "since", nil, "SEQ", 0 ... .max, "Only messages after this number.")
  static let onlyText = OptionKey<Bool>.flag("quiet", "q", "Print only what the agent wrote.")
  static let tail = OptionKey<Int?>.integer(
    "tail", nil, "N", 1...200, "Only the last so many messages.")
  static let kinds = OptionKey<[String]>.list(
    "kind", "k", .text("KIND"), "Only messages of this kind."
  ).filling("kinds")
  static let attempt = OptionKey<Int?>.integer(
    "attempt", "a", "N", 1 ... .max, "Which attempt; the latest unless given."
  ).filling("attempt_n")
  static let reason = OptionKey<String?>.text("reason", nil, "TEXT", "Why, for the record.")
    .filling("reason")

  // Answers and messages.
  static let request = OptionKey<String?>.text(
    "request", "r", "ID", "Which question; needed only if several are open."
  ).filling("request_id")
  static let words = OptionKey<String?>.text(
    "message", "m", "TEXT", "With allow or deny: words for the agent."
  ).filling("message")
  static let interrupt = OptionKey<Bool>.flag(
    "interrupt", nil, "Stop the agent's turn first; otherwise it hears it when its turn is over.")
  static let sendID = OptionKey<String?>.text(
    "id", nil, "ID", "Your own id for the message: it is sent once, however often you call."
  ).filling("send_id")
  static let takeBack = OptionKey<String?>.text(
    "cancel", nil, "ID", "Take back a message that was not heard yet."
  ).filling("cancel_send_id")
  // Reviewing.
  static let comments = OptionKey<String?>.text("comments", "m", "TEXT", "Why.")
    .filling("comments")
  static let reviewer = OptionKey<String?>.text(
    "reviewer", nil, "NAME", "Who decided; by default the user."
  ).filling("reviewer")
  static let sendBack = OptionKey<Bool>.flag(
    "retry", nil, "Try again; the next attempt is told the comments."
  ).filling("retry_with_feedback")
  static let brief = OptionKey<String?>.text("brief", "b", "TEXT", "A new brief.").filling("brief")
  static let author = OptionKey<String?>.text("author", nil, "NAME", "Whose remark it is.")
    .filling("author")

  static let signers = OptionKey<String?>.path(
    "signers", nil, "FILE", "Whose signatures are good, as ssh-keygen reads it.")

  static let bundleFolder = OptionKey<String?>.path(
    "output", "o", "FOLDER", "The folder to make; NAME.errand here unless given.")

  // Schedules.
  static let cron = OptionKey<String?>.text(
    "cron", nil, "LINE", "Minute hour day month weekday, as in crontab; or @daily and its like."
  ).filling("cron")
  static let every = OptionKey<String?>.text(
    "every", nil, "TIME", "From one run to the next: 90s, 15m, 2h or 1d.")
  static let at = OptionKey<String?>.text(
    "at", nil, "TIME", "Once, such as 2026-12-01T09:00."
  ).filling("at")
  static let zone = OptionKey<String?>.text(
    "zone", "z", "ZONE", "Whose clocks count, such as Europe/Berlin; the system's unless given."
  ).filling("time_zone")
  static let overlap = OptionKey<String?>.choice(
    "overlap", nil, Schedule.Overlap.allCases.map(\.rawValue),
    "While a run has not ended: skip the next, or let it wait."
  ).filling("overlap")
  static let missed = OptionKey<String?>.choice(
    "missed", nil, Schedule.Missed.allCases.map(\.rawValue),
    "After times missed by more than 10 minutes, with the machine off: one run, or none."
  ).filling("missed")
  static let starts = OptionKey<String?>.text("starts", nil, "TIME", "No run before.")
    .filling("starts_at")
  static let ends = OptionKey<String?>.text("ends", nil, "TIME", "No run after.")
    .filling("ends_at")
  static let wakeBy = OptionKey<String?>.choice(
    "with", nil, WakeTimer.allCases.map(\.rawValue), "What is to wake it; found unless given.")
  static let whatWouldBeWritten = OptionKey<Bool>.flag(
    "dry-run", nil, "Print what would be written; write nothing.")

  static let whatWouldBeRemoved = OptionKey<Bool>.flag(
    "dry-run", nil, "Say what would be removed; remove nothing.")

  // Artifacts.
  static let output = OptionKey<String?>.path(
    "output", "o", "FILE", "Write to a file instead of standard output.")
  static let kind = OptionKey<String?>.text(
    "kind", "k", "KIND", "file, report, diff, log or another word.")
  static let contentType = OptionKey<String?>.text(
    "content-type", nil, "TYPE", "MIME type; guessed from the name unless given.")

  // The server and its like.
  static let toolsets = OptionKey<String?>.text(
    "toolsets", nil, "LIST", "Offer only these sets of tools, separated by commas.")
  static let tools = OptionKey<String?>.text(
    "tools", nil, "LIST", "Offer only these tools, separated by commas.")
  static let readOnly = OptionKey<Bool>.flag(
    "read-only", nil, "Offer only tools that change nothing.")
  static let allowCommands = OptionKey<Bool>.flag(
    "allow-commands", nil, "Let the client run shell commands as tasks.")
  static let client = OptionKey<String?>.text(
    "client", nil, "NAME", "Whose inbox it is; by default the client's own name.")
  static let fix = OptionKey<Bool>.flag(
    "fix", nil, "Mend what can be mended safely; nothing is deleted.")
  static let redact = OptionKey<Bool>.flag(
    "redact", nil, "Take secrets out of the logs of attempts that have ended.")
  static let verify = OptionKey<Bool>.flag(
    "verify", nil, "Walk every event, message and artifact, and name the first break.")
  static let deleteDry = OptionKey<Bool>.flag(
    "dry-run", nil, "Say what would go; change nothing."
  ).filling("dry_run")
  static let groupBy = OptionKey<String?>.choice(
    "by", "b", TasksStats.Grouping.allCases.map(\.rawValue), "Figures for each."
  ).filling("group_by")
  static let madeSince = OptionKey<String?>.text(
    "since", nil, "TIME", "Of tasks created since; 30 days unless given."
  ).filling("since")
  static let whatWouldGo = OptionKey<Bool>.flag(
    "dry-run", nil, "Say what would go; change nothing.")
  static let noConsole = OptionKey<Bool>.flag("no-console", nil, "Serve no console, and name none.")
  static let open = OptionKey<Bool>.flag("open", nil, "Open it in the browser.")
  static let signOut = OptionKey<Bool>.flag("sign-out", nil, "Sign every browser out.")
  static let view = OptionKey<String?>.choice(
    "view", nil, ["board", "new"], "Where it opens if no task is named."
  ).filling("view")
  static let stay = OptionKey<Bool>.flag("stay", nil, "Do not end when there is nothing to do.")
}
