import Agents
import JSON
import Posix
import Runner
import TaskStore
import Tasks
import TestSupport

/// Plays an agent of a protocol in a shell script, over real pipes: it asks for leave, takes what
/// is said between its turns, and stops when it is told to.
enum Speaker: String, CaseIterable, Sendable {
  case claude, codex, acp

  var adapter: AdapterKind {
    switch self {
    case .claude: .claude
    case .codex: .codex
    case .acp: .acp
    }
  }

  /// What in the answer means leave, and what means none.
  var leave: String {
    switch self {
    case .claude: #""behavior":"allow""#
    case .codex: #""decision":"accept""#
    case .acp: #""optionId":"yes""#
    }
  }

  var refusal: String {
    switch self {
    case .claude: #""behavior":"deny""#
    case .codex: #""decision":"decline""#
    case .acp: #""optionId":"no""#
    }
  }

  /// Defines `open`, `ask`, `hear` (a line into `$line`), `stopped`, `over` and `begin`.
  private var words: String {
    switch self {
    case .claude:
      """
      open() {
        read -r greeting; read -r prompt
        say '{"type":"system","subtype":"init","session_id":"s-1","model":"m","cwd":"/"}'
      }
      ask() {
        say '{"type":"control_request","request_id":"r'"$1"'","request":{"subtype":"can_use_tool",\
      "tool_name":"Bash","input":{"command":"ls"}}}'
      }
      stopped() { say '{"type":"result","subtype":"error_during_execution","is_error":true,\
      "terminal_reason":"aborted_tools"}'; }
      over() { say '{"type":"result","subtype":"success","is_error":false,"result":"'"$1"'"}'; }
      begin() { :; }
      """
    case .codex:
      """
      open() {
        read -r greeting; say '{"id":1,"result":{"userAgent":"codex/0.1"}}'
        read -r initialized; read -r thread; printf '%s\\n' "$thread" > thread
        say '{"id":2,"result":{"thread":{"id":"t"}}}'
        turn=2; read -r prompt; begin
      }
      ask() {
        say '{"id":5'"$1"',"method":"item/commandExecution/requestApproval","params":{"threadId":\
      "t","itemId":"i","command":"ls"}}'
      }
      end() {
        say '{"method":"turn/completed","params":{"threadId":"t","turn":{"id":"u","status":"'"$1"'"}}}'
      }
      stopped() { end interrupted; }
      over() {
        say '{"method":"item/completed","params":{"threadId":"t","item":{"type":"agentMessage",\
      "id":"m","text":"'"$1"'"}}}'
        end completed
      }
      begin() { turn=$((turn+1)); say '{"id":'"$turn"',"result":{"turn":{"id":"u"}}}'; }
      """
    case .acp:
      """
      open() {
        read -r greeting
        say '{"jsonrpc":"2.0","id":1,"result":{"protocolVersion":1,"agentCapabilities":{}}}'
        read -r session; printf '%s\\n' "$session" > session
        say '{"jsonrpc":"2.0","id":2,"result":{"sessionId":"s"}}'
        turn=2; read -r prompt; begin
      }
      ask() {
        say '{"jsonrpc":"2.0","id":5'"$1"',"method":"session/request_permission","params":\
      {"sessionId":"s","toolCall":{"toolCallId":"t","kind":"execute","title":"ls"},"options":[\
      {"optionId":"yes","kind":"allow_once"},{"optionId":"no","kind":"reject_once"}]}}'
      }
      end() { say '{"jsonrpc":"2.0","id":'"$turn"',"result":{"stopReason":"'"$1"'"}}'; }
      stopped() { end cancelled; }
      over() {
        say '{"jsonrpc":"2.0","method":"session/update","params":{"sessionId":"s","update":\
      {"sessionUpdate":"agent_message_chunk","content":{"type":"text","text":"'"$1"'"}}}}'
        end end_turn
      }
      begin() { turn=$((turn+1)); }
      """
    }
  }

  /// Creates a task whose agent does this after it was prompted.
  func task(
    on stage: Stage, _ script: String, _ adjust: (inout TaskSpec) -> Void = { _ in }
  ) throws -> TaskRecord {
    // In a folder of its own: another task's script may be running.
    let folder = "\(stage.base)/agent-\(UInt32.random(in: 0 ... .max))"
    try RealFileSystem().createDirectory(folder)
    let agent = folder + "/" + rawValue
    let head = """
      #!/bin/sh
      # As it is asked before it is driven.
      case "$*" in *--help*) echo "Usage: codex app-server"; exit;; esac
      cd \(stage.base)
      say() { printf '%s\\n' "$1"; }
      hear() { read -r line; printf '%s\\n' "$line" >> heard; }
      rest() { while read -r more; do :; done; }
      \(words)
      open

      """
    try writeFile(agent, head + script, permissions: 0o700)
    return try stage.create("freeform", ["brief": "Do it"]) {
      $0.launch = LaunchPlan(
        profile: rawValue, adapter: adapter, executable: agent,
        environment: $0.launch.environment)
      adjust(&$0)
    }
  }
}

extension Stage {
  func heard() throws -> String { try readText(base + "/heard") }

  /// Tells the store something about a task as somebody at a terminal would.
  @discardableResult
  func tell(_ task: TaskRecord, _ event: TaskEvent) throws -> TaskRecord {
    let record = try store.change(.id(task.id), by: Self.actor) { _ in event }
    try store.sync()
    return record
  }
}
