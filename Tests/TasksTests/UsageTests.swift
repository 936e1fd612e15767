import JSON
import Tasks
import Testing

/// Checks sums of usage, and how limits fold.
@Suite struct UsageTests {
  @Test func figuresNobodyGaveStayAbsent() {
    let sum = Usage(inputTokens: 1) + Usage(outputTokens: 2, model: "m1") + Usage(model: "m2")
    #expect(sum == Usage(inputTokens: 1, outputTokens: 2, model: "m2"))
    #expect(Usage() + Usage() == Usage())
    #expect(Usage(model: "m1") + Usage() == Usage(model: "m1"))
  }

  @Test func allFiguresAdd() {
    let one = Usage(
      inputTokens: 1, outputTokens: 2, cacheReadTokens: 3, cacheWriteTokens: 4, toolCalls: 5,
      turns: 6, costUsd: 0.5, model: "m", provider: "p")
    let two = Usage(
      inputTokens: 2, outputTokens: 4, cacheReadTokens: 6, cacheWriteTokens: 8, toolCalls: 10,
      turns: 12, costUsd: 1, model: "m", provider: "p")
    #expect(one + one == two)
    #expect(one.totalTokens == 10)
  }

  @Test func foreignFiguresCannotTrap() {
    let most = Usage(inputTokens: .max, outputTokens: .max)
    #expect((most + most).inputTokens == .max)
    #expect(most.totalTokens == .max)
    let least = Usage(inputTokens: .min)
    #expect((least + least).inputTokens == .min)
  }

  @Test func aTasksUsageIsTheSumOfItsAttempts() throws {
    let record = try Sample.record(Sample.way(to: .completed))
    var object = try #require(TaskRecord.json.value(of: record).objectValue)
    let attempt = try #require(object["attempts"]?.arrayValue?.first)
    object["attempts"] = [attempt, attempt]
    let twice = try TaskRecord.json.decode(.object(object))
    #expect(twice.usage == Usage(inputTokens: 20, costUsd: 1))
  }

  static let ceiling = TaskLimits(
    budget: Budget(usd: 5, tokens: 1000), dispatchTimeoutSec: 300, runningTimeoutSec: 7200)

  static let folds: [(asked: TaskLimits, allowed: TaskLimits)] = [
    (TaskLimits(), ceiling),
    (
      TaskLimits(budget: Budget(usd: 1, turns: 3), runningTimeoutSec: 60),
      TaskLimits(
        budget: Budget(usd: 1, tokens: 1000, turns: 3), dispatchTimeoutSec: 300,
        runningTimeoutSec: 60)
    ),
    (
      TaskLimits(
        budget: Budget(usd: 50, tokens: 100_000), dispatchTimeoutSec: 3000,
        runningTimeoutSec: 720_000), ceiling
    ),
    (
      TaskLimits(budget: Budget(usd: -1)),
      TaskLimits(
        budget: Budget(usd: 0, tokens: 1000), dispatchTimeoutSec: 300, runningTimeoutSec: 7200)
    ),
  ]

  @Test(arguments: folds)
  func argumentsOnlyLower(asked: TaskLimits, allowed: TaskLimits) {
    #expect(Self.ceiling.lowered(by: asked) == allowed)
    #expect(asked.lowered(by: Self.ceiling) == allowed)
    #expect(TaskLimits.folding([Self.ceiling, asked, Self.ceiling]) == allowed)
  }

  @Test func aBudgetNamesWhatIsUsedUp() {
    let budget = Budget(usd: 1, tokens: 10, turns: 2)
    #expect(budget.exceeded(by: Usage(inputTokens: 10, turns: 2, costUsd: 1)) == nil)
    #expect(budget.exceeded(by: Usage(costUsd: 1.01)) == "usd")
    #expect(budget.exceeded(by: Usage(inputTokens: 6, cacheReadTokens: 5)) == "tokens")
    #expect(budget.exceeded(by: Usage(turns: 3)) == "turns")
    #expect(Budget().exceeded(by: Usage(turns: .max, costUsd: 1e9)) == nil)
  }
}
