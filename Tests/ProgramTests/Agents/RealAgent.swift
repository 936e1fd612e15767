import JSON
import Posix
import TestSupport
import Testing

/// Is a real coding agent that tests may run: one that a variable names, or that is on PATH.
///
/// One that is named must run; only one on PATH may be missing.
enum RealAgent: String, Sendable, CaseIterable, CustomTestStringConvertible {
  case claude, codex

  var testDescription: String { rawValue }

  private static let programs: [RealAgent: String] = {
    var found: [RealAgent: String] = [:]
    for agent in allCases {
      found[agent] =
        Environment.value("ERRAND_TEST_\(agent.rawValue.uppercased())")
        ?? Environment.which(agent.rawValue, path: Environment.value("PATH"))
    }
    return found
  }()

  /// Those that are here.
  static let present = allCases.filter { programs[$0] != nil && StandIn.python != nil }
  static var isAnyPresent: Bool { !present.isEmpty }
  static let absence: Comment =
    "neither ERRAND_TEST_CLAUDE nor ERRAND_TEST_CODEX is set, nor is such an agent on PATH"

  var program: String { Self.programs[self] ?? rawValue }

  /// Names the variable that holds its key.
  var key: String {
    switch self {
    case .claude: "ANTHROPIC_API_KEY"
    case .codex: "STAND_IN_KEY"
    }
  }

  /// Names the variable that holds a plan's token instead of a key.
  static let planToken = "CLAUDE_CODE_OAUTH_TOKEN"

  /// Gives the model's wish to run a command, as this agent's tools have it.
  func shell(_ command: String) -> JSONValue {
    switch self {
    case .claude:
      ["name": "Bash", "input": ["command": .string(command), "description": "A command"]]
    case .codex: ["name": "exec_command", "input": ["cmd": .string(command)]]
    }
  }

  /// Gives the model's wish to run a command that this agent asks leave for.
  func privileged(_ command: String) -> JSONValue {
    switch self {
    case .claude: shell(command)
    case .codex:
      [
        "name": "exec_command",
        "input": [
          "cmd": .string(command), "sandbox_permissions": "require_escalated",
          "justification": "It is needed.",
        ],
      ]
    }
  }

  /// Gives the model's wish to ask which of two words it is to be, by the agent's own tool.
  func choice(_ question: String, _ one: String, _ other: String) -> JSONValue {
    let options: JSONValue = .array(
      [one, other].map { ["label": .string($0), "description": "As it says"] })
    var asked: JSONObject = [
      "question": .string(question), "header": "Choice", "options": options,
    ]
    switch self {
    case .claude:
      asked["multiSelect"] = false
      return ["name": "AskUserQuestion", "input": ["questions": [.object(asked)]]]
    case .codex:
      asked["id"] = "choice"
      return ["name": "request_user_input", "input": ["questions": [.object(asked)]]]
    }
  }

  /// The folders in a home where it keeps its conversations.
  func conversations(in home: String) -> String {
    switch self {
    case .claude: home + "/.claude/projects"
    case .codex: home + "/.codex/sessions"
    }
  }

  /// Gives the model's wish to use a tool that acts for the attempt.
  func own(_ tool: String, _ input: JSONValue) -> JSONValue {
    switch self {
    case .claude: ["name": .string("mcp__errand__\(tool)"), "input": input]
    case .codex: ["name": .string(tool), "namespace": "mcp__errand", "input": input]
    }
  }

  /// Gives a profile that leads it to the stand-in, and away from the user's own account; with a
  /// plan it pays by the month, and is told when its quota is back.
  func profile(
    _ model: StandIn, home: String, permissionMode: String = "all", hasPlan: Bool = false
  ) -> JSONValue {
    let key = hasPlan && self == .claude ? Self.planToken : key
    var environment: JSONObject = [:]
    switch self {
    case .claude:
      environment = [
        "ANTHROPIC_BASE_URL": .string(model.address),
        "CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC": "1", "CLAUDE_CODE_MAX_RETRIES": "1",
        // It refuses to be let loose by root anywhere else.
        "IS_SANDBOX": "1",
      ]
    case .codex:
      environment = ["CODEX_HOME": .string(home + "/.codex")]
    }
    return [
      "name": .string(rawValue), "adapter": .string(rawValue), "executable": .string(program),
      "permissionMode": .string(permissionMode), "env": .object(environment),
      "passEnv": [.string(key)],
    ]
  }

  /// Writes what it reads of its home.
  func furnish(_ home: String, _ model: StandIn) throws {
    guard self == .codex else { return }
    try RealFileSystem().createDirectories(home + "/.codex")
    try writeFile(
      home + "/.codex/config.toml",
      """
      model = "stand-in"
      model_provider = "stand-in"
      [model_providers.stand-in]
      name = "Stand-in"
      base_url = "\(model.address)/v1"
      wire_api = "responses"
      env_key = "STAND_IN_KEY"
      request_max_retries = 1
      stream_max_retries = 1
      """)
  }
}

/// Is a model that says what a scenario tells it to, on the loopback.
struct StandIn {
  static let key = "sk-stand-in-0123456789abcdef"
  static let python =
    Environment.value("ERRAND_TEST_PYTHON")
    ?? Environment.which("python3", path: Environment.value("PATH"))

  let address: String
  private let program: RunningProgram

  init(_ scenario: JSONValue, in folder: String) throws {
    let place = Path.join(Path.parent(Path.parent(#filePath)), "Clients/model.py")
    try writeFile(folder + "/scenario.json", scenario.text)
    program = try Program.start(
      [place, "--scenario", folder + "/scenario.json", "--port-file", folder + "/port"],
      executable: Self.python)
    var port = ""
    let isUp = try eventually {
      guard try RealFileSystem().exists(folder + "/port") else { return false }
      port = try readText(folder + "/port")
      return !port.isEmpty
    }
    try #require(isUp, "the stand-in did not start: \(program.errorText)")
    address = "http://127.0.0.1:\(port)"
  }

  /// Answers every wish of the main conversation in turn, and side requests with a title.
  static func scenario(_ turns: [JSONValue], rules: [JSONValue] = []) -> JSONValue {
    [
      "rules": .array(rules),
      "main": ["has_tools": true], "side": ["text": "{\"title\": \"Aside\"}"], "at_end": "stop",
      "turns": .array(turns),
    ]
  }
}
