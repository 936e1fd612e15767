import Posix
import TestSupport
import Testing

/// Checks that a program stopped by Ctrl-Z keeps nobody from the store.
struct StoppedWriterTests {
  /// Runs a program as a job of a shell: one that no shell could wake would not be stopped at all.
  private static let asJob =
    #"exec 3<&0; sleep infinity & shell=$!; set -m; "$@" <&3 & echo $!; wait $shell"#

  @Test(.enabled(if: ProcessFigures.exist))
  func whoeverIsStoppedFromATerminalHasGivenTheJournalUp() throws {
    try withTemporaryDirectory { folder in
      let root = folder + "/store"
      let writer = Path.join(try Program.buildDirectory(), "store-writer")
      let shell = try Program.start(
        ["-c", Self.asJob, "shell", writer, root, "write", "1000000", "1"],
        executable: "/bin/bash")
      let pid = try #require(try shell.nextLine().flatMap { Int32($0) })
      let job = try #require(try ProcessTable.record(of: pid)).identity
      try shell.send("")
      for round in 0..<200 {
        #expect(try shell.nextLine() != nil)
        try ProcessTable.signal(job, .terminalStop)
        #expect(try eventually { try ProcessFigures.isStopped(pid) })
        let isHeld = try FileLock.isHeld(root + "/run/journal.lock")
        #expect(!isHeld, "round \(round)")
        try ProcessTable.signal(job, .continue)
      }
      try ProcessTable.signal(job, .kill)
      try shell.process.signalGroup(.kill)
      _ = try shell.waitForExit()
    }
  }
}
