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
      #expect(try MonotonicTime.now - started < PromisedTime.bound(.seconds(1)))
    }
  }

  @Test func endOfInputEndsTheServerWhileACallWaits() throws {
    try withConversation(["--allow-commands"]) { conversation, folder in
      let task = try conversation.createHeldTask(in: folder)
      #expect(try conversation.say([Modern.wait(5, task, seconds: 40)]).isEmpty)
      let started = MonotonicTime.now
      #expect(try conversation.finish() == .exited(code: 0))
      #expect(try MonotonicTime.now - started < PromisedTime.bound(.seconds(1)))
      try Self.cancel(task, in: folder)
    }
  }

  @Test(arguments: [#"{"jsonrpc":"2.0","id":9,"method":"pi"#, ping("9"), "garbage"])
  func whatHasNoNewlineAtTheEndOfInputWasNeverSaid(_ half: String) throws {
    try withConversation { conversation, _ in
      try conversation.send([Modern.call(1, "tasks_list")])
      try conversation.server.send(bytes: Array(half.utf8))
      let started = MonotonicTime.now
      #expect(try conversation.finish() == .exited(code: 0))
      #expect(try MonotonicTime.now - started < PromisedTime.bound(.seconds(1)))
      #expect(conversation.heard.map { $0["id"] } == [1])
    }
  }

  @Test(arguments: [Signal.terminate, .interrupt, .hangup])
  func aSignalEndsTheServerSoonAndWhatItAcknowledgedIsThere(_ signal: Signal) throws {
    try withTemporaryDirectory { folder in
      for round in 0..<3 {
        let conversation = try Conversation(store: folder + "/store")
        try conversation.send(
          (0..<60).map {
            Modern.call($0, "tasks_artifacts_stage", #"{"text":"\#(round) \#($0)"}"#)
          })
        _ = try conversation.answer(0)
        #expect(try conversation.server.process.signal(signal))
        #expect(
          try conversation.server.waitForExit(within: PromisedTime.bound(.milliseconds(100)))
            == .exited(code: 0))
        try conversation.hearOut()

        let second = try Conversation(store: folder + "/store")
        for answer in conversation.heard {
          let cid = try #require(answer["result"]?["structuredContent"]?["cid"])
          let text = try second.content(of: "tasks_artifacts_download", ["cid": cid])
          #expect(text == "\(round) \(answer["id"]?.text ?? "?")")
        }
        #expect(try second.finish() == .exited(code: 0))
      }
    }
  }

  @Test(arguments: [0, 1])
  func whoseReaderGoesEndsThoughItHasNothingToSay(after answers: Int) throws {
    try withTemporaryDirectory { folder in
      let toServer = try Pipe.make()
      let fromServer = try Pipe.make()
      let server = try ChildProcess.spawn(
        ProcessSpec(
          executable: Program.errand(), arguments: ["serve"],
          environment: Conversation.environment(store: folder + "/store"),
          descriptors: [0: toServer.reading.rawValue, 1: fromServer.writing.rawValue]))
      let input = toServer.takeWriting()
      let output = fromServer.takeReading()
      for id in 0..<answers {
        try input.write(Array((Modern.request(id, "server/discover") + "\n").utf8))
        #expect(try !output.read(upTo: 1 << 20).isEmpty)
      }
      // Idle, and its input stays open.
      _ = consume output
      let bound = try PromisedTime.bound(.seconds(1))
      #expect(try server.waitForExit(until: .after(bound)) == .exited(code: 0))
      _ = try server.reap()
      withExtendedLifetime(input) {}
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
      #expect(try parent.nextLine(within: .seconds(10)) == nil)
    }
  }

  @Test func theServerEndsWithAParentThatNeverSaidAWord() throws {
    try withTemporaryDirectory { folder in
      let parent = try Program.start(
        ["-c", #"exec 3<&0; "$1" serve <&3 & echo $!; wait"#, "sh", Program.errand()],
        executable: "/bin/sh", environment: Conversation.environment(store: folder + "/store"))
      let pid = try #require(try parent.nextLine().flatMap { Int32($0) })
      // It has to know its parent before it can miss it.
      let isWatching =
        try !ProcessFigures.exist
        || eventually {
          try Program.run(["-l", "/proc/\(pid)/fd"], executable: "/bin/ls").text.contains("pidfd")
        }
      #expect(isWatching)
      #expect(try parent.process.signal(.kill))
      #expect(try parent.nextLine(within: .seconds(10)) == nil)
    }
  }

  @Test func whatTheServerStartsHoldsNothingOfTheWire() throws {
    try withTemporaryDirectory { folder in
      let conversation = try Conversation(store: folder + "/store", arguments: ["--allow-commands"])
      let task = try conversation.createHeldTask(in: folder)
      #expect(try conversation.server.process.signal(.kill))
      // The runner and the agent live on; the output ends all the same.
      try conversation.hearOut(within: .seconds(60))
      try Self.cancel(task, in: folder)
    }
  }

  /// Ends a task a test left running, with its whole process tree.
  static func cancel(_ task: String, in folder: String) throws {
    let outcome = try Program.run(
      ["cancel", task], environment: Conversation.environment(store: folder + "/store"))
    #expect(outcome.status == .exited(code: 0), "\(outcome.errorText)")
  }
}
