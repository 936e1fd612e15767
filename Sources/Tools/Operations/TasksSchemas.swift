import Agents
import JSON
import MCP
import Runner
import Tasks

/// Lists the types of tasks with their schemas, and who can run them.
package struct TasksSchemas: TaskTool {
  package let workshop: Workshop
  package let name = "tasks_schemas"
  package let title = "Show task types and profiles"
  package let summary = """
    Lists the task types (what tasks_create takes as input for each) and the profiles: which \
    agents can run tasks here, which is the default, and why one is not available.
    """
  package let hints = ToolHints.reading
  package let group = Toolset.tasks

  package struct Input: JSONCodable, Budgeted {
    enum Detail: String, Sendable, CaseIterable { case brief, full }
    var taskType: String?
    var detail: Detail?
    package var maxBytes: Int
    /// Types and profiles are the same for all.
    var team: String?
    var diary: String?

    package static let json = Codec.object(
      Self.init(taskType:detail:maxBytes:team:diary:), unknownKeys: .refused,
      optional("task_type", \.taskType, .text(1...200), "One type, with schemas."),
      optional("detail", \.detail, .enumeration, "With full, schemas of all types."),
      ByteBudget.field(\.maxBytes), TaskPlace.teamField(\.team), TaskPlace.diaryField(\.diary))
  }

  /// Programs of agents are asked about themselves, which takes them a moment, unless they were.
  package func waits(_ input: Input) -> Bool {
    do throws(ToolFailure) {
      return try !workshop.inquiries.due(workshop.catalog().entries).isEmpty
    } catch {
      // It is told when the call is made.
      return false
    }
  }

  package func perform(_ input: Input, _ caller: Caller) throws(ToolFailure) -> Output {
    let types = workshop.types()
    let chosen = try input.taskType.map { (name) throws(ToolFailure) in [try types.named(name)] }
    let isFull = input.detail == .full || input.detail == nil && chosen != nil
    let catalog = try workshop.catalog()
    let entries = catalog.entries
    let asked = try workshop.inquiries(of: entries)
    let defaultName = catalog.defaultName
    var output = Output(
      items: (chosen ?? types.types).map { TypeView($0, isFull: isFull) },
      profiles: entries.map { ProfileView($0, asked[$0.profile.name], defaultName: defaultName) },
      problems: types.problems.prefix(20).map(TypeProblem.init), truncated: false,
      hint: Self.hint(defaultName))
    // The largest go first, of each type what it hands in before what it takes; all names stay.
    while ByteBudget.size(output, Output.json) > input.maxBytes,
      let largest = output.items.indices
        .max(by: { output.items[$0].schemaBytes < output.items[$1].schemaBytes }),
      output.items[largest].schemaBytes > 0
    {
      if output.items[largest].outputSchema != nil {
        output.items[largest].outputSchema = JSONValue?.none
      } else {
        output.items[largest].inputSchema = JSONValue?.none
      }
      output.truncated = true
      output.hint = "Schemas were left out: \(Self.cure(input))"
    }
    if ByteBudget.size(output, Output.json) <= input.maxBytes { return output }
    output.truncated = true
    // Whoever does not see a type is told at least that there is one.
    let names = output.items.map(\.taskType)
    let room = input.maxBytes - names.joined(separator: ", ").utf8.count
    guard var (fitted, _) = ByteBudget.fit(output, Output.json, bytes: room) else {
      throw .tooSmall(input.maxBytes)
    }
    let left = names.dropFirst(fitted.items.count)
    fitted.hint =
      "Cut: \(Self.cure(input))"
      + (left.isEmpty ? "" : " Left out: \(left.joined(separator: ", ")).")
    return fitted
  }

  private static func cure(_ input: Input) -> String {
    let isMost = input.maxBytes >= ByteBudget.most
    return "name one task_type" + (isMost ? "." : ", or pass a larger max_bytes.")
  }

  private static func hint(_ defaultName: String?) -> String {
    defaultName == nil
      ? "No agent is installed and logged in: the user sees to that, or names a profile."
      : "Call tasks_create with a brief; the default profile runs it."
  }

  package struct Output: JSONCodable, ToolOutput {
    var items: [TypeView]
    var profiles: [ProfileView]
    var problems: [TypeProblem]
    var truncated: Bool
    var hint: String

    package static let json = Codec.object(
      Self.init(items:profiles:problems:truncated:hint:),
      required("items", \.items, .array(of: TypeView.json)),
      required("profiles", \.profiles, .array(of: ProfileView.json)),
      defaulted("problems", \.problems, .array(of: TypeProblem.json), []),
      defaulted("truncated", \.truncated, .bool, false),
      required("hint", \.hint, .string)
    ).bare.outlining(["policy"])
  }
}

extension TaskTypeRegistry {
  /// Gives the type of that name, or says which there are.
  func named(_ name: String) throws(ToolFailure) -> TaskType {
    if let type = self[name] { return type }
    throw ToolFailure(
      code: "task_type_unknown",
      summary: "There is no task type \"\(CleanText.line(name, limit: 60))\""
        + Nearest.hint(for: name, among: names) + ". Nothing was done.",
      faults: [Fault(pointer: JSONPointer(tokens: ["task_type"]), message: "unknown type")],
      nextStep: "Use one of \(names.joined(separator: ", ")); tasks_schemas describes them.")
  }
}
