import JSON
import Posix
import TestSupport
import Testing

/// Checks that outputs are signed where a key is set, with the system's own ssh-keygen.
@Suite(.enabled(if: Environment.which("ssh-keygen", path: Environment.value("PATH")) != nil))
struct SignatureTests {
  private func makeKey(_ path: String) throws -> String {
    let program = try #require(
      Environment.which("ssh-keygen", path: Environment.value("PATH")))
    let made = try Program.run(
      ["-q", "-t", "ed25519", "-N", "", "-C", "ann", "-f", path], executable: program)
    try #require(made.status == .exited(code: 0), "\(made.errorText)")
    return try readText(path + ".pub")
  }

  private func configure(_ desk: CommandDesk, _ signing: JSONObject) throws {
    try writeFile(desk.configuration, JSONValue.object(["signing": .object(signing)]).text)
  }

  private func attempt(_ desk: CommandDesk, _ task: String) throws -> JSONValue? {
    let client = try Conversation(store: desk.store)
    let answer = try client.call("tasks_attempts_list", ["task_id": .string(task)])
    _ = try client.finish()
    return answer["items"]?.arrayValue?.first
  }

  @Test func anOutputIsSignedAndItsSignatureIsGood() throws {
    try withCommandDesk { desk in
      let key = desk.configuration + ".key"
      let known = try makeKey(key)
      try configure(desk, ["key": .string(key)])
      _ = try desk.task("echo signed", name: "signed")
      let shown = try #require(try attempt(desk, "signed"))
      #expect(shown["signature"]?.stringValue?.hasPrefix("-----BEGIN SSH SIGNATURE") == true)
      #expect(shown["signedAt"]?.stringValue != nil && shown["outputCid"]?.stringValue != nil)

      let good = try desk.json(["verify-signature", "signed", "--json"])
      #expect(good["verdict"] == "good" && good["attemptN"] == 1, "\(good.text)")
      // By a list of others it is whole, and nobody vouches for it; by one with its key, it is ann's.
      let other = try makeKey(key + ".other")
      let list = desk.folder + "/signers"
      for (line, code, word) in [
        ("bob \(other)", 1, "not on the list"), ("ann \(known)", 0, "ann"),
      ] {
        try writeFile(list, line)
        let judged = try desk.errand(["verify-signature", "signed", "--signers", list])
        #expect(judged.status == .exited(code: Int32(code)), "\(judged.errorText)")
        #expect(judged.text.contains(word), "\(judged.text)")
      }
      // What ssh-keygen itself says of the text of the content id.
      try writeFile(desk.folder + "/sig", shown["signature"]?.stringValue ?? "")
      let program = Environment.which("ssh-keygen", path: Environment.value("PATH"))
      let said = try Program.run(
        [
          "-Y", "verify", "-f", list, "-I", "ann", "-n", "errand-output", "-s",
          desk.folder + "/sig",
        ],
        executable: program, input: shown["outputCid"]?.stringValue ?? "")
      #expect(said.status == .exited(code: 0), "\(said.errorText)")
    }
  }

  @Test func whatAWorkerHandsInIsSignedToo() throws {
    try withCommandDesk { desk in
      func hand(_ name: String, by key: String) throws {
        let setting: JSONValue = [
          "signing": ["key": .string(key)],
          "profiles": [["name": "crew", "adapter": "worker"]],
        ]
        try writeFile(desk.configuration, setting.text)
        _ = try desk.json(["create", "-p", "crew", "-n", name, "--json", "Count."])
        let claim = try desk.json(["worker", "claim", "--worker", "ann", "--json"])
        let lease = claim["leaseId"]?.stringValue ?? ""
        let done = try desk.errand([
          "worker", "complete", name, "--lease", lease, "--output", #"{"summary":"7"}"#,
        ])
        #expect(done.text == "\(name): completed\n", "\(done.errorText)")
      }
      let key = desk.configuration + ".key"
      _ = try makeKey(key)
      try hand("count", by: key)
      #expect(try desk.json(["verify-signature", "count", "--json"])["verdict"] == "good")
      try hand("again", by: "/nonexistent/key")
      #expect(try attempt(desk, "again")?["signature"] == nil)
      #expect(try desk.errand(["logs", "again"]).text.contains("not signed"))
    }
  }

  @Test func withoutAKeyTheWorkCountsAndSaysThatItIsNotSigned() throws {
    try withCommandDesk { desk in
      try configure(desk, ["key": "/nonexistent/key"])
      _ = try desk.task("echo unsigned", name: "unsigned")
      #expect(try attempt(desk, "unsigned")?["status"] == "completed")
      #expect(try desk.errand(["logs", "unsigned"]).text.contains("not signed"))
      let refused = try desk.errand(["verify-signature", "unsigned"])
      #expect(refused.status == .exited(code: 1) && refused.errorText.contains("signing.key"))
      let missing = try desk.errand(["verify-signature", "nobody"])
      #expect(missing.status == .exited(code: 3))
    }
  }
}
