import JSON

/// Describes a kind of work: what goes in, what comes out, and how it is run.
package struct TaskType: Sendable {
  package let name: String
  package let title: String
  package let description: String
  package let outputKind: OutputKind
  package let policy: Policy
  package let inputSchema: JSONValue
  package let outputSchema: JSONValue
  package let inputSchemaCid: ContentID
  package let outputSchemaCid: ContentID
  private let inputRules: Schema
  private let outputRules: Schema

  /// Says how attempts of the type are run; only what this version does is ever true.
  package struct Policy: Sendable, Hashable {
    /// The conversation of an attempt is kept and may be continued.
    package var resumable = false
    package var workspaceMode = WorkspaceMode.sharedMount
    package var workspaceScope = WorkspaceScope.attempt
    package var sessionScope = SessionScope.none
    package var requiresReferences = false
    package var acceptsWorkspaceOverride = false
  }

  /// Says how long a workspace is kept.
  package enum WorkspaceScope: String, Sendable, Hashable, CaseIterable, JSONCodable {
    case attempt, session
    package static let json = Codec<WorkspaceScope>.enumeration
  }

  /// Says which tasks share a conversation.
  package enum SessionScope: String, Sendable, Hashable, CaseIterable, JSONCodable {
    case none, correlation, custom
    package static let json = Codec<SessionScope>.enumeration
  }

  /// Compiles both schemas; one that says what we cannot check is refused here, not at use.
  package init(
    name: String, title: String, description: String, outputKind: OutputKind = .artifact,
    policy: Policy = Policy(), inputSchema: JSONValue, outputSchema: JSONValue
  ) throws(TaskTypeError) {
    self.name = name
    self.title = title
    self.description = description
    self.outputKind = outputKind
    self.policy = policy
    self.inputSchema = inputSchema
    self.outputSchema = outputSchema
    (inputRules, inputSchemaCid) = try Self.load(inputSchema, "inputSchema", of: name)
    (outputRules, outputSchemaCid) = try Self.load(outputSchema, "outputSchema", of: name)
  }

  /// Finds what is wrong with an input; pointers begin where the caller says the input stands.
  package func faults(inInput input: JSONValue, at place: JSONPointer = .root) -> [Fault] {
    inputRules.validate(input).map { placed(reworded($0, for: input), at: place) }
  }

  /// Finds what is wrong with an output an agent claims.
  package func faults(inOutput output: JSONValue, at place: JSONPointer = .root) -> [Fault] {
    outputRules.validate(output).map { placed($0, at: place) }
  }

  private func placed(_ fault: Fault, at place: JSONPointer) -> Fault {
    Fault(
      pointer: JSONPointer(tokens: place.tokens + fault.pointer.tokens), message: fault.message)
  }

  /// Says in the input's own words what a schema can only say in a schema's.
  private func reworded(_ fault: Fault, for input: JSONValue) -> Fault {
    let tokens = fault.pointer.tokens
    let known = inputSchema["properties"]?.objectValue?.keys ?? []
    if tokens.count == 1, !known.contains(tokens[0]), input[tokens[0]] != nil {
      let hint = Nearest.hint(for: tokens[0], among: known)
      return Fault(pointer: fault.pointer, message: "unknown key \"\(tokens[0])\"\(hint)")
    }
    if tokens.isEmpty, input.objectValue != nil, !alternatives.isEmpty,
      alternatives.count(where: { input[$0] != nil }) != 1
    {
      let listed = alternatives.map { "\"\($0)\"" }.joined(separator: ", ")
      return Fault(pointer: fault.pointer, message: "exactly one of \(listed) is required")
    }
    return fault
  }

  /// Lists the keys of which the input's schema demands exactly one.
  private var alternatives: [String] {
    (inputSchema["oneOf"]?.arrayValue ?? []).compactMap {
      $0["required"]?.arrayValue?.first?.stringValue
    }
  }

  private static func load(
    _ document: JSONValue, _ member: String, of type: String
  ) throws(TaskTypeError) -> (Schema, ContentID) {
    do {
      return (try Schema(document), ContentID(json: try document.canonical))
    } catch {
      throw TaskTypeError(type: type, member: member, reason: "\(error)")
    }
  }
}

extension TaskType.Policy: JSONCodable {
  package static let json = Codec.object(
    Self.init(
      resumable:workspaceMode:workspaceScope:sessionScope:requiresReferences:
      acceptsWorkspaceOverride:),
    required("resumable", \.resumable, .bool, "Its conversation is kept and may go on."),
    required("workspaceMode", \.workspaceMode, WorkspaceMode.json, "Where it works."),
    required(
      "workspaceScope", \.workspaceScope, TaskType.WorkspaceScope.json, "How long that stays."),
    required(
      "sessionScope", \.sessionScope, TaskType.SessionScope.json, "Who shares a conversation."),
    required("requiresReferences", \.requiresReferences, .bool, "It needs earlier work."),
    required(
      "acceptsWorkspaceOverride", \.acceptsWorkspaceOverride, .bool,
      "The input may name another workspace."))
}

/// Names the type that could not be loaded, and why; it does not stop the others.
package struct TaskTypeError: Error, Sendable, Hashable, CustomStringConvertible {
  package let type: String
  package let member: String
  package let reason: String

  package var description: String { "task type \(type): \(member): \(reason)" }
}
