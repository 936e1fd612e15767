import JSON

/// Names an agent's conversation, as far as it is known how it can be carried on.
package struct AttemptSession: Sendable, Hashable {
  /// Says how the conversation began.
  package enum Kind: String, Sendable, Hashable, CaseIterable, JSONCodable {
    /// It is a new one.
    case root
    /// It goes on with an earlier one, under the same id.
    case extend
    /// It began as a copy of an earlier one.
    case fork
    package static let json = Codec<Kind>.enumeration
  }

  /// What the agent itself calls it.
  package var agentSessionId: String
  package var kind: Kind
  package var adapter: AdapterKind
  /// The agent's program, since several share one adapter and none reads another's conversations.
  package var program: String?
  /// Where the agent was started.
  package var directory: String
  package var agentVersion: String?
  /// Whether the agent's own file of it lies in the store.
  package var stored: Bool
  /// What the agent last said the whole conversation has used, where it counts totals.
  package var totals: Usage?

  package init(
    agentSessionId: String, kind: Kind, adapter: AdapterKind, program: String? = nil,
    directory: String, agentVersion: String? = nil, stored: Bool = false, totals: Usage? = nil
  ) {
    self.agentSessionId = agentSessionId
    self.kind = kind
    self.adapter = adapter
    self.program = program
    self.directory = directory
    self.agentVersion = agentVersion
    self.stored = stored
    self.totals = totals
  }

  /// Tells whether the conversation can be taken up again, by the same agent.
  package var isResumable: Bool { stored }
}

/// Says which earlier attempt's conversation and work a task carries on, as its creator found them.
package struct Continuation: Sendable, Hashable {
  /// Says what becomes of conversation, branch and workspace.
  package enum Mode: String, Sendable, Hashable, CaseIterable, JSONCodable {
    /// The same ones.
    case extend
    /// Copies of them.
    case fork
    package static let json = Codec<Mode>.enumeration
  }

  package var taskId: TaskID
  package var attemptN: Int
  package var mode: Mode
  /// Absent when the work is handed over with a briefing in place of the conversation.
  package var session: AttemptSession?
  /// Where the source left its work.
  package var workspace: AttemptWorkspace?

  package init(
    taskId: TaskID, attemptN: Int, mode: Mode, session: AttemptSession? = nil,
    workspace: AttemptWorkspace? = nil
  ) {
    self.taskId = taskId
    self.attemptN = attemptN
    self.mode = mode
    self.session = session
    self.workspace = workspace
  }
}

extension AttemptSession: JSONCodable {
  package static let json = Codec.object(
    Self.init(
      agentSessionId:kind:adapter:program:directory:agentVersion:stored:totals:),
    required("agentSessionId", \.agentSessionId, .string, "The agent's own id of it."),
    required("kind", \.kind, Kind.json, "How it began."),
    required("adapter", \.adapter, AdapterKind.json, "Who can take it up."),
    optional("program", \.program, .string, "The agent's program."),
    required("directory", \.directory, .string, "Where the agent was started."),
    optional("agentVersion", \.agentVersion, .string, "The agent's version."),
    defaulted("stored", \.stored, .bool, false, "Its file lies in the store."),
    optional("totals", \.totals, Usage.json, "What the whole conversation has used."))
}

extension Continuation: JSONCodable {
  package static let json = Codec.object(
    Self.init(taskId:attemptN:mode:session:workspace:),
    required("taskId", \.taskId, TaskID.json, "The task that is carried on."),
    required("attemptN", \.attemptN, .int(1 ... .max), "Its attempt."),
    required("mode", \.mode, Mode.json, "The same, or copies."),
    optional("session", \.session, AttemptSession.json, "The conversation."),
    optional("workspace", \.workspace, AttemptWorkspace.json, "Where it was left."))
}
