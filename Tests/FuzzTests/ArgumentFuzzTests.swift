import Agents
import JSON
import MCP
import Posix
import Runner
import TaskStore
import Tasks
import TestSupport
import Testing

@testable import Tools
@testable import errand

/// Feeds changed arguments to every tool, changed words to the command line, and changed lines to
/// the interpreter that `shell` and `command` share.
struct ArgumentFuzzTests {
  static let arguments: [JSONValue] = [
    [
      "brief": "do", "task_type": "freeform", "title": "t", "name": "n-1", "profile": "shell",
      "priority": 5, "tags": ["a"], "running_timeout_sec": 60, "budget_usd": 1.5, "wait": false,
      "idempotency_key": "k", "workspace": "none", "directory": "/tmp", "dry_run": true,
    ],
    ["task_type": "command", "input": ["argv": ["ls", "-l"], "stdin": "x", "env": ["A": "b"]]],
    ["view": "all", "status": ["done", "running"], "limit": 5, "cursor": "abc", "text": "x"],
    ["view": "inbox", "seen": 7, "max_bytes": 4000],
    ["task_id": "n-0", "attempt_n": 1, "after_seq": 3, "kinds": ["text"], "tail": 5],
    ["task_ids": ["n-0"], "until": "terminal", "timeout_sec": 0, "after": 3],
    ["task_id": "n-0", "cid": "bafkreigh2akiscaildc", "offset": 0, "max_bytes": 1000],
    ["task_id": "n-0", "text": "hello", "title": "x", "base64": "aGVsbG8="],
    ["cid": "bafkreihdwdcefgh4dqkjv67uzcmw7ojee6xedzdetojuzjevtenxquvyku", "encoding": "base64"],
  ]

  @Test func everyToolTakesItsArgumentsOrSaysWhatIsWrong() throws {
    try withTemporaryDirectory { root in
      let work = root + "/work"
      try RealFileSystem().createDirectory(work)
      let workshop = Workshop(
        Workshop.Setting(
          environment: ["HOME": root, "PATH": "/bin", "ERRAND_CONFIG": root + "/config/c.json"],
          storeRoot: root + "/store", startDirectory: work,
          build: Build(version: "1", build: "1")
        ) { _ in })
      let toolbox = try Toolbox.current(workshop)
      let create: JSONObject = ["brief": "true", "profile": "shell", "name": "n-0"]
      _ = try toolbox.answer("tasks_create", create, Caller.terminal(user: "ann"))
      let tools = toolbox.operations
      let seeds = Self.arguments.map(\.bytes)
      try Fuzz.run("arguments", seeds: seeds, rounds: 200) { input, mutation in
        let tool = tools[mutation.number(below: tools.count)]
        var value = Self.arguments[mutation.number(below: Self.arguments.count)]
        for _ in 0...mutation.number(below: 3) {
          value = mutation.graft(value, from: Self.arguments)
        }
        do { value = try JSONValue.parse(input) } catch is JSONSyntaxError {}
        guard var object = value.objectValue else { return }
        // What would wait, or write to the disk thousands of times, is read and no more.
        if tool.name == "tasks_wait" { object["timeout_sec"] = 0 }
        if tool.name == "tasks_create" { object["dry_run"] = true }
        do throws(ToolFailure) {
          _ = try toolbox.perform(tool.name, object, Caller.terminal(user: "ann"))
        } catch {
          #expect(!error.summary.isEmpty)
        }
      }
    }
  }

  static let words = [
    "run\nfix it\n--watch\n--dir\n/tmp\n--profile=shell", "list\n-q\n--status\ndone\n--limit\n5",
    "create\n--input\n{\"a\":1}\n--type\ncommand\n--\n--x", "artifacts\nget\na\nb\n-o\nx",
    "logs\nx\n--follow\n--since\n3\n--kind\ntext", "wait\na\nb\n--until\nterminal\n--timeout\n5",
    "help\nlist", "--version", "completions\nzsh", "serve\n--tools\na,b\n--allow-commands",
  ].map { Array($0.utf8) }

  @Test func everyCommandLineIsUnderstoodOrRefusedWithItsNextStep() throws {
    let parser = LineParser(commands: Command.all, directory: "/tmp")
    try Fuzz.run("command line", seeds: Self.words, rounds: 500) { input, _ in
      let words = String(decoding: input, as: UTF8.self).split(
        separator: "\n", omittingEmptySubsequences: false)
      do throws(Complaint) {
        _ = try parser.read(words.map(String.init))
      } catch {
        #expect(error.text.contains("Next: "))
      }
    }
  }

  static let agentLines = [
    #"{"errand":"progress","text":"half way"}"#,
    #"{"errand":"tool_end","callId":"1","tool":"x","ok":true,"result":{"a":[1,2]}}"#,
    #"{"errand":"usage","inputTokens":3,"costUsd":0.25,"model":"m","turns":9}"#,
    #"{"errand":"error","code":"agent_auth","message":"\u00e9\ud800"}"#,
    #"{"errand":"result","summary":"done","output":{"a":1}}"#, "plain \u{1B}[31mred\u{1B}[0m text",
  ].map { Array($0.utf8) }

  /// Lines of the agents' own protocols, as they were recorded, shortened.
  static let protocolLines = [
    #"{"type":"system","subtype":"init","session_id":"s","model":"m","tools":["Bash"]}"#,
    #"{"type":"assistant","message":{"id":"m1","content":[{"type":"text","text":"Hi"},"#
      + #"{"type":"tool_use","id":"t1","name":"Bash","input":{"command":"ls"}}],"#
      + #""usage":{"input_tokens":9,"output_tokens":1}},"session_id":"s"}"#,
    #"{"type":"control_request","request_id":"r","request":{"subtype":"can_use_tool","#
      + #""tool_name":"Bash","input":{"command":"ls"},"tool_use_id":"t1"}}"#,
    #"{"type":"result","subtype":"success","is_error":false,"num_turns":1,"result":"Done","#
      + #""total_cost_usd":0.01,"usage":{"input_tokens":100,"output_tokens":20}}"#,
    #"{"id":1,"result":{"userAgent":"codex/0.163.0"}}"#,
    #"{"method":"thread/started","params":{"thread":{"id":"t"}}}"#,
    #"{"method":"item/completed","params":{"item":{"type":"agentMessage","text":"Hi"}}}"#,
    #"{"method":"turn/completed","params":{"turn":{"id":"u","status":"completed"}}}"#,
    #"{"type":"item.completed","item":{"id":"i","type":"command_execution","command":"ls","#
      + #""aggregated_output":"a\n","exit_code":0,"status":"completed"}}"#,
    #"{"type":"turn.completed","usage":{"input_tokens":9,"output_tokens":2}}"#,
  ].map { Array($0.utf8) }

  static let adapters = AdapterKind.allCases

  @Test(arguments: adapters)
  func everyLineOfAnAgentBecomesEventsOfBoundedSize(_ kind: AdapterKind) throws {
    let plan = LaunchPlan(profile: "p", adapter: kind, executable: "/bin/agent")
    let brief = Brief(work: .words(brief: "b", prompt: "b"))
    let place = AgentPlace(directory: "/d", attemptFolder: "/a", canAsk: true)
    let seeds = Self.agentLines + Self.protocolLines
    try Fuzz.run("agent lines", seeds: seeds, rounds: 150) { input, mutation in
      var interpreter: any AgentInterpreter = plan.adapterInUse.interpreter(for: brief, in: place)
      var events = interpreter.open().events
      for line in input.split(separator: 10, omittingEmptySubsequences: false) {
        let length = line.count + (mutation.number(below: 5) == 0 ? Int(Int32.max) : 0)
        events += interpreter.interpret(AgentLine(Array(line), length: length)).events
        if mutation.number(below: 4) == 0 { events += interpreter.pause().events }
      }
      events += interpreter.finish().events
      let size = events.reduce(0) { $0 + "\($1)".utf8.count }
      guard size <= 20 * input.count + 10_000 else { throw Fuzz.Finding("it grew to \(size)") }
    }
  }
}
