import JSON
import Posix
import TaskStore
import Tasks
import TestSupport
import Testing

/// Checks that what an attempt hands in has the shape its task's type asks for.
@Suite struct OutputTests {
  static let misshapen: [(output: String, pointer: String)] = [
    (#"{"artifacts":"none"}"#, "/output/artifacts"),
    (#"{"verification":{"passed":true}}"#, "/output/verification/results"),
    (#"{"summary":5}"#, "/output/summary"),
    (#""done""#, "/output"),
  ]

  @Test(arguments: misshapen)
  func anOutputOfTheWrongShapeFailsTheTask(output: String, pointer: String) throws {
    try withStage { stage in
      let task = try stage.run(#"echo '{"errand":"result","output":\#(output)}'"#)
      #expect(task.status == .failed)
      #expect(task.error?.code == .outputInvalid)
      #expect(task.error?.message.contains(pointer + ":") == true, "\(task.error as Any)")
      // What was handed in is kept as it was, to be looked at.
      #expect(task.latestAttempt?.output != nil)
      #expect(task.latestAttempt?.exit == ProcessExit(code: 0))
    }
  }

  @Test func anOutputTooLargeToKeepIsSaidToBe() throws {
    try withStage { stage in
      let task = try stage.run(
        """
        printf '{"errand":"result","output":{"branch":"'
        head -c 100000 /dev/zero | tr '\\0' x; echo '"}}'
        """)
      #expect(task.error?.code == .outputInvalid)
      #expect(task.error?.message.contains("larger than 64 KiB") == true)
    }
  }

  @Test func aFailedExitCountsBeforeTheShapeOfTheOutput() throws {
    try withStage { stage in
      let task = try stage.run(#"echo '{"errand":"result","output":{"summary":5}}'; exit 3"#)
      #expect(task.error?.code == .agentCrashed)
    }
  }

  @Test func aLongSummaryIsKeptAndALongerOneSaysWhereItsRestIs() throws {
    try withStage { stage in
      func run(_ count: Int) throws -> TaskRecord {
        try stage.run(
          """
          printf '{"errand":"result","summary":"begin '
          head -c \(count) /dev/zero | tr '\\0' x; echo ' end"}'
          """)
      }
      let fits = try #require(try run(19_000).latestAttempt?.output?["summary"]?.stringValue)
      #expect(fits.hasSuffix("x end") && fits.utf8.count == 19_010)
      let task = try run(25_000)
      #expect(task.status == .completed)
      let cut = try #require(task.latestAttempt?.output?["summary"]?.stringValue)
      #expect(cut.unicodeScalars.count == 20_000)
      #expect(cut.hasSuffix("… [cut: the messages hold all 25010 characters]"))
      #expect(task.resultSummary?.hasPrefix("begin xxx") == true)
      let said = try stage.messages(task).compactMap { message in
        if case .text(let text) = message { text } else { nil }
      }
      #expect(said.contains { $0.hasPrefix("begin x") && $0.hasSuffix("x end") })
    }
  }

  @Test func whatAnAgentHandsInIsKeptWhateverItSaysBesideIt() throws {
    try withStage { stage in
      let given = #"{"summary":"THE OUTPUT","branch":"b"}"#
      let task = try stage.run(
        #"echo '{"errand":"result","summary":"said in words","output":\#(given)}'"#)
      let output = try #require(task.latestAttempt?.output)
      #expect(output["summary"] == "THE OUTPUT" && output["branch"] == "b")
      #expect(task.resultSummary == "said in words")
    }
  }

  @Test func aWholeOutputIsKeptAsItIs() throws {
    try withStage { stage in
      let task = try stage.run(
        """
        echo '{"errand":"result","summary":"s","output":{"branch":"fix","other":[1,{"a":null}]}}'
        """)
      #expect(task.status == .completed)
      let output = try #require(task.latestAttempt?.output)
      #expect(output["branch"] == "fix" && output["other"] == [1, ["a": nil]])
      #expect(output["summary"] == "s" && output["exitCode"] == 0)
      #expect(task.latestAttempt?.outputCid == ContentID(json: try output.canonical))
    }
  }
}
