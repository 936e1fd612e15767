import Posix
import TestSupport
import Testing

/// Checks the guarantee as a whole: whatever is killed, nothing acknowledged is lost, nothing runs
/// twice, every status is true, and nobody is left.
struct ChaosTests {
  @Test func whateverIsKilledTheStoreTellsTheTruth() throws {
    let plan = ChaosPlan.fromEnvironment()
    print("chaos: seed \(plan.seed), \(plan.time.components.seconds) s")
    try withTemporaryDirectory { root in
      let house = try ChaosHouse(root: root)
      defer {
        // Teardown of a run that failed: its own error counts, not what can still be ended.
        for left in (try? house.everybody()) ?? [] {
          _ = try? ProcessTable.signal(left.identity, .kill)
        }
      }
      var chaos = try Chaos(plan, house)
      try chaos.run()
      var verdict = ChaosVerdict(chaos)
      try verdict.waitForTheEnd()
      try verdict.judge()
      try verdict.judgeChain()
      try verdict.judgeProcesses()
      let missed = chaos.missingBlows.map(\.rawValue)
      #expect(missed.isEmpty || !plan.meetsEverybody, "seed \(plan.seed): never met \(missed)")
      let killed = Blow.allCases.map { "\($0.rawValue) \(chaos.blows[$0, default: 0])" }
      let ended = verdict.counts.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" }
      print(
        "chaos: seed \(plan.seed): \(chaos.tasks.count) tasks; killed: "
          + killed.joined(separator: ", ") + "; ended: " + ended.joined(separator: ", "))
    }
  }
}
