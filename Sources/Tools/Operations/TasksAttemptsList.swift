import JSON
import MCP
import TaskStore
import Tasks

/// Shows how often a task was tried, and what came of each attempt.
package struct TasksAttemptsList: TaskTool {
  package let workshop: Workshop
  package let name = "tasks_attempts_list"
  package let title = "List attempts"
  package let summary = """
    Shows the attempts of a task, oldest first: how each ended, its output (what the agent \
    claims), error with next step, exit code, usage, workspace and processes. A large output is \
    read by outputCid with tasks_artifacts_download.
    """
  package let hints = ToolHints.reading
  package let group = Toolset.tasks

  package struct Input: JSONCodable, Budgeted {
    var task: TaskReference
    var acceptedOnly: Bool
    var fields: [AttemptField]
    var attemptN: Int?
    var team: String?
    var diary: String?
    package var maxBytes: Int

    package static let json = Codec.object(
      Self.init, unknownKeys: .refused, TaskPlace.taskField(\.task),
      defaulted("accepted_only", \.acceptedOnly, .bool, false, "Only the one that counts."),
      defaulted("fields", \.fields, .array(of: .enumeration, count: 0...40), [], "Only these."),
      optional("attempt_n", \.attemptN, .int(1...100_000), "Only this one."),
      TaskPlace.teamField(\.team), TaskPlace.diaryField(\.diary), ByteBudget.field(\.maxBytes))
  }

  package func perform(_ input: Input, _ caller: Caller) throws(ToolFailure) -> Output {
    let task = try workshop.findToShow(
      TaskPlace(task: input.task, team: input.team, diary: input.diary))
    if let number = input.attemptN { _ = try task.attempt(number) }
    let attempts = task.attempts.filter { attempt in
      (input.attemptN ?? attempt.attemptN) == attempt.attemptN
        && (!input.acceptedOnly || attempt.attemptN == task.acceptedAttemptN)
    }
    // An output may take what the page has, so that asking for one attempt shows it whole.
    let room = (input.maxBytes - ByteBudget.frame) * 3 / 4
    var page = PageFiller(AttemptLine.json, bytes: input.maxBytes)
    let told = attempts.prefix { attempt in
      page.add(
        AttemptLine(AttemptView(attempt, of: task.id, outputLimit: room), input.fields))
    }.count
    let hasCuts = page.hasCuts || page.items.contains { $0.members["outputCut"] == true }
    return Output(
      items: page.items, taskStatus: task.status,
      truncated: hasCuts || told < attempts.count,
      hint: Self.hint(task, told: told, of: attempts.count, hasCuts: hasCuts))
  }

  private static func hint(_ task: TaskRecord, told: Int, of count: Int, hasCuts: Bool) -> String {
    if task.attempts.isEmpty { return "It has not been tried yet. Call tasks_wait." }
    if told < count {
      return "\(count - told) more: call again with attempt_n, or with fields."
    }
    if hasCuts {
      return "An output is left out: tasks_artifacts_download with its outputCid as cid reads it."
    }
    return "tasks_messages_list shows what an attempt said and did."
  }

  package struct Output: JSONCodable, ToolOutput {
    var items: [AttemptLine]
    var taskStatus: TaskStatus
    var truncated: Bool
    var hint: String

    package static let json = Codec.object(
      Self.init(items:taskStatus:truncated:hint:),
      required("items", \.items, .array(of: AttemptLine.json)),
      required("taskStatus", \.taskStatus, TaskStatus.json),
      defaulted("truncated", \.truncated, .bool, false),
      required("hint", \.hint, .string)
    ).lean.outlining(["executor", "usage", "checked", "checks", "exit", "workspace", "session"])
  }
}

/// Names what of an attempt can be asked for by itself.
enum AttemptField: String, Sendable, Hashable, CaseIterable {
  case taskId, attemptN, status
  case statusReason, profile, worker, executor, claimedAt, startedAt, completedAt, output, outputCid
  case signature, signedAt
  case outputSizeBytes, checked, checks, error, usage, workspace, session, exit
  case survivors

  /// Stand in every line, whatever was asked for.
  static let fixed = ["taskId", "attemptN", "status", "outputCut"]
}

/// Shows an attempt, or the part of it that was asked for.
struct AttemptLine: JSONCodable {
  var members: JSONObject

  init(members: JSONObject) { self.members = members }

  init(_ view: AttemptView, _ fields: [AttemptField]) {
    let whole = AttemptView.json.value(of: view).objectValue ?? [:]
    let wanted = Set(AttemptField.fixed + fields.map(\.rawValue))
    members =
      fields.isEmpty
      ? whole : JSONObject(whole.members.filter { wanted.contains($0.key) })
  }

  static let json = Codec<AttemptLine>(
    schema: AttemptView.json.promising(["taskId", "attemptN", "status"]),
    read: { value, faults in
      Codec<JSONObject>.anyObject.read(value, &faults).map { AttemptLine(members: $0) }
    },
    write: { $1.value(.object($0.members)) })
}

extension TaskRecord {
  /// Gives an attempt by number, or says which there are.
  func attempt(_ number: Int) throws(ToolFailure) -> Attempt {
    if let found = attempts.first(where: { $0.attemptN == number }) { return found }
    let range = attempts.isEmpty ? "none yet" : "1 to \(attempts.count)"
    throw ToolFailure(
      code: FailureCode.notFound.rawValue, summary: "Task \(spec.name) has no attempt \(number).",
      faults: [Fault(pointer: JSONPointer(tokens: ["attempt_n"]), message: "there are \(range)")],
      nextStep: "Call tasks_attempts_list with the task alone to see them.")
  }
}
