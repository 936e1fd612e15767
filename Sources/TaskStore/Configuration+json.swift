import JSON
import Posix
import Tasks

/// Says why the configuration cannot be used.
package enum ConfigurationError: Error, Sendable, CustomStringConvertible {
  case unreadable(path: String, SystemError)
  case syntax(path: String, JSONSyntaxError)
  case faults(path: String, [Fault])

  package var description: String {
    switch self {
    case .unreadable(let path, let error): "\(path) cannot be read: \(error)"
    case .syntax(let path, let error): "\(path) is no JSON: \(error)"
    case .faults(let path, let faults):
      "\(path): " + faults.map { "\($0.pointer): \($0.message)" }.joined(separator: "; ")
    }
  }

  package var nextStep: String { "Mend the file, or move it away to use the defaults." }
}

extension Configuration: JSONCodable {
  /// Declares every key with its default: reader, writer, schema and `errand config` in one place.
  package static let json = Codec.object(
    {
      (
        profiles: [Profile], defaultProfile: String?, roots: [String], maxParallel: Int,
        timeouts: Timeouts, ceilings: Ceilings, prices: [String: Price], autoResume: Bool,
        allowCommands: Bool, questions: Questions, env: PassedEnvironment, retention: Retention,
        limits: Limits, console: ConsoleSetting, signing: Signing, team: String
      ) in
      var made = Configuration()
      made.profiles = profiles
      made.defaultProfile = defaultProfile
      made.roots = roots
      made.maxParallel = maxParallel
      made.timeouts = timeouts
      made.budget = made.budget.filled(by: ceilings.task)
      made.dailyUsd = ceilings.dailyUsd ?? made.dailyUsd
      made.prices = prices
      made.autoResume = autoResume
      made.allowCommands = allowCommands
      made.questions = questions
      made.env = env
      made.retention = retention
      made.limits = limits
      made.console = console
      made.signing = signing
      made.team = team
      return made
    },
    defaulted("profiles", \.profiles, .array(of: Profile.json), [], "Who may run tasks."),
    optional("defaultProfile", \.defaultProfile, .string, "Used when a task names none."),
    defaulted("roots", \.roots, .array(of: .string), [], "Where agents may work; none: home."),
    defaulted(
      "maxParallel", \.maxParallel, .int(1...256), Configuration().maxParallel,
      "Attempts at once."),
    defaulted("timeouts", \.timeouts, Timeouts.json, Timeouts(), "Limits in seconds."),
    defaulted("budget", \.ceilings, Ceilings.json, Ceilings(), "The most one task may use."),
    defaulted(
      "prices", \.prices, .dictionary(of: Price.json), [:],
      "US dollars for a million tokens, by model, for agents that tell no cost."),
    defaulted(
      "autoResume", \.autoResume, .bool, false,
      "Lets a task stopped by a quota go on once that is back."),
    defaulted(
      "allowCommands", \.allowCommands, .bool, false, "Lets a chat client run commands."),
    defaulted(
      "questions", \.questions, Questions.json, Questions(), "How long agents wait for answers."),
    defaulted("env", \.env, PassedEnvironment.json, PassedEnvironment(), "Variables for agents."),
    defaulted(
      "retention", \.retention, Retention.json, Retention(), "How long `errand prune` keeps."),
    defaulted("limits", \.limits, Limits.json, Limits(), "Bounds of what may grow."),
    defaulted(
      "console", \.console, ConsoleSetting.json, ConsoleSetting(), "The page; false for none."),
    defaulted("signing", \.signing, Signing.json, Signing(), "Signs what attempts hand in."),
    defaulted("team", \.team, .string(length: 1...100), "local", "The team tasks belong to."))

  static func decode(
    _ value: JSONValue, _ path: String
  ) throws(ConfigurationError) -> Configuration {
    do throws(Mismatch) {
      return try json.decode(value)
    } catch {
      throw .faults(path: path, error.faults)
    }
  }

  /// Names the keys nothing reads, each with the nearest that exists.
  static func unknownKeys(_ value: JSONValue, _ path: String) -> [String] {
    unknownKeys(value, json.schema, .root).map { "\(path): \($0)" }
  }

  private static func unknownKeys(
    _ value: JSONValue, _ schema: JSONValue, _ place: JSONPointer
  ) -> [String] {
    switch value {
    case .object(let object):
      guard let known = schema["properties"]?.objectValue else { return [] }
      return object.flatMap { key, value in
        guard let inner = known[key] else {
          return [
            "\(place.appending(key: key)) is unknown\(Nearest.hint(for: key, among: known.keys))"
          ]
        }
        return unknownKeys(value, inner, place.appending(key: key))
      }
    case .array(let items):
      guard let inner = schema["items"] else { return [] }
      return items.enumerated().flatMap {
        unknownKeys($0.element, inner, place.appending(index: $0.offset))
      }
    default: return []
    }
  }
}

extension Budget {
  /// Takes another's limits where it has them.
  fileprivate func filled(by other: Budget) -> Budget {
    Budget(usd: other.usd ?? usd, tokens: other.tokens ?? tokens, turns: other.turns ?? turns)
  }
}

extension Configuration {
  /// Spells the limits on what a task, and what all tasks of a day may use, as the file does.
  struct Ceilings: Sendable, Hashable, JSONCodable {
    var task = Budget()
    var dailyUsd: Double?

    static let json = Codec.object(
      { Self(task: Budget(usd: $0, tokens: $1, turns: $2), dailyUsd: $3) },
      optional("usd", \.task.usd, .double(0...1_000_000), "US dollars."),
      optional("tokens", \.task.tokens, .int(0 ... .max), "Tokens of every kind."),
      optional("turns", \.task.turns, .int(0 ... .max), "Turns of the agent."),
      optional(
        "dailyUsd", \.dailyUsd, .double(0...1_000_000),
        "US dollars for all tasks of a day (UTC); then none is started until the next."))
  }

  private var ceilings: Ceilings { Ceilings(task: budget, dailyUsd: dailyUsd) }
}

extension Configuration.Timeouts: JSONCodable {
  package static let json = Codec.object(
    { (dispatch: Int, start: Int, running: Int, grace: Int, check: Int, silence: Int) in
      var made = Configuration.Timeouts()
      made.dispatch = dispatch
      made.start = start
      made.running = running
      made.grace = grace
      made.check = check
      made.silence = silence
      return made
    },
    defaulted("dispatch", \.dispatch, .int(1...86_400), 300, "From claim to start."),
    defaulted("start", \.start, .int(1...3600), 90, "From start to the agent's first sign."),
    defaulted("running", \.running, .int(1...2_592_000), 7200, "The longest run."),
    defaulted("grace", \.grace, .int(0...600), 5, "From the polite signal to the last one."),
    defaulted("check", \.check, .int(1...86_400), 600, "Longest run of one check."),
    defaulted(
      "silence", \.silence, .int(0...86_400), 0,
      "The longest an agent with a protocol says nothing while no tool runs; 0: no limit."))
}

extension Configuration.PassedEnvironment: JSONCodable {
  package static let json = Codec.object(
    { (pass: [String]) in
      var made = Configuration.PassedEnvironment()
      made.pass = pass
      return made
    },
    defaulted("pass", \.pass, .array(of: .string), [], "Names handed on to every agent."))
}

extension Configuration.ProfileTimeouts: JSONCodable {
  package static let json = Codec.object(
    { (running: Int?, setup: Int?) in
      var made = Configuration.ProfileTimeouts()
      made.running = running
      made.setup = setup
      return made
    },
    optional("running", \.running, .int(1...2_592_000), "The longest run."),
    optional("setup", \.setup, .int(1...86_400), "The longest setup; 600 if not set."))
}

extension Configuration.Profile: JSONCodable {
  package static let json = Codec.object(
    {
      (
        name: String, adapter: AdapterKind, executable: String?, arguments: [String],
        env: [String: String], passEnv: [String], model: String?, effort: String?,
        permissionMode: PermissionMode, directories: [String], budget: Budget,
        timeouts: Configuration.ProfileTimeouts, questions: Configuration.Questions?,
        maxParallel: Int?, sharedDirectory: Bool, account: String?, setup: [String],
        disposable: [String]
      ) in
      var made = Configuration.Profile(name: name, adapter: adapter)
      made.executable = executable
      made.arguments = arguments
      made.env = env
      made.passEnv = passEnv
      made.model = model
      made.effort = effort
      made.permissionMode = permissionMode
      made.directories = directories
      made.budget = budget
      made.timeouts = timeouts
      made.questions = questions
      made.maxParallel = maxParallel
      made.sharedDirectory = sharedDirectory
      made.account = account
      made.setup = setup
      made.disposable = disposable
      return made
    },
    required("name", \.name, .string(length: 1...64), "What tasks call it."),
    required("adapter", \.adapter, AdapterKind.json, "How its program is driven."),
    optional("executable", \.executable, .string, "A path, or a name on PATH."),
    defaulted("arguments", \.arguments, .array(of: .string), [], "Passed as they are."),
    defaulted("env", \.env, .dictionary(of: .string), [:], "Variables with their values."),
    defaulted("passEnv", \.passEnv, .array(of: .string), [], "Variables handed on, as secrets."),
    optional("model", \.model, .string(length: 1...200), "The model claude or codex is to use."),
    optional("effort", \.effort, .string(length: 1...32), "How hard claude or codex is to think."),
    defaulted(
      "permissionMode", \.permissionMode, PermissionMode.json, .edits,
      "What it may do without asking."),
    defaulted(
      "directories", \.directories, .array(of: .string), [], "Where claude or codex may work, too."),
    defaulted("budget", \.budget, Budget.json, Budget(), "Lowers the general budget."),
    defaulted(
      "timeouts", \.timeouts, Configuration.ProfileTimeouts.json, .init(), "Lowers the limits."),
    optional("questions", \.questions, Configuration.Questions.json, "In place of the general."),
    optional("maxParallel", \.maxParallel, .int(1...256), "Of its attempts at once."),
    defaulted(
      "sharedDirectory", \.sharedDirectory, .bool, false, "Several tasks in one directory."),
    optional(
      "account", \.account, .string(length: 1...100),
      "Whose quota it uses; absent: its program's."),
    defaulted(
      "setup", \.setup, .array(of: .string), [],
      "Program and arguments, run in each new worktree or scratch folder before the agent."),
    defaulted(
      "disposable", \.disposable, .array(of: .string(length: 1...200)), [],
      "Ignored paths that keep no worktree, such as node_modules/."))
}
