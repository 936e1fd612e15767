import Agents
import JSON
import Tasks

/// Shows a task type.
struct TypeView: JSONCodable {
  var taskType: String
  var title: String
  var description: String
  var outputKind: OutputKind
  var policy: TaskType.Policy
  var inputSchemaCid: ContentID
  var outputSchemaCid: ContentID
  var inputSchema: JSONValue?
  var outputSchema: JSONValue?

  init(_ type: TaskType, isFull: Bool) {
    self.init(
      taskType: type.name, title: type.title, description: type.description,
      outputKind: type.outputKind, policy: type.policy, inputSchemaCid: type.inputSchemaCid,
      outputSchemaCid: type.outputSchemaCid,
      inputSchema: isFull ? .some(type.inputSchema) : .none,
      outputSchema: isFull ? .some(type.outputSchema) : .none)
  }

  private init(
    taskType: String, title: String, description: String, outputKind: OutputKind,
    policy: TaskType.Policy, inputSchemaCid: ContentID, outputSchemaCid: ContentID,
    inputSchema: JSONValue?, outputSchema: JSONValue?
  ) {
    self.taskType = taskType
    self.title = title
    self.description = description
    self.outputKind = outputKind
    self.policy = policy
    self.inputSchemaCid = inputSchemaCid
    self.outputSchemaCid = outputSchemaCid
    self.inputSchema = inputSchema
    self.outputSchema = outputSchema
  }

  /// Counts what leaving the schemas out would save.
  var schemaBytes: Int {
    (inputSchema?.bytes.count ?? 0) + (outputSchema?.bytes.count ?? 0)
  }

  static let json = Codec.object(
    Self.init(
      taskType:title:description:outputKind:policy:inputSchemaCid:outputSchemaCid:inputSchema:
      outputSchema:),
    required("taskType", \.taskType, .string),
    required("title", \.title, .string),
    required("description", \.description, .string),
    required("outputKind", \.outputKind, OutputKind.json),
    required("policy", \.policy, TaskType.Policy.json),
    required("inputSchemaCid", \.inputSchemaCid, .contentID),
    required("outputSchemaCid", \.outputSchemaCid, .contentID),
    optional("inputSchema", \.inputSchema, .any),
    optional("outputSchema", \.outputSchema, .any))
}

/// Names a file that holds no type that can be used.
struct TypeProblem: JSONCodable, Hashable {
  var file: String
  var reason: String

  init(file: String, reason: String) {
    self.file = file
    self.reason = reason
  }

  init(_ problem: TaskTypeRegistry.Problem) {
    self.init(
      file: CleanText.line(problem.file, limit: ViewLimit.path),
      reason: CleanText.line(problem.reason, limit: ViewLimit.sentence))
  }

  static let json = Codec.object(
    Self.init(file:reason:), required("file", \.file, .string),
    required("reason", \.reason, .string))
}

/// Shows who could run a task.
struct ProfileView: JSONCodable {
  var name: String
  var adapter: AdapterKind
  var available: Bool
  var reason: String?
  var version: String?
  var loggedIn: Bool?
  var isDefault: Bool

  static let json = Codec.object(
    Self.init(name:adapter:available:reason:version:loggedIn:isDefault:),
    required("name", \.name, .string),
    required("adapter", \.adapter, AdapterKind.json),
    required("available", \.available, .bool),
    optional("reason", \.reason, .string),
    optional("version", \.version, .string),
    optional("loggedIn", \.loggedIn, .bool),
    required("isDefault", \.isDefault, .bool))
}

extension ProfileView {
  init(_ entry: ProfileCatalog.Entry, _ inquiry: AgentInquiry?, defaultName: String?) {
    self.init(
      name: CleanText.line(entry.profile.name, limit: 64), adapter: entry.profile.adapter,
      available: entry.isAvailable, reason: entry.reason.map { CleanText.line($0, limit: 200) },
      version: inquiry?.version, loggedIn: inquiry?.isLoggedIn,
      isDefault: entry.profile.name == defaultName)
  }
}
