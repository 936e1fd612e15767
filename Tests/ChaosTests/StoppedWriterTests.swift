import Posix
import TestSupport
import Testing

/// Checks that a program stopped by Ctrl-Z keeps nobody from the store.
struct StoppedWriterTests {
  @Test(.enabled(if: ProcessFigures.exist))
  func whoeverIsStoppedFromATerminalHasGivenTheJournalUp() throws {
    try withTemporaryDirectory { folder in
      let root = folder + "/store"
      let writer = try Program.start(
        [root, "write", "1000000", "1"],
        executable: Path.join(try Program.buildDirectory(), "store-writer"))
      try writer.send("")
      for round in 0..<30 {
        #expect(try writer.nextLine() != nil)
        try writer.process.signal(.terminalStop)
        #expect(try eventually { try ProcessFigures.isStopped(writer.pid) })
        let isHeld = try FileLock.isHeld(root + "/run/journal.lock")
        #expect(!isHeld, "round \(round)")
        try writer.process.signal(.continue)
      }
      try writer.process.signal(.kill)
      _ = try writer.waitForExit()
    }
  }
}
