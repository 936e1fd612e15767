import Agents
import JSON
import Posix
import Tasks
import TestSupport
import Testing

/// Holds one recorded run of a real agent: what it wrote, how it ended, what was asked of it.
struct Recording: Sendable, CustomTestStringConvertible {
  let agent: String
  let name: String
  let run: JSONValue

  var testDescription: String { "\(agent)/\(name)" }

  /// Lists an agent's recordings, as its `runs.json` does.
  static func all(_ agents: [String]) -> [Recording] {
    agents.flatMap { agent in
      (runs(agent).objectValue ?? [:]).map {
        Recording(agent: agent, name: $0.key, run: $0.value)
      }
    }
  }

  var path: String { "\(Self.folder)/\(agent)/\(name)" }

  /// What the agent wrote, line by line; of a dialogue its side only.
  var lines: [AgentLine] {
    get throws {
      let endings = agent == "codex-app-server" ? [".dialog.jsonl"] : [".txt", ".jsonl"]
      let suffix = try #require(try endings.first { try RealFileSystem().exists(path + $0) })
      let texts = try readText(path + suffix).split(
        separator: "\n", omittingEmptySubsequences: false)
      guard suffix == ".dialog.jsonl" else { return texts.map { AgentLine(Array($0.utf8)) } }
      return try texts.compactMap { text in
        guard !text.isEmpty else { return nil }
        let entry = try JSONValue.parse(String(text))
        return entry["from"] == "agent" ? entry["message"].map { AgentLine($0.bytes) } : nil
      }
    }
  }

  var exit: Posix.ExitStatus {
    if let signal = run["signal"]?.intValue {
      return .signalled(signal == 15 ? .terminate : .kill)
    }
    return .exited(code: Int32(run["exit"]?.intValue ?? 0))
  }

  var answers: [JSONValue] { run["answers"]?.arrayValue ?? [] }

  var brief: Brief {
    var brief = Brief(work: .words(brief: "Do the task.", prompt: "Do the task."))
    if let id = run["resume"]?.stringValue { brief.conversation = .resume(id: id, spent: nil) }
    if let id = run["fork"]?.stringValue { brief.conversation = .fork(id: id, spent: nil) }
    if run["schema"] == true { brief.outputSchema = ["type": "object"] }
    return brief
  }

  /// The adapter that would have run it.
  var adapter: any AgentAdapter {
    let program = agent == "qoder" ? "qodercli" : agent
    let plan = LaunchPlan(profile: agent, adapter: .command, executable: "/bin/\(program)")
    return switch agent {
    case "codex": CodexExecAdapter(plan: plan)
    case "codex-app-server": CodexAdapter(plan: plan)
    case _ where Self.speakingProse.contains(agent): TextAdapter(plan: plan)
    default: ClaudeAdapter(plan: plan)
    }
  }

  /// Those whose words are kept as they come; what some of them print as JSON is prose to us.
  static let speakingProse: Set = [
    "aider", "code-puppy", "copilot", "fast-agent", "gptme", "hermes", "kimi", "mini-swe-agent",
    "openhands", "vibe",
  ]

  private static func runs(_ agent: String) -> JSONValue {
    do {
      return try JSONValue.parse(try readText("\(folder)/\(agent)/runs.json"))
    } catch {
      Issue.record("\(agent): \(error)")
      return [:]
    }
  }

  private static var folder: String {
    let folder = "\(#filePath)".split(separator: "/").dropLast(2).joined(separator: "/")
    return "/\(folder)/Recordings"
  }
}
