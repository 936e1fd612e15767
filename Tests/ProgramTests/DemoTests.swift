import Posix
import TestSupport
import Testing

/// Checks that the demonstration holds, and leaves nothing behind.
struct DemoTests {
  @Test func itHoldsWithinFifteenSecondsAndLeavesNothing() throws {
    try withTemporaryDirectory { folder in
      let start = MonotonicTime.now
      let outcome = try Program.run(
        ["demo"],
        environment: [
          "PATH": Environment.value("PATH") ?? "/usr/bin:/bin", "HOME": folder, "TMPDIR": folder,
        ], directory: folder, within: .seconds(40))
      #expect(outcome.status == .exited(code: 0), "\(outcome.text)\(outcome.errorText)")
      #expect(MonotonicTime.now - start < .seconds(15))
      #expect(!outcome.text.contains("✗"))
      #expect(outcome.text.split(separator: "✓").count > 10)
      #expect(try RealFileSystem().list(folder) == [])
      #expect(try ProcessTable.carrying(marker: "TMPDIR=\(folder)").isEmpty)
    }
  }

  @Test func itEndsWithOneWhereGitIsMissing() throws {
    try withTemporaryDirectory { folder in
      let outcome = try Program.run(
        ["demo"], environment: ["PATH": folder, "HOME": folder, "TMPDIR": folder])
      #expect(outcome.status == .exited(code: 1))
      #expect(outcome.errorText.contains("git"))
      #expect(try RealFileSystem().list(folder) == [])
    }
  }
}
