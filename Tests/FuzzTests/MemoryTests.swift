import Posix
import TestSupport
import Testing

/// Checks how much memory the readers need, in a process where nothing else needs any.
struct MemoryTests {
  /// Where the tests are not a program of their own, or the system tells no figures, it cannot be.
  static let isPossible =
    ProcessFigures.exist && (try? Environment.executablePath().hasSuffix(".xctest")) == true

  @Test(.enabled(if: isPossible && !Fuzz.isAlone, "it cannot be measured here"))
  func noReaderGrowsWithWhatItReads() throws {
    var environment = Environment.current
    for name in ["ERRAND_FUZZ_SECONDS", "ERRAND_FUZZ_SEED"] { environment[name] = nil }
    environment[Fuzz.alone] = "yes"
    let outcome = try Program.run(
      ["--testing-library", "swift-testing", "--no-parallel", "--filter", "FuzzTests\\."],
      executable: try Environment.executablePath(), environment: environment,
      within: .seconds(300))
    #expect(outcome.status == .exited(code: 0), "\(outcome.text)\(outcome.errorText)")
    let measured = outcome.text.split(separator: "\n").filter { $0.contains(": grew by ") }
    #expect(measured.count >= 13, "\(outcome.text)")
  }
}
