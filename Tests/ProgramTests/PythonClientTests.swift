import Posix
import TestSupport
import Testing

/// Does the main job with the official Python client, where it is installed.
struct PythonClientTests {
  /// The interpreter that has the client: named by `ERRAND_TEST_PYTHON`, else the one on PATH.
  ///
  /// One that is named must have it; only the one on PATH may go without.
  static let python: String? = {
    if let named = Environment.value("ERRAND_TEST_PYTHON") { return named }
    guard let found = Environment.which("python3", path: Environment.value("PATH")),
      // An interpreter that cannot be started counts as not installed.
      let probe = try? Program.run(["-c", "import mcp"], executable: found),
      probe.status == .exited(code: 0)
    else { return nil }
    return found
  }()

  @Test(.enabled(if: python != nil), arguments: ["auto", "legacy", "2026-07-28"])
  func theClientCreatesWaitsReadsAndDownloads(_ mode: String) throws {
    try withTemporaryDirectory { folder in
      let script = Path.join(Path.parent(#filePath), "Clients/mcp_client.py")
      let outcome = try Program.run(
        [script, Program.errand(), mode, folder], executable: Self.python,
        environment: Conversation.environment(store: folder + "/store"), within: .seconds(90))
      #expect(outcome.status == .exited(code: 0), "\(outcome.errorText)")
      #expect(outcome.text.hasPrefix("ok "), "\(outcome.text)")
    }
  }
}
