import JSON
import TaskStore
import Tasks
import TestSupport
import Testing

@testable import Runner

/// Checks what another agent is told of work that it takes over.
@Suite struct BriefingTests {
  @Test func itIsBoundedAndHoldsNoSecret() throws {
    try withStage { stage in
      let token = "ghp_" + "0123456789abcdefghijABCDEFGHIJ456789"
      let task = try stage.create(
        "freeform", ["brief": .string("Use \(token). " + String(repeating: "long ", count: 9_000))])
      let claim = Claim(attemptN: 1, leaseId: "lease", profile: "shell")
      let record = try stage.tell(task, .claimed(claim))
      let attempt = try #require(record.latestAttempt)
      let files = (0..<500).map {
        MessageBody.toolCallStart(
          callId: "c\($0)", tool: "Edit", title: nil,
          arguments: ["file_path": .string("src/" + String(repeating: "x", count: 400) + "\($0)")])
      }
      let words = (0..<50).map { MessageBody.text("\($0): " + String(repeating: "y", count: 900)) }
      let answers = (0..<100).flatMap { number -> [MessageBody] in
        let request = InputRequest(
          requestId: "q\(number)", attemptN: 1, question: "Which \(number)?", askedAt: .now)
        return [
          .inputRequest(RequestMessage(request)),
          .inputResponse(
            requestId: "q\(number)", answer: .string("the \(number)th"), answeredBy: Stage.actor),
        ]
      }
      let text = Briefing(record, attempt, files + answers + words).text
      #expect(text.count <= Briefing.Limit.whole)
      #expect(!text.contains(token))
      for part in ["Use ", "Which 99?: the 99th", "attempt 1 ", "src/xxx"] {
        #expect(text.contains(part), "\(part)")
      }
      #expect(!text.contains("Which 9?"))
    }
  }

  @Test(arguments: [
    ("claude", "Another agent (shell) worked"),
    ("shell", "An earlier conversation of yours worked"),
  ])
  func itSaysWhoseWorkItWas(_ reader: String, _ words: String) throws {
    try withStage { stage in
      let task = try stage.create("true")
      let record = try stage.tell(
        task, .claimed(Claim(attemptN: 1, leaseId: "lease", profile: "shell")))
      let attempt = try #require(record.latestAttempt)
      #expect(Briefing(record, attempt, [], for: reader).text.hasPrefix(words))
    }
  }

  @Test func itTellsWhyTheWorkWasSentBack() throws {
    try withStage { stage in
      let record = try stage.run("true")
      let verdict = Verdict(attemptN: 1, isAccepted: false, reviewer: "ada", comments: "Not blue.")
      let judged = try stage.tell(record, .reviewed(verdict))
      let attempt = try #require(judged.latestAttempt)
      let text = Briefing(judged, attempt, []).text
      #expect(text.contains("ada has rejected it: Not blue."), "\(text)")
    }
  }
}
