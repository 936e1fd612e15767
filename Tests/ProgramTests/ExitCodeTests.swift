import JSON
import Testing

@testable import errand

/// Checks the numbers scripts rely on, also for standings no agent here can bring about.
struct ExitCodeTests {
  @Test(
    arguments: [
      ("completed", nil, 0), ("failed", "unknown", 1), ("failed", "interrupted", 1),
      ("failed", nil, 1), ("input_required", nil, 4), ("cancelled", nil, 5), ("expired", nil, 5),
      ("failed", "timeout", 5), ("failed", "dispatch_timeout", 5),
      ("failed", "budget_exhausted", 5), ("failed", "max_turns", 5), ("queued", nil, 75),
      ("waiting", "quota", 75), ("dispatched", nil, 75), ("running", "cancelling", 75),
      ("of a later version", nil, 75),
    ] as [(String, String?, Int32)])
  func theStandingOfATaskIsTheExitCode(_ status: String, _ reason: String?, _ code: Int32) {
    var task: JSONValue = ["status": .string(status)]
    if let reason { task = ["status": .string(status), "statusReason": .string(reason)] }
    #expect(TaskText.exitCode(of: task).rawValue == code)
  }

  @Test func ofSeveralTasksTheOneThatMostNeedsAPersonDecides() {
    #expect(ExitCode.ok < .needsInput)
    for code in ExitCode.allCases where code != .ok { #expect(ExitCode.ok < code, "\(code)") }
  }
}
