import JSON
import Posix
import Runner
import TaskStore
import Tasks
import TestSupport
import Testing

/// Checks that what an agent asks waits in the journal until somebody answers.
@Suite struct QuestionTests {
  private static let asking = "ask 1; hear; over done; rest"

  @Test(arguments: Speaker.allCases)
  func aQuestionOutlivesTheRunnerAndIsAnsweredFromAnotherProcess(_ agent: Speaker) throws {
    try withStage { stage in
      let task = try agent.task(on: stage, Self.asking)
      let runner = try stage.startRunner()
      let asking = try stage.wait(for: task) { $0.status == .inputRequired }
      let request = try #require(asking.pendingRequests.first)
      #expect(request.requestId == "q1")
      #expect(request.permission != nil && request.options.contains("deny"))
      #expect(request.deadline == nil)
      try runner.process.signal(.kill)
      _ = try runner.waitForExit()
      let answer = try Program.run(
        ["answer", task.spec.name, "allow"], environment: stage.environment)
      #expect(answer.status == .exited(code: 0), "\(answer.errorText)")
      let ended = try stage.wait(for: task)
      #expect(ended.status == .completed, "\(ended.statusMessage ?? "")")
      #expect(try stage.heard().contains(agent.leave))
      let kinds = try stage.messages(ended).map(\.kind)
      #expect(kinds.filter { $0 == .inputRequest || $0 == .inputResponse }.count == 2)
      let late = try Program.run(
        ["answer", task.spec.name, "deny", "--request", "q1"], environment: stage.environment)
      #expect(late.status == .exited(code: 1))
      #expect(late.text.contains("already answered") && late.text.contains("allow"))
    }
  }

  @Test(arguments: Speaker.allCases)
  func atItsDeadlineAQuestionGetsTheAnswerThatWasSet(_ agent: Speaker) throws {
    let configuration: JSONValue = ["questions": ["deadlineSec": 1, "permission": "deny"]]
    try withStage(configuration) { stage in
      let task = try agent.task(on: stage, Self.asking)
      let runner = try stage.startRunner()
      let ended = try stage.wait(for: task)
      #expect(ended.status == .completed, "\(ended.statusMessage ?? "")")
      #expect(try stage.heard().contains(agent.refusal))
      #expect(ended.requests.first?.answer?.answeredBy.kind == .supervisor)
      _ = consume runner
    }
  }

  @Test func withoutSuchAnAnswerTheDeadlineEndsTheTask() throws {
    try withStage(["questions": ["deadlineSec": 1]]) { stage in
      let task = try Speaker.claude.task(on: stage, Self.asking)
      let runner = try stage.startRunner()
      let ended = try stage.wait(for: task)
      #expect(ended.statusReason == FailureReason.timeout.rawValue)
      #expect(ended.statusMessage?.contains("Nobody answered") == true)
      #expect(try stage.processes(ended).isEmpty)
      _ = consume runner
    }
  }

  @Test func waitingForAnAnswerCostsNoRunningTime() throws {
    try withStage { stage in
      let task = try Speaker.claude.task(on: stage, Self.asking) { $0.runningTimeoutSec = 1 }
      let runner = try stage.startRunner()
      _ = try stage.wait(for: task) { $0.status == .inputRequired }
      let asked = MonotonicTime.now
      #expect(try eventually { MonotonicTime.now - asked > .milliseconds(1_500) })
      #expect(try stage.now(task).status == .inputRequired)
      try stage.tell(
        task, .inputAnswered(requestId: "q1", answer: Permission.deny.answer()))
      #expect(try stage.wait(for: task).status == .completed)
      _ = consume runner
    }
  }

  @Test func whoMayOnlyLookIsRefusedWithoutAnybodyBeingAsked() throws {
    try withStage { stage in
      let task = try Speaker.claude.task(on: stage, Self.asking) {
        $0.launch.settings.permissionMode = .readOnly
      }
      let runner = try stage.startRunner()
      let ended = try stage.wait(for: task)
      #expect(ended.status == .completed && ended.requests.isEmpty)
      #expect(try stage.heard().contains(Speaker.claude.refusal))
      _ = consume runner
    }
  }

  @Test func aQuestionItsAgentTakesBackIsClosed() throws {
    try withStage { stage in
      let task = try Speaker.claude.task(
        on: stage,
        """
        ask 1; ask 2; while [ ! -e go ]; do sleep 0.02; done
        say '{"type":"control_cancel_request","request_id":"r1"}'
        hear; over done; rest
        """)
      let runner = try stage.startRunner()
      _ = try stage.wait(for: task) { $0.pendingRequests.count == 2 }
      try writeFile(stage.base + "/go", "")
      let left = try stage.wait(for: task) { $0.pendingRequests.count == 1 }
      #expect(left.pendingRequests.first?.requestId == "q2")
      #expect(left.status == .inputRequired)
      try stage.tell(
        task, .inputAnswered(requestId: "q2", answer: Permission.allow.answer()))
      #expect(try stage.wait(for: task).status == .completed)
      _ = consume runner
    }
  }

  @Test func aSupervisorThatDiesWhileItAsksLeavesAnInterruptedTask() throws {
    try withStage { stage in
      let task = try Speaker.acp.task(on: stage, Self.asking)
      let runner = try stage.startRunner()
      let asking = try stage.wait(for: task) { $0.status == .inputRequired }
      try stage.kill(supervisorOf: asking)
      let ended = try stage.wait(for: task)
      #expect(ended.statusReason == FailureReason.interrupted.rawValue)
      #expect(ended.pendingRequests.isEmpty)
      #expect(try stage.processes(ended).isEmpty)
      _ = consume runner
    }
  }

  @Test func anOutputOfTheWrongShapeIsSentBackOnce() throws {
    let wrong = #""structured_output":{"summary":7}}'"#
    let result = #"say '{"type":"result","subtype":"success","is_error":false,"#
    for (second, status) in [("over right", TaskStatus.completed), (result + wrong, .failed)] {
      try withStage { stage in
        let task = try Speaker.claude.task(
          on: stage, "\(result)\(wrong)\nhear\n\(second)\nrest")
        let runner = try stage.startRunner()
        let ended = try stage.wait(for: task)
        #expect(ended.status == status, "\(ended.statusMessage ?? "")")
        if status == .failed { #expect(ended.statusReason == "output_invalid") }
        #expect(try stage.heard().contains("not what this task asks for"))
        _ = consume runner
      }
    }
  }
}
