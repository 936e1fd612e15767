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
  /// Is the text of the prompt's template.
  package let prompt: String
  let template: PromptTemplate
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
    /// Failing checks go back to the agent once, while it is still there.
    package var returnsChecks = true
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
    policy: Policy = Policy(), inputSchema: JSONValue, outputSchema: JSONValue,
    prompt: String = ""
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
    self.prompt = prompt
    template = try Self.template(prompt, inputSchema, of: name)
  }

  /// Finds what is wrong with an input; pointers begin where the caller says the input stands.
  package func faults(inInput input: JSONValue, at place: JSONPointer = .root) -> [Fault] {
    let faults = inputRules.validate(input).map { placed(reworded($0, for: input), at: place) }
    guard faults.isEmpty else { return faults }
    return InnerPath.faults(in: input, of: name, at: place) + criteriaFaults(in: input, at: place)
  }

  /// Checks the criteria of every type alike: what a user's own schema lets through would otherwise
  /// be kept, and never looked at.
  private func criteriaFaults(in input: JSONValue, at place: JSONPointer) -> [Fault] {
    guard let given = input[SuccessCriteria.key], !given.isNull else { return [] }
    let at = place.appending(key: SuccessCriteria.key)
    do throws(Mismatch) {
      let criteria = try SuccessCriteria.json.decode(given)
      return criteria.faults(at: at, outputSchemaCid: outputSchemaCid)
    } catch {
      return error.faults.map { placed($0, at: at) }
    }
  }

  /// Finds what is wrong with an output an agent claims for a task, beside what is known of it.
  package func faults(
    inOutput output: JSONValue, of spec: TaskSpec, beside facts: OutputFacts = OutputFacts(),
    at place: JSONPointer = .root
  ) -> [Fault] {
    let faults = outputRules.validate(output).map { placed($0, at: place) }
    guard faults.isEmpty else { return faults }
    var more = facts.faults(in: output, of: spec, name, at: place)
    if outputKind == .judgment { more += Judgment.faults(inFiguresOf: output, at: place) }
    guard let criteria = SuccessCriteria(of: spec.input) else { return more }
    let claim = place.appending(key: Verification.key)
    if let given = output[Verification.key], !given.isNull {
      more += Verification.faults(inClaim: given, inputCid: spec.inputCid, at: claim)
      more += criteria.faults(inEntriesOf: given, outputKind, at: claim)
    } else if wantsVerification(criteria) {
      more.append(Fault(pointer: claim, message: "required: there are success criteria"))
    }
    if outputKind == .judgment, let rubric = criteria.rubric {
      more += Judgment.faults(in: output, by: rubric, at: place)
    }
    return more
  }

  /// Tells whether an agent must hand in more than a summary in words.
  package func wantsStructure(for input: JSONValue) -> Bool {
    outputSchema(for: input)["required"]?.arrayValue?.contains { $0 != "summary" } ?? false
  }

  /// Gives the schema of what is to be handed in for an input.
  package func outputSchema(for input: JSONValue) -> JSONValue {
    guard let criteria = SuccessCriteria(of: input), wantsVerification(criteria),
      case .object(var schema) = outputSchema
    else { return outputSchema }
    let required = schema["required"]?.arrayValue ?? []
    schema["required"] = .array(required + [.string(Verification.key)])
    return .object(schema)
  }

  /// A judge's rubric speaks of the work it judges: its own output is checked by its sums.
  private func wantsVerification(_ criteria: SuccessCriteria) -> Bool {
    outputKind == .artifact || !criteria.gates.isEmpty || !criteria.assertions.isEmpty
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

  /// Reads the template, which may ask only for what an input can hold.
  private static func template(
    _ prompt: String, _ inputSchema: JSONValue, of type: String
  ) throws(TaskTypeError) -> PromptTemplate {
    do throws(PromptTemplate.Refusal) {
      let template = try PromptTemplate(prompt)
      let known = inputSchema["properties"]?.objectValue?.keys ?? []
      guard let stranger = template.members.sorted().first(where: { !known.contains($0) }) else {
        return template
      }
      throw PromptTemplate.Refusal(
        description: "the input has no \"\(stranger)\"\(Nearest.hint(for: stranger, among: known))")
    } catch {
      throw TaskTypeError(type: type, member: "prompt", reason: error.description)
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
      acceptsWorkspaceOverride:returnsChecks:),
    required("resumable", \.resumable, .bool, "Its conversation is kept and may go on."),
    required("workspaceMode", \.workspaceMode, WorkspaceMode.json, "Where it works."),
    required(
      "workspaceScope", \.workspaceScope, TaskType.WorkspaceScope.json, "How long that stays."),
    required(
      "sessionScope", \.sessionScope, TaskType.SessionScope.json, "Who shares a conversation."),
    required("requiresReferences", \.requiresReferences, .bool, "It needs earlier work."),
    required(
      "acceptsWorkspaceOverride", \.acceptsWorkspaceOverride, .bool,
      "The input may name another workspace."),
    defaulted(
      "returnsChecks", \.returnsChecks, .bool, true, "Failing checks go back to the agent once."))
}

/// Names the type that could not be loaded, and why; it does not stop the others.
package struct TaskTypeError: Error, Sendable, Hashable, CustomStringConvertible {
  package let type: String
  package let member: String
  package let reason: String

  package var description: String {
    ["task type \(type)", member, reason].filter { !$0.isEmpty }.joined(separator: ": ")
  }
}
