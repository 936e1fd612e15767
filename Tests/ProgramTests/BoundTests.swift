import JSON
import Posix
import TestSupport
import Testing

/// Checks that nothing the client does, or does not, makes the server write or keep too much.
struct BoundTests {
  /// A request whose plain answer would repeat more than a line may hold.
  struct Echo: Sendable, CustomTestStringConvertible {
    var testDescription: String
    /// Says it in a session.
    var isLegacy = false
    var line: @Sendable (_ much: String) -> String

    init(
      _ name: String, isLegacy: Bool = false, _ line: @escaping @Sendable (String) -> String
    ) {
      testDescription = name
      self.isLegacy = isLegacy
      self.line = line
    }
  }

  static let echoes: [Echo] = [
    Echo("a prompt's argument") {
      Modern.request(1, "prompts/get", #""name":"delegate","arguments":{"brief":"\#($0)"}"#)
    },
    Echo("an unknown argument") { Modern.call(1, "tasks_list", #"{"\#($0)":1}"#) },
    // What counts as one letter may be as long as one likes.
    Echo("an unknown tool of one letter") {
      Modern.call(1, "a" + String(repeating: "\u{301}", count: $0.utf8.count / 2))
    },
    Echo("an unknown version") {
      Modern.request(1, "tools/list").replacing(Modern.version, with: $0)
    },
    Echo("a stream's filter") { Modern.listen("1", #"{"resourceSubscriptions":["\#($0)"]}"#) },
    Echo("a subscription", isLegacy: true) {
      Legacy.request(1, "resources/subscribe", #""uri":"\#($0)""#)
    },
    Echo("a missing resource", isLegacy: true) {
      Legacy.request(1, "resources/read", #""uri":"\#($0)""#)
    },
    Echo("an id") { Modern.request(#""\#($0)""#, "tools/list") },
  ]

  @Test(arguments: echoes)
  func whatIsTooMuchForALineIsCutOrRefused(_ echo: Echo) throws {
    try withConversation { conversation, _ in
      if echo.isLegacy { _ = try conversation.result(0, Legacy.initialize(0)) }
      // Every line heard is judged, its length included.
      let said = try conversation.say([echo.line(String(repeating: "m", count: 5 << 20))])
      #expect(said.count == 1, "\(said.map { $0.text.prefix(300) })")
      #expect(try conversation.say([]).isEmpty)
    }
  }

  /// What a file holds over and over; the last is the worst there is for JSON text.
  @Test(arguments: [("txt", "x"), ("bin", "\u{1}"), ("txt", "\u{1}")])
  func aGreatArtifactComesInSlices(_ kind: String, _ piece: String) throws {
    try withConversation { conversation, folder in
      let path = folder + "/work/great.\(kind)"
      try writeFile(path, String(repeating: piece, count: 6 << 20))
      let staged = try conversation.call("tasks_artifacts_stage", ["path": .string(path)])
      #expect(staged["sizeBytes"] == .integer(6 << 20))
      let uri = "errand://artifacts/\(try #require(staged["cid"]?.stringValue))"
      let read = try conversation.result(
        1, Modern.request(1, "resources/read", #""uri":"\#(uri)""#))
      let contents = try #require(read["contents"]?.arrayValue?.first)
      #expect(contents["_meta"]?["truncated"] == true)
      #expect((contents["_meta"]?["nextOffset"]?.intValue ?? 0) > 0)
    }
  }

  @Test func aClientThatReadsNothingCostsLittleAndOtherWorkGoesOn() throws {
    try withTemporaryDirectory { folder in
      let store = folder + "/store"
      let deaf = try Conversation(store: store, arguments: ["--allow-commands"])
      // Each list is some twenty kilobytes: far more than a pipe holds, all kept for the client.
      let create: JSONValue = ["brief": "true", "profile": "shell", "name": "unheard"]
      try deaf.send(
        (1...1500).map { Modern.request($0, "tools/list") }
          + [Modern.call(2000, "tasks_create", create.text)])
      let other = try Conversation(store: store)
      let isDone = try eventually {
        let listed = try other.call("tasks_list", ["view": "all", "status": ["completed"]])
        return listed["items"]?.arrayValue?.first?["name"] == "unheard"
      }
      #expect(isDone)
      if ProcessFigures.exist {
        #expect(try ProcessFigures.peakMemory(of: deaf.server.pid) < 256 << 20)
      }
      let start = MonotonicTime.now
      deaf.server.closeInput()
      #expect(try deaf.server.waitForExit(within: .seconds(60)) == .exited(code: 0))
      #expect(MonotonicTime.now - start < .seconds(5))
      let said = String(decoding: deaf.server.errors(complete: true), as: UTF8.self)
      #expect(said.contains("does not read"), "\(said)")
      #expect(try other.finish() == .exited(code: 0))
    }
  }

  @Test func aClientTooFarBehindIsLeft() throws {
    try withTemporaryDirectory { folder in
      let deaf = try Conversation(store: folder + "/store")
      let discover = try deaf.ask(0, Modern.request(0, "tools/list"))
      // As many lists as what is kept for a client at most, and one pipe more.
      let count = (64 << 20) / discover.bytes.count + 100
      try deaf.send((1...count).map { Modern.request($0, "tools/list") })
      #expect(try deaf.server.waitForExit(within: .seconds(20)) == .exited(code: 0))
      let said = String(decoding: deaf.server.errors(complete: true), as: UTF8.self)
      #expect(said.hasPrefix("errand: ") && said.contains("does not read"), "\(said)")
    }
  }

  @Test func bigFramesOfManyThreadsStayWholeThoughNobodyReadsForAWhile() throws {
    try withConversation(["--allow-commands"]) { conversation, folder in
      let other = try Conversation(store: folder + "/store")
      let path = folder + "/work/great.txt"
      try writeFile(path, String(repeating: "y", count: 1 << 20))
      let staged = try conversation.call("tasks_artifacts_stage", ["path": .string(path)])
      let uri = "errand://artifacts/\(try #require(staged["cid"]?.stringValue))"
      try conversation.withHeldTask(in: folder) { task in
        let reads = (21...32).map { Modern.request($0, "resources/read", #""uri":"\#(uri)""#) }
        let waits = (1...20).map { Modern.wait($0, task, seconds: 40) }
        try conversation.send(zip(reads, waits).flatMap { [$0, $1] } + waits.dropFirst(12))
        // Its end wakes twenty threads, each with an answer, while the pipe is full of the reads.
        _ = try other.call("tasks_cancel", ["task_id": .string(task)])
        try conversation.answers(1...32)
      }
      #expect(try other.finish() == .exited(code: 0))
    }
  }

  @Test func aFullErrorStreamDoesNotStopTheServer() throws {
    try withTemporaryDirectory { folder in
      // A store that cannot be opened is something to complain of.
      try writeFile(folder + "/store", "not a folder")
      let errors = try Pipe.make()
      let (number, page) = (errors.writing.rawValue, [UInt8](repeating: 120, count: 4096)[...])
      while try !Poller.wait([(number, .writable)], until: .now).isEmpty {
        _ = try errors.writing.writeOnce(page)
      }
      let listen = Modern.listen("1", #"{"resourcesListChanged":true}"#)
      let mute = try Conversation(store: folder + "/store", errors: number)
      for round in 0..<50 {
        let said = try mute.say([listen, Modern.call(2, "tasks_list"), cancelled("1")])
        #expect(said.count == 2, "round \(round)")
      }
      #expect(try mute.finish() == .exited(code: 0))

      let heard = try Conversation(store: folder + "/store")
      _ = try heard.say([listen])
      #expect(try eventually { heard.server.errorText.hasPrefix("errand:") })
      #expect(try heard.finish() == .exited(code: 0))
    }
  }

  @Test func aClosedErrorStreamDoesNotStopTheServer() throws {
    try withTemporaryDirectory { folder in
      let outcome = try Program.run(
        ["-c", #"exec "$1" serve 2>&-"#, "sh", Program.errand()], executable: "/bin/sh",
        input: Modern.call(1, "tasks_list") + "\n" + ping("2") + "\n",
        environment: Conversation.environment(store: folder + "/store"))
      #expect(outcome.status == .exited(code: 0))
      #expect(outcome.text.split(separator: "\n").count == 2)
    }
  }
}
