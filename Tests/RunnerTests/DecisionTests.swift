import Agents
import JSON
import Posix
import Tasks
import Testing

@testable import Runner

@Suite struct AttemptClocksTests {
  private let zero = MonotonicTime(nanoseconds: 1_000_000_000)

  private func clocks(speaksFirst: Bool) -> AttemptClocks {
    AttemptClocks(
      speaksFirst: speaksFirst, startLimit: .seconds(90), runningLimit: .seconds(100), now: zero)
  }

  @Test func theRunningClockStartsWithTheProcess() {
    let clocks = clocks(speaksFirst: false)
    #expect(clocks.deadline == zero + .seconds(100))
    #expect(clocks.passed(now: zero + .seconds(99)) == nil)
    #expect(clocks.passed(now: zero + .seconds(100)) == .running)
  }

  @Test func anAgentThatMustSpeakFirstHasTheStartLimit() {
    var clocks = clocks(speaksFirst: true)
    #expect(clocks.passed(now: zero + .seconds(90)) == .start)
    clocks.spoke(now: zero + .seconds(80))
    #expect(clocks.passed(now: zero + .seconds(90)) == nil)
    #expect(clocks.deadline == zero + .seconds(180))
    clocks.spoke(now: zero + .seconds(120))
    #expect(clocks.deadline == zero + .seconds(180))
  }

  @Test func itIsWarnedOnceThatTheTimeIsNearlyOver() {
    let zero = MonotonicTime(nanoseconds: 0)
    var clocks = AttemptClocks(
      speaksFirst: false, startLimit: .seconds(90), runningLimit: .seconds(100), now: zero)
    var warned = [clocks.isNearlyOver(now: zero + .seconds(79))]
    clocks.stop(now: zero + .seconds(79))
    warned.append(clocks.isNearlyOver(now: zero + .seconds(500)))
    clocks.goOn(now: zero + .seconds(500))
    for second in [500, 502, 503] {
      warned.append(clocks.isNearlyOver(now: zero + .seconds(second)))
    }
    #expect(warned == [false, false, false, true, false])
    #expect(clocks.warningTime == nil)
  }

  @Test func silenceIsCountedFromTheLastWord() {
    var clocks = AttemptClocks(
      speaksFirst: true, startLimit: .seconds(90), runningLimit: .seconds(100),
      silenceLimit: .seconds(30), now: zero)
    // Before its first word another limit holds.
    #expect(clocks.passed(now: zero + .seconds(40)) == nil)
    clocks.spoke(now: zero + .seconds(50))
    clocks.heard(now: zero + .seconds(50))
    #expect(clocks.deadline == zero + .seconds(80))
    clocks.heard(now: zero + .seconds(70))
    #expect(clocks.passed(now: zero + .seconds(99)) == nil)
    #expect(clocks.passed(now: zero + .seconds(100)) == .silence)
    clocks.heard(now: zero + .seconds(140))
    #expect(clocks.deadline == zero + .seconds(150))
    #expect(clocks.passed(now: zero + .seconds(150)) == .running)
  }

  @Test func aQuestionStopsTheRunningClock() {
    var clocks = clocks(speaksFirst: false)
    clocks.stop(now: zero + .seconds(40))
    #expect(clocks.deadline == nil)
    #expect(clocks.passed(now: zero + .seconds(5000)) == nil)
    clocks.goOn(now: zero + .seconds(5000))
    #expect(clocks.deadline == zero + .seconds(5060))
  }
}

@Suite struct DispatchClockTests {
  private let zero = MonotonicTime(nanoseconds: 1_000_000_000)

  @Test(arguments: [(0, 300), (299_999, 0), (300_000, 0), (-5_000, 300), (9_000_000, 0)])
  func theLimitBeginsWithTheClaim(waited: Int64, secondsLeft: Int) {
    let clock = DispatchClock(
      claimedAt: Timestamp(milliseconds: 50_000), limitSec: 300, now: zero, wall: 50_000 + waited)
    let left = clock.deadline - zero
    #expect(left >= .seconds(secondsLeft) && left < .seconds(secondsLeft + 1))
    #expect(throws: Unfit.self) { try clock.check(now: zero + .seconds(301)) }
    #expect((try? clock.check(now: zero)) != nil || left == .zero)
  }
}

@Suite struct BudgetGuardTests {
  @Test(arguments: [
    (Budget(usd: 1), Usage(costUsd: 0.79), 0, false),
    (Budget(usd: 1), Usage(costUsd: 0.8), 1, false),
    (Budget(usd: 1), Usage(costUsd: 1), 1, true),
    (Budget(tokens: 100), Usage(inputTokens: 50, outputTokens: 49), 1, false),
    (Budget(tokens: 100), Usage(inputTokens: 50, outputTokens: 50), 1, true),
    (Budget(turns: 2), Usage(turns: 2), 1, true),
    (Budget(usd: 1, tokens: 10), Usage(inputTokens: 9, costUsd: 0.9), 2, false),
    (Budget(usd: 0), Usage(costUsd: 0), 0, false),
    (Budget(usd: 0), Usage(costUsd: 0.01), 1, true),
    (Budget(), Usage(inputTokens: .max, costUsd: 1e300), 0, false),
    (Budget(tokens: 1), Usage(inputTokens: .max, outputTokens: .max), 1, true),
  ])
  func limitsWarnAtFourFifthsAndEndWhenUsedUp(
    budget: Budget, usage: Usage, warnings: Int, isExhausted: Bool
  ) {
    var watch = BudgetGuard(budget)
    #expect(watch.warnings(at: usage).count == warnings)
    #expect((watch.exhausted(at: usage) != nil) == isExhausted)
    #expect(watch.warnings(at: usage).isEmpty)
  }
}

extension BudgetGuardTests {
  @Test func whatWasGivenToOthersIsNotItsOwnAnyMore() {
    var watch = BudgetGuard(Budget(usd: 10, tokens: 100))
    watch.given = Budget(usd: 6, tokens: 10, turns: 3)
    #expect(watch.exhausted(at: Usage(inputTokens: 10, costUsd: 3.9)) == nil)
    #expect(
      watch.warnings(at: Usage(inputTokens: 10, costUsd: 2)).map(\.text) == [
        "80 % of the budget: 8.0 of 10.0 US dollars, 6.0 of it given to subtasks"
      ])
    #expect(watch.exhausted(at: Usage(costUsd: 4))?.limit == "usd")
    #expect(watch.exhausted(at: Usage(outputTokens: 90))?.limit == "tokens")
    // What they did not use comes back.
    watch.given = Budget(usd: 1)
    #expect(watch.exhausted(at: Usage(costUsd: 8)) == nil)
  }

  @Test func useIsToldByHundredthsOfALimitAndByItsOwnGrowth() {
    var news = UsageNews(Budget(usd: 10))
    let told = (1...1000).compactMap { news.take(Usage(costUsd: Double($0) / 100)) }
    #expect((90...100).contains(told.count), "\(told.count)")
    // Without a limit it takes ever more to be news.
    var unbound = UsageNews(Budget())
    let few = (1...100_000).compactMap { unbound.take(Usage(outputTokens: $0)) }
    #expect((20...120).contains(few.count))
    #expect(unbound.take(Usage(outputTokens: 100_001)) == nil)
  }
}

@Suite struct AttemptEndTests {
  private func end(
    cause: EndCause? = nil, exit: Posix.ExitStatus? = .exited(code: 0),
    error: (code: FailureReason, message: String)? = nil, hasResult: Bool = false,
    exitCodeIsResult: Bool = true, line: String? = nil, faults: [Fault] = []
  ) -> Settlement.Outcome {
    var standing = AgentStanding()
    if let error { standing.take(.error(error.code, message: error.message)) }
    if hasResult { standing.take(.result(AgentResult(summary: "done"))) }
    return AttemptEnd(
      cause: cause, exit: exit, standing: standing,
      traits: AgentTraits(speaksFirst: false, exitCodeIsResult: exitCodeIsResult),
      lastErrorLine: line, outputFaults: faults
    ).outcome
  }

  private func reason(_ outcome: Settlement.Outcome) -> FailureReason? {
    if case .failed(let error) = outcome { error.code } else { nil }
  }

  @Test func whatWeDidCountsBeforeWhatTheAgentDid() {
    #expect(end(cause: .cancelled) == .cancelled)
    #expect(reason(end(cause: .budget("x"), hasResult: true)) == .budgetExhausted)
    #expect(reason(end(cause: .passed(.running, limitSec: 1))) == .timeout)
    #expect(reason(end(cause: .passed(.start, limitSec: 1))) == .dispatchTimeout)
    #expect(reason(end(cause: .interrupted)) == .interrupted)
    #expect(reason(end(cause: .storeFailed("x", nextStep: "y"))) == .storeError)
    #expect(reason(end(cause: .systemFailed("x"))) == .workspaceError)
  }

  @Test func exitZeroIsSuccessOnlyWhereItIsTheResult() {
    #expect(end() == .completed)
    #expect(reason(end(exitCodeIsResult: false)) == .outputMissing)
    #expect(end(hasResult: true, exitCodeIsResult: false) == .completed)
  }

  @Test func anAgentsLastWordCountsBeforeItsExitCode() {
    let traits = AgentTraits(speaksFirst: true, exitCodeIsResult: false)
    var standing = AgentStanding()
    func outcome(_ code: Int32) -> Settlement.Outcome {
      standing.outcome(exit: .exited(code: code), traits, lastErrorLine: nil)
    }
    standing.take(.failed(AgentFailure(.agentAuth, "log in")))
    #expect(reason(outcome(0)) == .agentAuth)
    standing.take(.result(AgentResult(summary: "done")))
    #expect(outcome(1) == .completed)
  }

  @Test func anOutputOfTheWrongShapeIsNoSuccess() {
    let fault = Fault(pointer: JSONPointer(tokens: ["output", "a"]), message: "required")
    let many = [Fault](repeating: fault, count: 9)
    guard case .failed(let error) = end(hasResult: true, faults: many) else {
      Issue.record("it is a success")
      return
    }
    #expect(error.code == .outputInvalid)
    #expect(error.message.contains("/output/a: required; /output/a: required"))
    #expect(error.message.hasSuffix("and 4 more."))
    #expect(end(cause: .cancelled, faults: many) == .cancelled)
    #expect(reason(end(hasResult: false, exitCodeIsResult: false, faults: many)) == .outputMissing)
  }

  @Test func aFailedExitTakesTheReportedReason() {
    let one = Posix.ExitStatus.exited(code: 1)
    #expect(reason(end(exit: one, error: (.agentAuth, "log in"))) == .agentAuth)
    #expect(reason(end(exit: one, error: (.unknown, "odd"))) == .agentCrashed)
    #expect(reason(end(exit: .signalled(.kill))) == .agentCrashed)
    #expect(reason(end(exit: nil)) == .unknown)
  }
}

@Suite struct TailTextTests {
  @Test func theLastWholeLinesThatFitAreGiven() {
    var tail = TailText()
    for index in 0..<5000 { tail.append("line \(index)") }
    #expect(tail.lines(atMost: 20) == "line 4998\nline 4999")
    #expect(tail.lastLine == "line 4999")
  }

  @Test func ofOneLongLineTheEndIsGiven() {
    var tail = TailText()
    tail.append(String(repeating: "é", count: 50_000) + "end")
    #expect(tail.lines(atMost: 5) == "ééend")
  }

  @Test func trailingBlanksAreNoLine() {
    var tail = TailText()
    tail.append("said\n\n  \n")
    #expect(tail.lines(atMost: 100) == "said")
    #expect(TailText().lastLine == nil)
  }
}

@Suite struct ContentKindTests {
  @Test(arguments: [
    ("a.md", "x", "text/markdown", "file"), ("Report.MD", "x", "text/markdown", "report"),
    ("deep/summary.txt", "x", "text/plain", "report"), ("x.patch", "x", "text/x-diff", "diff"),
    ("run.log", "x", "text/plain", "log"), ("noend", "x", "text/plain", "file"),
    ("shot.png", "\u{0}", "image/png", "screenshot"), (".hidden", "x", "text/plain", "file"),
    ("lies.json", "\u{0}", "application/octet-stream", "file"),
  ])
  func kindAndTypeAreGuessed(name: String, content: String, type: String, kind: String) {
    let bytes = Array(content.utf8)
    #expect(ContentType.guess(name: name, beginning: bytes, isWhole: true) == type)
    #expect(ContentKind.kind(of: name) == kind)
  }

  @Test func aPieceMayEndInsideACharacter() {
    let piece = Array("ä".utf8).dropLast()
    #expect(
      ContentType.guess(name: "a.txt", beginning: Array(piece), isWhole: false)
        == "text/plain")
    #expect(
      ContentType.guess(name: "a.txt", beginning: Array(piece), isWhole: true)
        == "application/octet-stream")
  }
}

@Suite struct PriceTests {
  @Test func tokensHaveTheCostOfTheirModelUnlessTheAgentSaysIt() {
    let table = PriceTable([
      "gpt": Price(input: 1, output: 10),
      "gpt-6": Price(input: 2, output: 20, cacheRead: 0.5),
    ])
    func cost(_ model: String?, own: Double? = nil) -> Double? {
      table.priced(
        Usage(
          inputTokens: 1_000_000, outputTokens: 100_000, cacheReadTokens: 2_000_000, costUsd: own,
          model: model)
      ).costUsd
    }
    #expect(cost("gpt-6-mini") == 5.0)
    #expect(cost("gpt-5") == 4.0)
    #expect(cost("gpt-6", own: 7) == 7.0)
    #expect(cost("other") == nil)
    #expect(cost(nil) == nil)
    #expect(table.priced(Usage(model: "gpt")).costUsd == nil)
  }

  @Test func aLimitIsOnAllAttemptsTogether() {
    let spent = Usage(turns: 2, costUsd: 3)
    var watch = BudgetGuard(Budget(usd: 5, turns: 9), spent: spent)
    #expect(watch.warnings(at: Usage(costUsd: 0.5)).isEmpty)
    #expect(watch.warnings(at: Usage(costUsd: 1)).map(\.limit) == ["usd"])
    #expect(watch.exhausted(at: Usage(costUsd: 2))?.limit == "usd")
    #expect(watch.exhausted(at: Usage(turns: 7))?.limit == "turns")
  }
}
