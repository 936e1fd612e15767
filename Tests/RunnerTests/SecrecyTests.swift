import JSON
import Posix
import Runner
import TaskStore
import Tasks
import TestSupport
import Testing

/// Checks that no secret an agent comes by is stored with what it says.
@Suite struct SecrecyTests {
  /// The halves of tokens, which stand nowhere whole, so that a script is not found for them.
  private static let halves: [(String, String)] = [
    ("ghp_", "0123456789abcdefghijABCDEFGHIJ456789"),
    ("github_pat_", "11AAAAAAA0abcdefghijkl_mnopqrstuvw"),
    ("sk-ant-", "api03-abcdefghijklmnopqrstuvwxyz0123"),
    ("sk-", "abcdefghijklmnopqrstuv0123456789ABCD"), ("AKI", "AIOSFODNN7EXAMPLE"),
    ("xox", "b-123456789012-abcdefghijkl"),
    ("Bearer eyJ", "hbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.c2lnbmF0dXJl"),
    ("-----BEGIN RSA PRIVATE ", #"KEY-----\nMIIEpAIBAAKCAQEA0\n-----END RSA PRIVATE KEY-----"#),
  ]

  /// What must be found in no file of the store.
  private static let traces = halves.flatMap { half in
    half.1.split(separator: "\\n").map(String.init).filter { !$0.contains("KEY--") }
  }

  private func expectNoTrace(_ stage: Stage, _ folder: String, sparing: Set<String> = []) throws {
    let files = RealFileSystem()
    for name in try files.list(folder) where !sparing.contains(name) {
      let path = folder + "/" + name
      switch try files.status(path, followingLinks: false)?.kind {
      case .directory: try expectNoTrace(stage, path, sparing: sparing)
      case .file:
        let text = String(decoding: try files.read(path), as: UTF8.self)
        for trace in Self.traces { #expect(!text.contains(trace), "\(trace) in \(path)") }
      default: break
      }
    }
  }

  @Test(arguments: ["text", "cut", "event", "failure"])
  func tokensAreKnownByTheirShape(_ way: String) throws {
    try withStage { stage in
      var script = ""
      for (index, half) in Self.halves.enumerated() {
        script += "b\(index)=$(tr '_' '_' < \(stage.base)/half\(index))\n"
        try writeFile(stage.base + "/half\(index)", half.1)
        switch way {
        case "text":
          script += "printf \"<\(half.0)$b\(index)>\\n\"; printf \"<\(half.0)$b\(index)>\\n\" >&2\n"
        case "cut":
          script += """
            printf '<\(half.0)'; printf '<\(half.0)' >&2; sleep 0.05
            printf "$b\(index)>\\n"; printf "$b\(index)>\\n" >&2

            """
        case "event":
          script += #"""
            echo '{"errand":"tool_start","callId":"\#(index)","tool":"t","arguments":{"a":"\#(half.0)'"$b\#(index)"'"}}'
            echo '{"errand":"text","text":"<\#(half.0)'"$b\#(index)"'>"}'
            echo '{"errand":"result","summary":"<\#(half.0)'"$b\#(index)"'>","output":{"branch":"\#(half.0)'"$b\#(index)"'"}}'

            """#
        default:
          script += #"echo '{"errand":"error","message":"\#(half.0)'"$b\#(index)"'"}'; "#
        }
      }
      // printf would take what begins with a dash for an option.
      script = script.replacing("printf '<", with: "printf -- '<")
      let file = stage.base + "/agent.sh"
      try writeFile(file, script + (way == "failure" ? "exit 1" : "exit 0"))
      let task = try stage.run("sh \(file)")
      #expect(task.status == (way == "failure" ? .failed : .completed))
      try expectNoTrace(stage, stage.root)
      let said = try stage.messages(task).map { "\($0)" }.joined()
      #expect(said.contains("secret"), "\(said)")
    }
  }

  @Test func aKnownValueIsFoundAcrossLinesAndEscaped() throws {
    try withStage { stage in
      let id = try #require(TaskID("01890000-0000-7000-8000-000000000002"))
      try stage.store.writeSecrets(id, ["KEY": "first line\nse\"cond li\\ne"])
      let input: JSONValue = [
        "script": .string(
          """
          printf '%s\\n' "$KEY"; printf '%s\\n' "$KEY" >&2
          printf '%s\\n' '{"errand":"text","text":"<first line\\nse\\"cond li\\\\ne>"}'
          """)
      ]
      let cid = ContentID(json: try input.canonical)
      var spec = TaskSpec(
        name: "secretive", title: "t", taskType: "command", input: input, inputCid: cid,
        inputSchemaCid: cid,
        launch: LaunchPlan(profile: "shell", adapter: .shell, executable: nil))
      spec.launch.environment = try stage.store.storeEnvironment([:])
      spec.launch.secretNames = ["KEY"]
      let task = try stage.store.create(spec, id: id, by: Stage.actor, nameIsGiven: true).record
      try stage.store.sync()
      let runner = try stage.startRunner()
      let ended = try stage.wait(for: task)
      #expect(try stage.text(ended) == "[secret KEY]\n<[secret KEY]>")
      for name in ["transcript.jsonl", "stderr.log"] {
        let text = try readText(stage.attemptFolder(ended) + "/" + name)
        #expect(text.contains("[secret KEY]") && !text.contains("cond li"), "\(name): \(text)")
      }
      _ = consume runner
    }
  }

  /// Says a secret piece by piece, as each protocol does, and then whole where it does so.
  private static func pieces(of agent: Speaker, _ first: String, _ rest: String) -> String {
    func line(_ piece: String) -> String {
      switch agent {
      case .claude:
        #"{"type":"stream_event","event":{"type":"content_block_delta","delta":{"type":"text_delta","text":"\#(piece)"}}}"#
      case .codex:
        #"{"method":"item/agentMessage/delta","params":{"threadId":"t","itemId":"m","delta":"\#(piece)"}}"#
      case .acp:
        #"{"jsonrpc":"2.0","method":"session/update","params":{"sessionId":"s","update":{"sessionUpdate":"agent_message_chunk","content":{"type":"text","text":"\#(piece)"}}}}"#
      }
    }
    let result =
      #"{"type":"user","message":{"content":[{"type":"tool_result","tool_use_id":"a","content":"line:\n\#(first)\#(rest)\n"}]}}"#
    let lines =
      [line("Key: " + first), line(rest), line(" it is.")] + (agent == .claude ? [result] : [])
    return lines.map { "say '\($0)'" }.joined(separator: "\n")
  }

  @Test(arguments: Speaker.allCases)
  func aSecretSaidInPiecesOrBehindAnEscapeIsKeptNowhere(_ agent: Speaker) throws {
    try withStage { stage in
      let (first, rest) = ("sk-ant-api03-abcdefgh", "ijklmnopqrstuvwxyz0123")
      let task = try agent.task(
        on: stage, Self.pieces(of: agent, first, rest) + "\nover 'that was it'; rest")
      let runner = try stage.startRunner()
      let ended = try stage.wait(for: task)
      #expect(ended.status == .completed, "\(ended.statusMessage ?? "")")
      let folder = stage.attemptFolder(ended)
      for name in ["transcript.jsonl", "messages-000001.jsonl"] {
        let text = try readText(folder + "/" + name)
        #expect(!text.contains("abcdefgh") && !text.contains("ijklmnop"), "\(name): \(text)")
      }
      #expect(try readText(folder + "/transcript.jsonl").hasPrefix("{"))
      _ = consume runner
    }
  }

  @Test func aFileStaysAsItIsAndThePatchShowsNoSecret() throws {
    try withStage { stage in
      let tree = stage.base + "/tree"
      try RealFileSystem().createDirectory(tree)
      let made = try Program.run(["-c", "git init -q ."], executable: "/bin/sh", directory: tree)
      #expect(made.status.isSuccess)
      let token = Self.halves[0].0 + Self.halves[0].1
      try writeFile(stage.base + "/token", token + "\n")
      let task = try stage.run(
        "cp \(stage.base)/token new; cp \(stage.base)/token $ERRAND_ARTIFACTS/kept.txt",
        directory: tree)
      let kept = try #require(task.artifacts.first { $0.title == "kept.txt" })
      let diff = try #require(task.artifacts.first { $0.kind == "diff" })
      let blobs = stage.store.blobs
      let bytes = try blobs.read(kept.cid, offset: 0, count: 1000)
      #expect(String(decoding: bytes, as: UTF8.self) == token + "\n")
      let patch = String(
        decoding: try blobs.read(diff.cid, offset: 0, count: diff.sizeBytes), as: UTF8.self)
      #expect(patch.contains("+[secret") && !patch.contains(Self.halves[0].1))
      #expect(try readText(tree + "/new") == token + "\n")
      let notes = try stage.messages(task).compactMap {
        if case .info(let text, _) = $0 { text } else { nil }
      }
      #expect(notes.contains { $0.hasPrefix("kept.txt holds what looks like a secret") })
      #expect(notes.contains { $0.hasPrefix("Secrets in the change") })
      #expect(notes.contains("1 file changed."))
    }
  }
}
