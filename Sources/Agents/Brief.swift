import JSON
import Tasks

/// Holds what an attempt is asked to do, taken from the task's validated input.
package struct Brief: Sendable, Hashable {
  package enum Work: Sendable, Hashable {
    /// Somebody's words, and the same with constraints and context as one prompt.
    case words(brief: String, prompt: String)
    case script(String)
    case arguments([String])
  }

  package var work: Work
  /// Text for standard input, where the work itself does not take it.
  package var input: String?
  package var environment: [String: String]
  package var conversation: Conversation = .new
  /// What the agent's structured output must satisfy, where it is asked for one.
  package var outputSchema: JSONValue?
  /// The most US dollars it may use, for agents that count only at a turn's end.
  package var budgetUsd: Double?
  package var budgetOwner = BudgetOwner.task
  /// What is said instead, where the conversation turns out not to be one its agent can copy; nil
  /// where nothing else than a copy will do.
  package var anew: String?

  /// Says whose limit it is that the agent may not go beyond.
  package enum BudgetOwner: Sendable, Hashable { case task, day }

  /// Says which conversation of the agent's an attempt carries on.
  package enum Conversation: Sendable, Hashable {
    case new
    /// With what it had used when it was last left, where its agent counts totals.
    case resume(id: String, spent: Usage?)
    case fork(id: String, spent: Usage?)

    package var source: String? {
      switch self {
      case .new: nil
      case .resume(let id, _), .fork(let id, _): id
      }
    }

    package var spent: Usage? {
      switch self {
      case .new: nil
      case .resume(_, let spent), .fork(_, let spent): spent
      }
    }

    /// Tells whether this is the conversation that was asked for.
    package func admits(_ id: String) -> Bool {
      switch self {
      case .new: true
      case .resume(let wanted, _): id == wanted
      case .fork(let source, _): id != source
      }
    }
  }

  package init(work: Work, input: String? = nil, environment: [String: String] = [:]) {
    self.work = work
    self.input = input
    self.environment = environment
  }

  /// Reads a task's input; the shape was checked when the task was created.
  package init(
    _ spec: TaskSpec, _ type: TaskType, feedback: String? = nil, background: String? = nil
  ) throws(LaunchRefusal) {
    if spec.taskType == Self.commandType {
      try self.init(command: spec.input)
      return
    }
    let prompt = Prompt.render(spec, type, feedback: feedback, background: background)
    let brief = spec.input["brief"]?.stringValue
    // Nothing but somebody's own words may ever run as a script.
    if spec.launch.adapter == .shell, brief == nil { throw .malformedInput("no brief") }
    self.init(work: .words(brief: brief ?? prompt, prompt: prompt))
    // Other agents' structured outputs take a narrower kind of schema; their prose is read.
    if spec.launch.adapter == .claude, type.wantsStructure(for: spec.input) {
      outputSchema = type.outputSchema(for: spec.input)
    }
    budgetUsd = spec.budget.usd
  }

  /// Says how an earlier attempt of the same task ended whose conversation is gone on with.
  package enum Stop: Sendable, Hashable {
    /// A quota stopped it in its work.
    case paused
    /// It ended before its work did; with the words of who has it go on.
    case brokenOff(String?)
    /// What it came to was sent back, with these words.
    case sentBack(String?)

    fileprivate var words: String {
      switch self {
      case .paused, .brokenOff(nil), .sentBack(nil): "You were stopped. Go on where you were."
      case .brokenOff(let words?): "You were stopped. Go on where you were.\n\n" + words
      case .sentBack(let feedback?): "Your work was sent back. Go on with it:\n\n" + feedback
      }
    }
  }

  /// Gives what is said when a conversation is gone on with. The agent remembers it as it was, so
  /// it is told what is otherwise now; stopped in its work, it is not given that work again.
  package func goingOn(
    with conversation: Conversation, after stop: Stop?, notes: [String]
  ) -> Brief {
    guard conversation != .new, case .words(let words, let prompt) = work else { return self }
    var next = self
    next.conversation = conversation
    let start = stop?.words ?? prompt
    let changed = notes.isEmpty ? [] : ["What has changed since:\n" + notes.joined(separator: "\n")]
    next.work = .words(
      brief: stop == nil ? words : start, prompt: ([start] + changed).joined(separator: "\n\n"))
    return next
  }

  /// Names the task type whose input is an argv or a script.
  package static let commandType = "command"

  private init(command input: JSONValue) throws(LaunchRefusal) {
    let work: Work
    switch (input["argv"]?.arrayValue, input["script"]?.stringValue) {
    case (let argv?, nil):
      let arguments = argv.compactMap(\.stringValue)
      guard !arguments.isEmpty, arguments.count == argv.count else {
        throw .malformedInput("argv must be a list of strings")
      }
      work = .arguments(arguments)
    case (nil, let script?): work = .script(script)
    default: throw .malformedInput("give exactly one of argv and script")
    }
    var environment: [String: String] = [:]
    for (name, value) in input["env"]?.objectValue?.members ?? [] {
      environment[name] = value.stringValue
    }
    self.init(work: work, input: input["stdin"]?.stringValue, environment: environment)
  }

  /// Shows what is given to who works, as the first message of the attempt: a shell takes somebody's
  /// words as its script, and no word beside them.
  package func text(for adapter: AdapterKind) -> String {
    switch work {
    case .words(let brief, let prompt): adapter == .shell ? brief : prompt
    case .script(let script): script
    case .arguments(let argv): argv.joined(separator: " ")
    }
  }
}
