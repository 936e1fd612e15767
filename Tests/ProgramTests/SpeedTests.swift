import JSON
import Posix
import TestSupport
import Testing

/// Checks that the server is there at once, and costs nothing while nobody asks.
struct SpeedTests {
  @Test func theFirstAnswerDoesNotWaitForAGreatStore() throws {
    try withQueue(of: 2000) { _, folder, _ in
      // How soon, the bench measures; the bound is against hangs.
      let fresh = try Conversation(store: folder + "/store")
      try fresh.send([Modern.request(1, "server/discover")])
      #expect(try fresh.answer(1, within: .seconds(60))["result"] != nil)
      #expect(try fresh.call("tasks_list", ["view": "all"])["total"] == 2001)
      #expect(try fresh.finish() == .exited(code: 0))
    }
  }

  /// What a server has done before it is left alone.
  static let pasts: [[String]] = [
    [Modern.request(1, "server/discover")],
    [Modern.call(1, "tasks_list")],
    [
      Modern.listen(
        "1", #"{"resourcesListChanged":true,"resourceSubscriptions":["errand://tasks"]}"#)
    ],
  ]

  @Test(.enabled(if: ProcessFigures.exist), arguments: pasts)
  func anIdleServerUsesNoProcessorTime(_ past: [String]) throws {
    try withConversation { conversation, _ in
      #expect(try conversation.say(past).count == 1)
      // What was begun may still have to settle.
      let isIdle = try eventually(within: .seconds(60)) {
        try Self.isIdle(conversation.server.pid) { try conversation.isSilent(for: .seconds(1)) }
      }
      #expect(isIdle)
    }
  }

  @Test(.enabled(if: ProcessFigures.exist))
  func aServerGivesItsMemoryBackWheneverItIsQuiet() throws {
    try withConversation { conversation, _ in
      let asked = [Modern.request(1, "tools/list"), Modern.call(2, "tasks_list")]
      #expect(try conversation.say(asked).count == 2)
      #expect(try conversation.isSilent(for: .seconds(3)))
      let small = try ProcessFigures.memory(of: conversation.server.pid)
      for _ in 1...2 {
        #expect(try conversation.say(asked).count == 2)
        let isSmall = try eventually {
          try ProcessFigures.memory(of: conversation.server.pid) < small * 9 / 8
        }
        #expect(isSmall)
      }
    }
  }

  @Test(
    .enabled(
      if: ProcessFigures.exist
        && Environment.which("mkfifo", path: Environment.value("PATH")) != nil))
  func anInputThatDoesNotBlockCostsNothingEither() throws {
    try withTemporaryDirectory { folder in
      let fifo = folder + "/input"
      let mkfifo = Environment.which("mkfifo", path: Environment.value("PATH"))
      #expect(try Program.run([fifo], executable: mkfifo).status == .exited(code: 0))
      let reading = try Descriptor.open(fifo, [.read, .nonBlocking])
      let writing = try Descriptor.open(fifo, .write)
      let output = try Pipe.make()
      let server = try ChildProcess.spawn(
        ProcessSpec(
          executable: Program.errand(), arguments: ["serve"],
          environment: Conversation.environment(store: folder + "/store"),
          descriptors: [0: reading.rawValue, 1: output.writing.rawValue]))
      var lines = LineReader(output.takeReading(), maxLength: 1 << 20)
      for id in 1...2 {
        try writing.write(Array((ping("\(id)") + "\n").utf8))
        guard case .line(let line)? = try lines.next() else {
          Issue.record("no answer")
          return
        }
        #expect(try JSONValue.parse(line)["id"] == .integer(id))
        let isIdle = try eventually(within: .seconds(60)) {
          try Self.isIdle(server.pid) {
            try !Poller.isReadable(lines.rawValue, until: .after(.seconds(1)))
          }
        }
        #expect(isIdle)
      }
      _ = consume writing
      #expect(try server.waitForExit(until: .after(.seconds(60))) == .exited(code: 0))
      _ = try server.reap()
    }
  }

  /// Tells whether a process used no processor time over a while in which it said nothing.
  private static func isIdle(_ pid: Int32, over aSilentWhile: () throws -> Bool) throws -> Bool {
    let before = try ProcessFigures.processorTicks(of: pid)
    return try aSilentWhile() && ProcessFigures.processorTicks(of: pid) == before
  }
}
