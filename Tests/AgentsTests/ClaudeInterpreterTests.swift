import Agents
import JSON
import Tasks
import Testing

private func claude(
  _ program: String = "claude", _ conversation: Brief.Conversation = .new
) -> ClaudeInterpreter {
  var brief = Brief(work: .words(brief: "Do it", prompt: "Do it"))
  brief.conversation = conversation
  let plan = LaunchPlan(profile: "p", adapter: .claude, executable: "/bin/\(program)")
  return ClaudeAdapter(plan: plan).interpreter(
    for: brief, in: AgentPlace(directory: "/work", attemptFolder: "/attempt"))
}

private func line(_ text: String) -> AgentLine { AgentLine(Array(text.utf8)) }

private func text(_ reaction: Reaction) -> String {
  String(decoding: reaction.bytes, as: UTF8.self)
}

private func opening(_ id: String) -> AgentLine {
  line(#"{"type":"system","subtype":"init","session_id":"\#(id)","model":"m"}"#)
}

private let success = line(#"{"type":"result","subtype":"success","is_error":false,"result":"ok"}"#)

@Suite struct ClaudeInterpreterTests {
  @Test func anotherConversationThanTheOneAskedForIsAFailureForGood() {
    var claude = claude("claude", .resume(id: "wanted", spent: nil))
    let reaction = claude.interpret(opening("other"))
    guard case .failed(let failure)? = reaction.events.last else {
      Issue.record("no failure")
      return
    }
    #expect(failure.reason == .sessionUnavailable)
    #expect(text(reaction).contains("interrupt"))
    #expect(claude.rest == .resting)
    #expect(!claude.interpret(success).events.contains(.result(AgentResult(summary: "ok"))))
  }

  @Test func aForkThatKeepsItsSourcesIdIsNoFork() {
    var claude = claude("claude", .fork(id: "source", spent: nil))
    let events = claude.interpret(opening("source")).events
    #expect(events.contains { if case .failed = $0 { true } else { false } })
  }

  @Test(arguments: [
    #"{"type":"nothing_we_know"}"#, #"{"type":"system","subtype":"new"}"#, #"{"no":"type"}"#,
    #"{"type":"assistant","message":{"content":[{"type":"new_block"}]}}"#,
    #"{"type":"stream_event","event":{"type":"new"}}"#,
  ])
  func whatIsUnknownIsCountedAndHarmless(_ text: String) {
    var claude = claude()
    #expect(claude.interpret(line(text)) == Reaction(events: [.unknown]))
    #expect(claude.interpret(success).events.contains(.result(AgentResult(summary: "ok"))))
  }

  @Test func proseBetweenTheLinesIsKept() {
    var claude = claude()
    let reaction = claude.interpret(line("a warning"))
    #expect(reaction.events == [.progress(text: "a warning", data: nil)])
    #expect(claude.interpret(line("")) == .none)
  }

  @Test func everyRequestIsAnsweredEvenOneWeDoNotKnow() {
    var claude = claude()
    let reaction = claude.interpret(
      line(#"{"type":"control_request","request_id":"r","request":{"subtype":"hook_callback"}}"#))
    #expect(text(reaction).contains(#""subtype":"error""#))
    #expect(text(reaction).contains(#""request_id":"r""#))
  }

  @Test func severalQuestionsAreAFormAndItsAnswersFindTheirQuestions() {
    var claude = claude()
    let asked = claude.interpret(
      line(
        #"""
        {"type":"control_request","request_id":"r","request":{"subtype":"can_use_tool",\#
        "tool_name":"AskUserQuestion","input":{"questions":[\#
        {"question":"Which?","header":"W","options":[{"label":"A"},{"label":"B"}]},\#
        {"question":"What else?","multiSelect":true,"options":[{"label":"C"},{"label":"D"}]}]}}}
        """#))
    guard case .asked(let question)? = asked.events.first else {
      Issue.record("no question")
      return
    }
    #expect(question.schema?["required"] == ["answer1", "answer2"])
    #expect(question.schema?["additionalProperties"] == false)
    #expect(question.options.isEmpty)
    let answer = claude.carry(
      out: .answer(requestId: "r", ["answer1": "B", "answer2": ["C", "D"]]))
    #expect(text(answer).contains(#""answers":{"Which?":"B","What else?":"C, D"}"#))
    #expect(claude.carry(out: .answer(requestId: "r", "late")) == .none)
  }

  @Test func allowingForGoodWritesIntoNobodysSettings() {
    var claude = claude()
    _ = claude.interpret(
      line(
        #"""
        {"type":"control_request","request_id":"r","request":{"subtype":"can_use_tool",\#
        "tool_name":"Bash","input":{"command":"ls"},"permission_suggestions":[{"type":"addRules",\#
        "rules":[],"behavior":"allow","destination":"localSettings"},{"type":"setMode"}]}}
        """#))
    let answer = text(claude.carry(out: .answer(requestId: "r", "allow_always")))
    #expect(
      answer.contains(
        #""updatedPermissions":[{"type":"addRules","rules":[],"behavior":"allow","destination":"session"}]"#
      ))
  }

  @Test(arguments: [
    ("Rate limited: too many requests", FailureReason.agentRateLimited),
    (
      "You exceeded your current quota, please check your plan and billing details.", .agentQuota
    ),
  ])
  func whatNoWaitingHelpsAgainstIsNoRateLimit(_ words: String, _ reason: FailureReason) {
    var claude = claude()
    _ = claude.interpret(line(#"{"type":"assistant","error":"rate_limit","message":{}}"#))
    let events = claude.interpret(
      line(
        #"{"type":"result","subtype":"success","is_error":true,"api_error_status":429,"#
          + #""result":"API Error: 429 \#(words)"}"#))
    #expect(events.events.contains(.failed(AgentFailure(reason, "API Error: 429 \(words)"))))
  }

  @Test(arguments: [
    (Brief.BudgetOwner.task, "The budget is used up: it stopped at the 0.3 US dollars"),
    (.day, "The day's budget is used up: it stopped at the 0.3 US dollars"),
  ])
  func whoseMoneyIsUsedUpIsSaid(_ owner: Brief.BudgetOwner, _ words: String) {
    var brief = Brief(work: .words(brief: "Do it", prompt: "Do it"))
    (brief.budgetUsd, brief.budgetOwner) = (0.3, owner)
    let plan = LaunchPlan(profile: "p", adapter: .claude, executable: "/bin/claude")
    var claude = ClaudeAdapter(plan: plan).interpreter(
      for: brief, in: AgentPlace(directory: "/work", attemptFolder: "/attempt"))
    let events = claude.interpret(
      line(
        #"{"type":"result","subtype":"error_max_budget_usd","is_error":true,"#
          + #""errors":["Reached maximum budget ($0.3)"]}"#)
    ).events
    guard case .failed(let failure)? = events.last else {
      Issue.record("no failure")
      return
    }
    #expect(failure.reason == .budgetExhausted && failure.message.hasPrefix(words))
  }

  @Test func aUsedUpQuotaSaysWhenItIsBack() {
    var claude = claude()
    _ = claude.interpret(
      line(
        #"{"type":"rate_limit_event","rate_limit_info":{"status":"rejected","resetsAt":1770000000}}"#
      ))
    _ = claude.interpret(line(#"{"type":"assistant","error":"rate_limit","message":{}}"#))
    let events = claude.interpret(
      line(#"{"type":"result","subtype":"success","is_error":true,"result":"limit reached"}"#)
    ).events
    let back = Timestamp(milliseconds: 1_770_000_000_000)
    #expect(
      events.last == .failed(AgentFailure(.agentQuota, "limit reached", resumeAt: back)))
  }

  @Test func whatWasSpentBeforeIsTakenOffTheTotals() {
    let spent = Usage(inputTokens: 100, outputTokens: 20, costUsd: 0.5)
    var claude = claude("claude", .resume(id: "s", spent: spent))
    let events = claude.interpret(
      line(
        #"""
        {"type":"result","subtype":"success","modelUsage":{"m":{"inputTokens":150,\#
        "outputTokens":50,"costUSD":0.75}}}
        """#)
    ).events
    #expect(
      events.first == .usage(Usage(inputTokens: 50, outputTokens: 30, costUsd: 0.25)))
  }

  @Test func cursorsOwnCallsAreRead() {
    var cursor = claude("cursor-agent")
    let started = cursor.interpret(
      line(
        #"""
        {"type":"tool_call","subtype":"started","call_id":"c","tool_call":\#
        {"shellToolCall":{"args":{"command":"ls"}}}}
        """#))
    #expect(
      started.events == [
        .toolStart(callId: "c", tool: "shell", title: "ls", arguments: ["command": "ls"])
      ])
    let ended = cursor.interpret(
      line(
        #"""
        {"type":"tool_call","subtype":"completed","call_id":"c","tool_call":\#
        {"shellToolCall":{"args":{},"result":{"rejected":{}}}}}
        """#))
    guard case .toolEnd("c", "shell", false, _, _)? = ended.events.first else {
      Issue.record("\(ended.events)")
      return
    }
  }

  @Test func aMessageWakesAnAgentAtRest() {
    var claude = claude()
    _ = claude.interpret(success)
    #expect(claude.rest == .resting)
    #expect(text(claude.carry(out: .message("go on"))).contains("go on"))
    #expect(claude.rest == .working)
  }
}
