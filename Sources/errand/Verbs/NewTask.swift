import JSON
import Posix

extension Command {
  static let create = Command(
    path: ["create"], summary: "Store a task for the background; prints its name.",
    operands: [.optional("brief", "brief")],
    options: Options.newTask + [Options.dryRun.spec, Options.json.spec, Options.quiet.spec],
    tool: "tasks_create",
    notes: """
      The brief is an argument, `-` for standard input, or a file. Creating returns at once; the
      work runs in the background.
      """,
    examples: [
      Example("errand create \"fix the login test\"", "In the current directory, by default."),
      Example("git diff | errand create - --title Review -q", "Brief from a pipe; prints the id."),
      Example("errand create --profile shell \"make test\" --dry-run", "Check, store nothing."),
      Example(
        "errand create --type command --input '{\"argv\":[\"make\",\"test\"]}'", "A command."),
      Example(
        "errand create \"now the docs\" --depends-on fix-login-test-k3f9",
        "Once that has completed."),
      Example(
        "errand create \"release\" --claim-condition "
          + "'{\"op\":\"task_accepted\",\"taskId\":\"fix-login-test-k3f9\"}'",
        "Once an attempt of it counts."),
    ],
    run: NewTask.create)

  static let run = Command(
    path: ["run"], summary: "Give work to an agent; with --watch, follow it to the end.",
    operands: [.optional("brief", "brief")],
    options: [Options.watch.spec] + Options.newTask + [Options.json.spec, Options.quiet.spec],
    tool: "tasks_create",
    notes: """
      With --watch the messages come as they are written, then one line with result, turns and
      cost, and the exit code is the task's. Ctrl-C leaves the task running.
      """,
    examples: [
      Example("errand run \"fix the login test\" --watch", "Follow it to the end."),
      Example("errand run --dir ~/shop --profile claude \"add a test\"", "In the background."),
      Example("errand run --profile shell \"make test\" --watch", "Any command, as a task."),
      Example("errand run --file brief.md --watch --json", "Messages as JSON lines."),
    ],
    run: NewTask.run)
}

/// Creates tasks for the terminal.
enum NewTask {
  static func create(_ call: Invocation) throws(Complaint) -> ExitCode {
    let task = try store(call)
    if call[Options.json] {
      try call.terminal.print(task.text)
    } else if call[Options.dryRun] {
      try call.terminal.print(task.text)
      call.terminal.note("Nothing was stored; without --dry-run this is what would be.")
    } else if call[Options.quiet] {
      try call.terminal.print(TaskText.id(of: task))
    } else {
      try announce(task, call)
    }
    return .ok
  }

  static func run(_ call: Invocation) throws(Complaint) -> ExitCode {
    try tell(try store(call), call)
  }

  /// Shows a new task as was asked for: followed to its end, as JSON, its id, or its name.
  static func tell(_ task: JSONValue, _ call: Invocation) throws(Complaint) -> ExitCode {
    if call[Options.watch] {
      return try Watching.follow(TaskText.id(of: task), name: TaskText.name(of: task), call)
    }
    if call[Options.json] {
      try call.terminal.print(task.text)
    } else if call[Options.quiet] {
      try call.terminal.print(TaskText.id(of: task))
    } else {
      try announce(task, call)
    }
    return .ok
  }

  private static func store(_ call: Invocation) throws(Complaint) -> JSONValue {
    let arguments = try filled(call.arguments(), from: call)
    let task = try Operations.open(for: call.command).call("tasks_create", arguments)
    tellLowered(task, call)
    return task
  }

  /// Tells which limits the task got lower than they were asked for.
  private static func tellLowered(_ task: JSONValue, _ call: Invocation) {
    let budget = task["budget"]
    func compare<Number: Comparable>(
      _ key: OptionKey<Number?>, _ given: Number?
    ) {
      guard let asked = call[key], let given, given < asked else { return }
      call.terminal.note(
        "--\(key.spec.name) is \(given): the configuration is the ceiling (`errand config`).")
    }
    compare(Options.budgetUsd, budget?["usd"]?.doubleValue)
    compare(Options.budgetTokens, budget?["tokens"]?.intValue)
    compare(Options.maxTurns, budget?["turns"]?.intValue)
    compare(Options.runningTimeout, task["runningTimeoutSec"]?.intValue)
  }

  /// Adds what the line says of a task in other words than the tool's.
  static func filled(
    _ arguments: JSONObject, from call: Invocation
  ) throws(Complaint) -> JSONObject {
    var arguments = arguments
    try BriefText.fill(&arguments, from: call)
    arguments = try detailed(arguments, from: call)
    // A continuation works where its source did.
    let isContinued = arguments["input"]?["continueFrom"] != nil
    if arguments["directory"] == nil, arguments["workspace"] != "none", !isContinued {
      do throws(SystemError) {
        arguments["directory"] = .string(try Environment.currentDirectory())
      } catch {
        throw Complaint(
          "The current directory cannot be used.", why: [error.description],
          next: "Name one with --dir.", code: .usage)
      }
    }
    return arguments
  }

  /// Adds what stands beside the work itself: what it is about, and what is asked of it.
  static func detailed(
    _ arguments: JSONObject, from call: Invocation
  ) throws(Complaint) -> JSONObject {
    var arguments = arguments
    let references = call[Options.references].map(reference)
    if !references.isEmpty { arguments["references"] = .array(references) }
    let checks = call[Options.checks].map { JSONValue.array(["/bin/sh", "-c", .string($0)]) }
    if !checks.isEmpty { arguments["checks"] = .array(checks) }
    if let condition = call[Options.condition] {
      arguments["claim_condition"] = try BriefText.json(condition, of: "--claim-condition")
    }
    return arguments
  }

  /// Reads `judged_work=fix-login-test-k3f9`; what it names tells what it is.
  private static func reference(_ text: String) -> JSONValue {
    let equals = text.firstIndex(of: "=")
    let role = equals.map { text[..<$0] }.flatMap { $0.contains(":") ? nil : String($0) }
    let what = role == nil ? text : String(text.dropFirst((role?.count ?? 0) + 1))
    var reference: JSONObject = [member(naming: what): .string(what)]
    reference["role"] = role.map { .string($0) }
    return .object(reference)
  }

  private static func member(naming what: String) -> String {
    if what.contains("://") { return "url" }
    if what.hasPrefix("bafk") { return "cid" }
    return ContentID(parsing: what) == nil ? "task_id" : "output_cid"
  }

  private static func announce(_ task: JSONValue, _ call: Invocation) throws(Complaint) {
    let name = TaskText.name(of: task)
    let again = task["replayed"]?.boolValue == true ? " (stored before, under the same key)" : ""
    try call.terminal.print(call.terminal.styled(name, .bold) + again)
    call.terminal.note("Watch it: errand logs \(name) --follow")
  }
}
