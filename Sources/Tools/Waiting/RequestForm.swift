import JSON
import MCP
import Tasks

/// Puts a task's question into a form that every client can show, and reads the answer out of it.
struct RequestForm: Sendable {
  let task: TaskID
  let request: InputRequest
  let form: ElicitationForm

  /// Gives none where the answer must have a shape that no form has.
  init?(_ request: InputRequest, of record: TaskRecord) {
    guard let fields = Self.fields(of: request) else { return nil }
    task = record.id
    self.request = request
    let view = RequestView(request)
    var words = "\(record.spec.name.cleanedWord) asks: \(view.question)"
    if let wish = view.permission?.arguments { words += "\n\(wish.text)" }
    form = ElicitationForm(words, fields)
  }

  /// Names it among all questions of all tasks; never used for another.
  var key: String { "\(task).\(request.requestId)" }

  /// Finds the open questions of tasks that fit a form; the others are left to other ways.
  static func all(of tasks: [TaskRecord]) -> [RequestForm] {
    tasks.flatMap { task in task.pendingRequests.compactMap { RequestForm($0, of: task) } }
  }

  /// Gives the answer in the shape that was asked for; nil where it is none.
  func answer(_ content: JSONObject) -> JSONValue? {
    guard form.accepts(content) else { return nil }
    let answer: JSONValue?
    if request.permission != nil {
      answer = content[Self.only]?.stringValue.flatMap(Permission.init(rawValue:))?.answer()
    } else if isObject {
      answer = .object(content)
    } else {
      answer = content[Self.only]
    }
    guard let answer, request.faults(in: answer).isEmpty else { return nil }
    return answer
  }

  private var isObject: Bool {
    request.options.isEmpty && request.schema?["type"]?.stringValue == "object"
  }

  /// The name of a field that stands for the whole answer.
  private static let only = "answer"

  private static func fields(of request: InputRequest) -> [ElicitationField]? {
    if request.permission != nil {
      // To allow for ever is for the terminal and the console.
      return [choice(only, "Decision", [Permission.allow.rawValue, Permission.deny.rawValue])]
    }
    if !request.options.isEmpty { return [choice(only, "Answer", request.options)] }
    guard let schema = request.schema else {
      return [ElicitationField(only, title: "Answer", .text(maxLength: 100_000))]
    }
    guard schema["type"]?.stringValue == "object" else {
      return kind(of: schema).map { [ElicitationField(only, title: "Answer", $0)] }
    }
    guard let members = schema["properties"]?.objectValue?.members, !members.isEmpty else {
      return nil
    }
    let required = (schema["required"]?.arrayValue ?? []).compactMap(\.stringValue)
    let fields = members.compactMap { name, schema in
      kind(of: schema).map {
        ElicitationField(
          name, title: line(schema["title"]) ?? name, description: line(schema["description"]), $0,
          isRequired: required.contains(name))
      }
    }
    return fields.count == members.count ? fields : nil
  }

  private static func choice(
    _ name: String, _ title: String, _ options: [String]
  ) -> ElicitationField {
    ElicitationField(name, title: title, .choice(named(options)))
  }

  private static func named(_ options: [String]) -> [ElicitationField.Option] {
    options.map { .init($0, title: CleanText.line($0, limit: 200)) }
  }

  private static func kind(of schema: JSONValue) -> ElicitationField.Kind? {
    if let options = words(schema["enum"]) { return .choice(named(options)) }
    switch schema["type"]?.stringValue {
    case "string": return .text(maxLength: schema["maxLength"]?.intValue)
    case "integer": return .integer(nil)
    case "number": return .number
    case "boolean": return .yesNo(preset: nil)
    case "array": return words(schema["items"]?["enum"]).map { .choices(named($0)) }
    default: return nil
    }
  }

  private static func words(_ value: JSONValue?) -> [String]? {
    guard let items = value?.arrayValue, !items.isEmpty else { return nil }
    let words = items.compactMap(\.stringValue)
    return words.count == items.count ? words : nil
  }

  private static func line(_ value: JSONValue?) -> String? {
    value?.stringValue.map { CleanText.line($0, limit: 200) }
  }
}
