import JSON
import Posix
import TestSupport
import Testing

/// Checks that the server ends when it should, and only then.
struct LifetimeTests {
  @Test func anEmptyInputEndsTheServerAtOnceWithNothingSaid() throws {
    try withTemporaryDirectory { folder in
      let started = MonotonicTime.now
      let outcome = try Program.run(
        ["serve"], environment: Conversation.environment(store: folder + "/store"))
      #expect(outcome.status == .exited(code: 0))
      #expect(outcome.text.isEmpty)
      #expect(MonotonicTime.now - started < .seconds(1))
    }
  }

  @Test func endOfInputEndsTheServerWhileACallWaits() throws {
    try withConversation(["--allow-commands"]) { conversation, folder in
      let task = try conversation.createShellTask("sleep 30", in: folder)
      try conversation.send([
        Modern.call(5, "tasks_wait", #"{"task_ids":["\#(task)"],"until":"terminal"}"#)
      ])
      _ = try conversation.say([])
      let started = MonotonicTime.now
      #expect(try conversation.finish() == .exited(code: 0))
      #expect(MonotonicTime.now - started < .seconds(1))
      try Self.cancel(task, in: folder)
    }
  }

  @Test(arguments: [Signal.terminate, .interrupt, .hangup])
  func aSignalEndsTheServerWithZero(_ signal: Signal) throws {
    try withTemporaryDirectory { folder in
      let conversation = try Conversation(store: folder + "/store")
      _ = try conversation.ask(1, Modern.request(1, "server/discover"))
      #expect(try conversation.server.process.signal(signal))
      #expect(try conversation.server.waitForExit(within: .seconds(1)) == .exited(code: 0))
    }
  }

  @Test func aClosedOutputEndsTheServerWithZero() throws {
    try withTemporaryDirectory { folder in
      let toServer = try Pipe.make()
      let fromServer = try Pipe.make()
      let server = try ChildProcess.spawn(
        ProcessSpec(
          executable: Program.errand(), arguments: ["serve"],
          environment: Conversation.environment(store: folder + "/store"),
          descriptors: [0: toServer.reading.rawValue, 1: fromServer.writing.rawValue]))
      _ = fromServer.takeWriting()
      let input = toServer.takeWriting()
      try input.write(Array((Modern.request(1, "server/discover") + "\n").utf8))
      #expect(try server.waitForExit(until: .after(.seconds(2))) == .exited(code: 0))
      _ = try server.reap()
    }
  }

  @Test func theServerEndsWithItsParentThoughSomebodyHoldsThePipe() throws {
    try withTemporaryDirectory { folder in
      let parent = try Program.start(
        ["-c", #"exec 3<&0; "$1" serve <&3 & wait"#, "sh", Program.errand()], executable: "/bin/sh",
        environment: Conversation.environment(store: folder + "/store"))
      try parent.send(Modern.request(1, "server/discover"))
      #expect(try parent.nextLine()?.contains("supportedVersions") == true)
      #expect(try parent.process.signal(.kill))
      // Only the server still holds the output, so its end is the server's end.
      #expect(try parent.nextLine(within: .seconds(2)) == nil)
    }
  }

  @Test func anUnreadErrorStreamDoesNotStopTheServer() throws {
    try withTemporaryDirectory { folder in
      let outcome = try Program.run(
        ["-c", #"exec "$1" serve 2>&-"#, "sh", Program.errand()], executable: "/bin/sh",
        input: Modern.call(1, "tasks_list") + "\n" + ping("2") + "\n",
        environment: Conversation.environment(store: folder + "/store"))
      #expect(outcome.status == .exited(code: 0))
      #expect(outcome.text.split(separator: "\n").count == 2)
    }
  }

  /// Ends a task a test left running, with its whole process tree.
  static func cancel(_ task: String, in folder: String) throws {
    let outcome = try Program.run(
      ["cancel", task], environment: Conversation.environment(store: folder + "/store"))
    #expect(outcome.status == .exited(code: 0), "\(outcome.errorText)")
  }
}
