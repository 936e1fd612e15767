import Agents
import JSON
import Posix
import Tasks
import TestSupport
import Testing

/// Plays the agent's side of a recorded ACP dialogue, with its answers put to what we ask.
struct ACPReplay {
  private(set) var interpreter: any AgentInterpreter
  private(set) var standing = AgentStanding()
  private(set) var story: [String] = []
  /// Our latest request by method, and the recorded client's by id.
  private var ours: [String: JSONValue] = [:]
  private var theirs: [JSONValue: String] = [:]
  private let decision: String
  private let traits: AgentTraits

  init(_ recording: ACPRecording, mode: PermissionMode = .edits) {
    let plan = LaunchPlan(
      profile: recording.agent, adapter: .acp, executable: "/bin/agent",
      settings: AgentSettings(permissionMode: mode))
    let adapter = ACPAdapter(plan: plan)
    traits = adapter.traits
    decision = recording.name == "rejected" ? "deny" : "allow"
    interpreter = adapter.interpreter(
      for: recording.brief,
      in: AgentPlace(
        directory: recording.directory, attemptFolder: "/attempt", canAsk: true))
    take(interpreter.open())
  }

  mutating func play(_ entry: JSONValue) {
    guard let message = entry["message"] else { return }
    let method = message["method"]?.stringValue
    if entry["from"] == "client" {
      if let method, let id = message["id"] { theirs[id] = method }
      if method == "session/cancel" { take(interpreter.carry(out: .interrupt)) }
    } else if method != nil {
      hear(message)
    } else if let id = message["id"], let asked = theirs[id], let own = ours[asked] {
      var answer = message.objectValue ?? [:]
      answer["id"] = own
      hear(.object(answer))
    }
  }

  mutating func finish() { take(interpreter.finish()) }

  mutating func end(_ exit: Posix.ExitStatus) {
    if !standing.openCalls.isEmpty {
      story.append("open calls: \(standing.openCalls.values.sorted().joined(separator: ", "))")
    }
    story.append("in all: \(EventText.usage(standing.usage))")
    story.append("rest: \(interpreter.rest)")
    story.append("\(exit) → \(EventText.outcome(outcome(exit)))")
  }

  func outcome(_ exit: Posix.ExitStatus) -> Settlement.Outcome {
    standing.outcome(exit: exit, traits, lastErrorLine: nil)
  }

  private mutating func hear(_ message: JSONValue) {
    take(interpreter.interpret(AgentLine(message.bytes)))
  }

  private mutating func take(_ reaction: Reaction) {
    for event in reaction.events {
      standing.take(event)
      story.append(EventText.event(event))
    }
    var settings: [JSONValue] = []
    for line in reaction.bytes.split(separator: UInt8(ascii: "\n")) {
      story.append("→ " + EventText.short(String(decoding: line, as: UTF8.self)))
      guard let message = try? JSONValue.parse(line),
        let method = message["method"]?.stringValue, let id = message["id"]
      else { continue }  // An answer of ours.
      ours[method] = id
      // The recorded client set nothing, so nobody recorded the answer.
      if method.hasPrefix("session/set_") { settings.append(id) }
    }
    for id in settings { hear(["jsonrpc": "2.0", "id": id, "result": [:]]) }
    for case .asked(let question) in reaction.events {
      story.append("answer \(decision)")
      take(
        interpreter.carry(
          out: .answer(requestId: question.requestId, .string(decision))))
    }
  }
}

/// Holds one recorded dialogue with an agent that speaks ACP.
struct ACPRecording: Sendable, CustomTestStringConvertible {
  let agent: String
  let name: String
  let entries: [JSONValue]

  var testDescription: String { "\(agent)/\(name)" }
  var goldenPath: String { "\(Self.folder)/\(agent)/\(name).events" }

  var directory: String { opening?["cwd"]?.stringValue ?? "/work" }

  var brief: Brief {
    var brief = Brief(work: .words(brief: "Do the task.", prompt: "Do the task."))
    guard let id = opening?["sessionId"]?.stringValue else { return brief }
    brief.conversation =
      name.hasSuffix("_fork") ? .fork(id: id, spent: nil) : .resume(id: id, spent: nil)
    return brief
  }

  /// What the recorded client said to open the session.
  private var opening: JSONValue? {
    entries.first { $0["from"] == "client" && $0["message"]?["id"] == 2 }?["message"]?["params"]
  }

  static let all: [ACPRecording] = {
    do {
      return try read()
    } catch {
      Issue.record("\(error)")
      return []
    }
  }()

  private static func read() throws -> [ACPRecording] {
    let files = RealFileSystem()
    var found: [ACPRecording] = []
    for agent in try files.list(folder).sorted() where agent.hasPrefix("acp-") {
      for file in try files.list("\(folder)/\(agent)").sorted() {
        guard file.hasSuffix(".dialog.jsonl") else { continue }
        let entries = try readText("\(folder)/\(agent)/\(file)").split(separator: "\n").map {
          try JSONValue.parse(String($0))
        }
        let name = String(file.dropLast(".dialog.jsonl".count))
        found.append(ACPRecording(agent: agent, name: name, entries: entries))
      }
    }
    return found
  }

  private static var folder: String {
    let folder = "\(#filePath)".split(separator: "/").dropLast(2).joined(separator: "/")
    return "/\(folder)/Recordings"
  }
}
