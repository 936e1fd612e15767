import JSON
import Posix
import TestSupport
import Testing

/// Checks that pruning says what it would do, does that, and leaves what it should.
struct CommandPruneTests {
  @Test func aFreshStoreHasNothingThatHadItsTime() throws {
    try withCommandDesk { desk in
      #expect(try desk.errand(["prune", "--dry-run"]).text == "Nothing has had its time.\n")
      #expect(try !RealFileSystem().exists(desk.store + "/journal"))
      _ = try desk.task("true")
      let plan = try desk.json(["prune", "--dry-run", "--json"])
      #expect(plan["tasks"]?.arrayValue?.isEmpty == true && plan["dryRun"] == true)
      #expect(try desk.errand(["prune"]).text == "Nothing has had its time.\n")
    }
  }

  @Test func whatHadItsTimeGoesAsItWasSaid() throws {
    try withCommandDesk { desk in
      _ = try desk.task("true", name: "kept")
      try desk.quiet()
      // Half-written long ago, and content nobody bound.
      let hash = String(repeating: "a", count: 64)
      try RealFileSystem().createDirectories(desk.store + "/blobs/sha256/aa")
      for path in ["/journal/.base.1.tmp", "/blobs/sha256/aa/\(hash)"] {
        try writeFile(desk.store + path, "xxxx")
        _ = try Program.run(
          ["-d", "2020-01-01T00:00:00Z", desk.store + path], executable: "/usr/bin/touch")
      }
      let plan = try desk.json(["prune", "--dry-run", "--json"])
      for key in ["content", "drafts"] {
        #expect(plan[key]?["count"] == 1 && plan[key]?["bytes"] == 4, "\(plan.text)")
      }
      let said = try desk.errand(["prune", "--dry-run"]).text
      #expect(said.contains("Would go:") && said.contains("1 pieces of content"))
      #expect(try RealFileSystem().exists(desk.store + "/blobs/sha256/aa/\(hash)"))
      #expect(try desk.errand(["prune"]).text == said.replacing("Would go:", with: "Gone:"))
      #expect(try !RealFileSystem().exists(desk.store + "/blobs/sha256/aa/\(hash)"))
      #expect(try desk.errand(["prune"]).text == "Nothing has had its time.\n")
      #expect(try desk.errand(["get", "kept"]).status == .exited(code: 0))
    }
  }

  @Test func insideAnAttemptNothingIsPrunedOrMended() throws {
    try withCommandDesk { desk in
      _ = try desk.task("true")
      for words in [["prune"], ["doctor", "--fix"]] {
        let refused = try desk.errand(words, environment: ["ERRAND_ATTEMPT": "x/1"])
        #expect(refused.status == .exited(code: 2), "\(words): \(refused.errorText)")
        #expect(refused.errorText.contains("inside"))
      }
    }
  }
}
