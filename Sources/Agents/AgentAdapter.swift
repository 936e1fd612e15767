import Tasks

/// Knows how one kind of agent is started and understood.
package protocol AgentAdapter: Sendable {
  associatedtype Interpreter: AgentInterpreter
  var traits: AgentTraits { get }
  func launch(_ brief: Brief, in place: AgentPlace) throws(LaunchRefusal) -> AgentLaunch
  func interpreter(for brief: Brief, in place: AgentPlace) -> Interpreter
}

/// Says what may be concluded from an agent's signs of life and its end.
package struct AgentTraits: Sendable, Hashable {
  /// Whether a successful exec is not yet a start: the agent must speak within the start limit.
  package var speaksFirst: Bool
  /// Whether the exit code alone decides; others need a result event of the agent's own.
  package var exitCodeIsResult: Bool
  /// Whether it can be told something while it runs.
  package var takesMessages: Bool
  /// How long one call of our own tools may keep it waiting, in seconds.
  package var patience: Int

  package init(
    speaksFirst: Bool, exitCodeIsResult: Bool, takesMessages: Bool = false,
    patience: Int = AgentTools.shortPatience
  ) {
    self.speaksFirst = speaksFirst
    self.exitCodeIsResult = exitCodeIsResult
    self.takesMessages = takesMessages
    self.patience = patience
  }
}

/// Says where an attempt works and where its own files go.
package struct AgentPlace: Sendable, Hashable {
  /// The agent's working directory.
  package var directory: String
  /// The attempt's own folder, closed to other users.
  package var attemptFolder: String
  /// Whether somebody can be asked while it runs; otherwise what needs leave is denied.
  package var canAsk: Bool
  /// The server of ours for the agent, if it is to have one.
  package var tools: AgentTools?

  package init(
    directory: String, attemptFolder: String, canAsk: Bool = false, tools: AgentTools? = nil
  ) {
    self.directory = directory
    self.attemptFolder = attemptFolder
    self.canAsk = canAsk
    self.tools = tools
  }
}

/// Describes the process to start; a plain value, so that a launch can be tested as a table.
package struct AgentLaunch: Sendable, Hashable {
  package enum Program: Sendable, Hashable {
    case path(String)
    /// Looked up on the PATH of the attempt's recorded environment.
    case named(String)
  }

  package enum Input: Sendable, Hashable {
    /// Reads from /dev/null.
    case nothing
    /// Written, then closed.
    case text([UInt8])
    /// A conversation: kept open for what the interpreter says.
    case dialogue
  }

  /// A file that must exist before the start, closed to other users.
  package struct File: Sendable, Hashable {
    package var path: String
    package var bytes: [UInt8]
  }

  package var program: Program
  /// Without the program's own name.
  package var arguments: [String]
  package var environment: [String: String] = [:]
  package var files: [File] = []
  package var input: Input = .nothing

  package init(
    program: Program, arguments: [String], environment: [String: String] = [:],
    files: [File] = [], input: Input = .nothing
  ) {
    self.program = program
    self.arguments = arguments
    self.environment = environment
    self.files = files
    self.input = input
  }
}

/// Says why an adapter cannot carry a brief.
package enum LaunchRefusal: Error, Sendable, Hashable, CustomStringConvertible {
  case noProgram(profile: String)
  case notForThisAdapter(String)
  case malformedInput(String)

  package var description: String {
    switch self {
    case .noProgram(let profile): "Profile \(profile) names no program."
    case .notForThisAdapter(let what): "This profile cannot run \(what)."
    case .malformedInput(let what): "The task's input is malformed: \(what)."
    }
  }
}

extension TaskRecord {
  /// Tells whether its agent hears what is said to it while it runs, as far as that is known.
  package var hearsMessages: Bool {
    latestAttempt?.executor?.hears ?? spec.launch.adapterInUse.traits.takesMessages
  }
}

extension LaunchPlan {
  /// Tells whether its agent can copy a conversation, as far as that is known before it runs.
  package var mayFork: Bool {
    switch adapter {
    case .claude:
      ClaudeDialect.of(executable: executable ?? "")
        .conversation(.fork(id: "", spent: nil)) != nil
    case .codex, .acp: true
    case .shell, .command, .text, .worker: false
    }
  }

  /// Gives the adapter that knows how to carry out this plan.
  package var adapterInUse: any AgentAdapter {
    switch adapter {
    case .shell: ShellAdapter()
    // Nothing of ours starts a worker's task; here its missing program would be told.
    case .command, .worker: CommandAdapter(plan: self)
    case .claude: ClaudeAdapter(plan: self)
    case .codex:
      if arguments.first == CodexExecAdapter.word {
        CodexExecAdapter(plan: self)
      } else {
        CodexAdapter(plan: self)
      }
    case .text: TextAdapter(plan: self)
    case .acp: ACPAdapter(plan: self)
    }
  }
}
