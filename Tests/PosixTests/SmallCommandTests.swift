import Posix
import TestSupport
import Testing

/// Checks that a small program leaves nothing behind, however it goes.
@Suite struct SmallCommandTests {
  private func run(_ script: String, within limit: Duration = .seconds(5)) -> SmallCommand.Outcome?
  {
    SmallCommand.run("/bin/sh", ["-c", script], environment: [:], within: limit)
  }

  @Test func whatItSaysAndHowItEndedIsTold() {
    let outcome = run("echo one; exit 3")
    #expect(outcome?.text == "one" && outcome?.status == .exited(code: 3))
  }

  @Test func itIsReadToItsEndHoweverItPrints() {
    #expect(run("echo one; sleep 0.2; echo two; sleep 0.2; echo three")?.text == "one\ntwo\nthree")
  }

  @Test(arguments: ["sleep 600", "exec >&-; sleep 600", "echo early; sleep 600"])
  func oneThatDoesNotEndInTimeIsEndedAndCollected(_ script: String) throws {
    try withTemporaryDirectory { folder in
      let start = MonotonicTime.now
      #expect(run("echo $$ > '\(folder)/pid'; \(script)", within: .seconds(1)) == nil)
      #expect(try MonotonicTime.now - start < PromisedTime.bound(.seconds(10)))
      let text = try readText(folder + "/pid")
      let pid = try #require(Int32(text.filter(\.isNumber)))
      // A zombie would still be in the table.
      #expect(try ProcessTable.record(of: pid) == nil)
    }
  }
}
