import JSON

extension TaskType {
  /// Is a type as its file has it, of which nothing is compiled yet.
  struct File: Sendable {
    var name: String
    var title: String
    var description: String
    var outputKind: OutputKind
    var policy: Policy
    var inputSchema: JSONObject
    var outputSchema: JSONObject
    var prompt: String

    static let json = Codec.object(
      Self.init(name:title:description:outputKind:policy:inputSchema:outputSchema:prompt:),
      unknownKeys: .refused,
      required("name", \.name, typeName),
      required("title", \.title, .string(length: 1...200)),
      required("description", \.description, .string(length: 1...600)),
      defaulted("outputKind", \.outputKind, OutputKind.json, .artifact),
      defaulted("policy", \.policy, Policy.fileForm, Policy()),
      required("inputSchema", \.inputSchema, .anyObject),
      required("outputSchema", \.outputSchema, .anyObject),
      required("prompt", \.prompt, .string(length: 1...100_000)))

    private static let typeName = Codec<String>.string(
      pattern: "^[a-z][a-z0-9_]{1,63}$", expected: "a name of a-z, 0-9 and _, such as fix_bug"
    ) { text in
      let bytes = Array(text.utf8)
      return (2...64).contains(bytes.count) && (0x61...0x7A).contains(bytes[0])
        && bytes.allSatisfy {
          (0x61...0x7A).contains($0) || (0x30...0x39).contains($0) || $0 == 0x5F
        }
    }
  }

  /// Reads a type in the form of its file.
  package init(file value: JSONValue) throws(TaskTypeError) {
    let file: File
    do throws(Mismatch) { file = try File.json.decode(value) } catch {
      throw TaskTypeError(
        type: CleanText.line(value["name"]?.stringValue ?? "", limit: 64), member: "",
        reason: "\(error)")
    }
    for (member, schema) in [
      ("inputSchema", file.inputSchema), ("outputSchema", file.outputSchema),
    ]
    where schema["type"] != "object" {
      throw TaskTypeError(type: file.name, member: member, reason: "its type must be \"object\"")
    }
    try self.init(
      name: file.name, title: file.title, description: file.description,
      outputKind: file.outputKind, policy: file.policy, inputSchema: .object(file.inputSchema),
      outputSchema: .object(file.outputSchema), prompt: file.prompt)
  }

  /// Gives the type in the form of its file.
  package var file: JSONValue {
    File.json.value(
      of: File(
        name: name, title: title, description: description, outputKind: outputKind,
        policy: policy, inputSchema: inputSchema.objectValue ?? [:],
        outputSchema: outputSchema.objectValue ?? [:], prompt: prompt))
  }
}

extension TaskType.Policy {
  /// As a file has it: what it does not say is as it is by default.
  fileprivate static let fileForm = Codec.object(
    Self.init(
      resumable:workspaceMode:workspaceScope:sessionScope:requiresReferences:
      acceptsWorkspaceOverride:returnsChecks:), unknownKeys: .refused,
    defaulted("resumable", \.resumable, .bool, usual.resumable),
    defaulted("workspaceMode", \.workspaceMode, WorkspaceMode.json, usual.workspaceMode),
    defaulted(
      "workspaceScope", \.workspaceScope, TaskType.WorkspaceScope.json, usual.workspaceScope),
    defaulted("sessionScope", \.sessionScope, TaskType.SessionScope.json, usual.sessionScope),
    defaulted("requiresReferences", \.requiresReferences, .bool, usual.requiresReferences),
    defaulted(
      "acceptsWorkspaceOverride", \.acceptsWorkspaceOverride, .bool,
      usual.acceptsWorkspaceOverride),
    defaulted("returnsChecks", \.returnsChecks, .bool, usual.returnsChecks))

  private static let usual = TaskType.Policy()
}
