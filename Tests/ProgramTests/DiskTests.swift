import JSON
import Posix
import TestSupport
import Testing

/// Checks a store on a disk that is full, read-only, or closed to the user.
struct DiskTests {
  /// Tells whether this user may mount a file system of its own for the time of a test.
  static let mayMount: Bool = {
    guard let unshare = Environment.which("unshare", path: Environment.value("PATH")) else {
      return false
    }
    let outcome = try? Program.run(
      ["-m", "mount", "-t", "tmpfs", "tmpfs", "/mnt"], executable: unshare)
    return outcome?.status.isSuccess == true
  }()

  /// Tells whether this process is root and can become somebody else.
  static let mayBecomeAnother: Bool = {
    guard let setpriv = Environment.which("setpriv", path: Environment.value("PATH")),
      let errand = try? Program.errand()
    else { return false }
    let outcome = try? Program.run(another + [errand, "version"], executable: setpriv)
    return outcome?.status.isSuccess == true
  }()

  private static let another = ["--reuid=65534", "--regid=65534", "--clear-groups", "--"]

  /// Runs a script in a mount namespace, with a store on a file system of 6 MiB; `$E` is errand.
  private static func onSmallDisk(_ desk: CommandDesk, _ script: String) throws -> Program.Outcome {
    try RealFileSystem().createDirectory(desk.store)
    let unshare = try #require(
      Environment.which("unshare", path: Environment.value("PATH")))
    let mounting = """
      set -u; mount -t tmpfs -o size=6m,mode=700 tmpfs "$ERRAND_HOME" || exit 99
      create() {
        "$E" create --profile shell --name "$1" "true # $(printf %20000d 0)"; echo "$1: $?"
      }
      leave() { kill $(sed -n 's/.*"pid": *\\([0-9]*\\).*/\\1/p' "$ERRAND_HOME/run/runner.json"); }
      """
    return try Program.run(
      ["-m", "sh", "-c", mounting + "\n" + script], executable: unshare,
      environment: desk.environment.merging(["E": try Program.errand()]) { $1 },
      directory: desk.folder, within: .seconds(60))
  }

  @Test(.enabled(if: mayMount, "no file system can be mounted here"))
  func aFullDiskIsToldAndWhatIsThereIsServed() throws {
    try withCommandDesk { desk in
      let outcome = try Self.onSmallDisk(
        desk,
        """
        create first >/dev/null
        "$E" wait first >/dev/null
        dd if=/dev/zero of="$ERRAND_HOME/filler" bs=4096 2>/dev/null
        create second
        "$E" get first >/dev/null; echo "get: $?"
        "$E" list -q | wc -l
        "$E" doctor; echo "doctor: $?"
        rm "$ERRAND_HOME/filler"
        create third; "$E" doctor --verify
        """)
      #expect(outcome.text.contains("second: 75"), "\(outcome.text)\(outcome.errorText)")
      #expect(outcome.errorText.contains("No space left on device"))
      #expect(outcome.errorText.contains(desk.store), "the path is named")
      #expect(outcome.errorText.contains("Make room on the disk"), "the cure is named")
      #expect(outcome.text.contains("get: 0\n1\n"), "\(outcome.text)")
      #expect(outcome.text.contains("Make room on the disk") && outcome.text.contains("doctor: 1"))
      #expect(outcome.text.contains("third: 0") && outcome.text.contains("verify: whole"))
    }
  }

  @Test(.enabled(if: mayMount, "no file system can be mounted here"))
  func aRunnerOutlivesAFullDiskAndDoesThenWhatWasDue() throws {
    try withCommandDesk { desk in
      let outcome = try Self.onSmallDisk(
        desk,
        """
        "$E" runner --stay --no-console 2>told & runner=$!
        # Whoever makes a task before it is there starts another, and this one leaves.
        until [ -s "$ERRAND_HOME/run/runner.json" ]; do kill -0 $runner || break; done
        until "$E" create --profile shell --name busy "sleep 300" >/dev/null; do :; done
        until [ "$("$E" get busy --json | grep -c '"status":"running"')" = 1 ]; do :; done
        for name in late later latest; do
          "$E" create --profile shell --name $name --expires-in 4 "true" >/dev/null
        done
        dd if=/dev/zero of="$ERRAND_HOME/filler" bs=4096 2>/dev/null
        # The last page of the journal still had room.
        while "$E" comment busy x >/dev/null; do :; done
        until grep -q "No space left" told; do kill -0 $runner || break; done
        kill -0 $runner; echo "there: $?"
        rm "$ERRAND_HOME/filler"
        for name in late later latest; do
          "$E" wait $name >/dev/null; echo "$name: $?"
        done
        "$E" list --status expired -q | wc -l
        "$E" cancel busy >/dev/null; kill $runner; wait $runner; cat told >&2
        """)
      let ended = "there: 0\nlate: 5\nlater: 5\nlatest: 5\n3\n"
      #expect(outcome.text.contains(ended), "\(outcome.text)")
      let told = outcome.errorText.split(separator: "\n").filter { $0.contains("tries again") }
      #expect(told.count == 1, "\(outcome.errorText)")
    }
  }

  @Test(.enabled(if: mayMount, "no file system can be mounted here"))
  func anEndThatFindsNoRoomIsWrittenOnceThereIsSome() throws {
    try withCommandDesk { desk in
      let outcome = try Self.onSmallDisk(
        desk,
        """
        "$E" create --profile shell --name quiet --workspace none \
          'while [ ! -e "\(desk.folder)/go" ]; do sleep 0.1; done; touch "\(desk.folder)/over"; exit 3' >/dev/null
        while ! "$E" list | grep -q running; do sleep 0.1; done
        dd if=/dev/zero of="$ERRAND_HOME/filler" bs=4096 2>/dev/null
        while "$E" comment quiet "until nothing more can be written" 2>/dev/null >&2; do :; done
        touch "\(desk.folder)/go"
        while [ ! -e "\(desk.folder)/over" ]; do sleep 0.1; done
        sleep 1; rm "$ERRAND_HOME/filler"
        "$E" wait quiet; "$E" get quiet
        """)
      // And not as interrupted: its supervisor knew how it had ended.
      #expect(outcome.text.contains("exit code 3"), "\(outcome.text)\(outcome.errorText)")
    }
  }

  @Test(.enabled(if: mayMount, "no file system can be mounted here"))
  func whatAnAgentLeftIsKeptAlsoWhereAFullDiskEndedIt() throws {
    try withCommandDesk { desk in
      let outcome = try Self.onSmallDisk(
        desk,
        """
        cd "\(desk.folder)"
        "$E" create --profile shell --name loud --workspace none \
          'echo kept > "$ERRAND_ARTIFACTS/a.txt"; echo $$ > "\(desk.folder)/agent"
          while [ ! -e "\(desk.folder)/go" ]; do sleep 0.1; done; echo a line; sleep 300' >/dev/null
        while [ ! -s agent ] || ! "$E" list | grep -q running; do sleep 0.1; done
        dd if=/dev/zero of="$ERRAND_HOME/filler" bs=4096 2>/dev/null
        while "$E" comment loud "until nothing more can be written" 2>/dev/null >&2; do :; done
        touch go; for try in $(seq 100); do
          kill -0 $(cat agent) 2>/dev/null || break
          sleep 0.1
        done
        # Its supervisor looks for room in the agent's folder, again and again.
        touch gone; for try in $(seq 100); do
          find "$ERRAND_HOME"/tasks/*/*/attempts/1/tmp -maxdepth 0 -newer gone | grep -q . && break
          sleep 0.1
        done
        rm "$ERRAND_HOME/filler"
        "$E" wait loud >/dev/null; "$E" get loud; "$E" artifacts list loud
        """)
      let told = "\(outcome.text)\(outcome.errorText)"
      #expect(outcome.text.contains("store_error"), "\(told)")
      #expect(outcome.text.contains("No space left on device"), "\(told)")
      #expect(outcome.text.contains("Make room on the disk of \(desk.store)"), "\(told)")
      #expect(outcome.text.contains("a.txt"), "\(told)")
    }
  }

  @Test(.enabled(if: mayMount, "no file system can be mounted here"))
  func aSetupThatAFullDiskEndsIsEnded() throws {
    try withCommandDesk { desk in
      let folder = desk.folder
      let setup = """
        echo $$ > '\(folder)/setup'; while [ ! -e '\(folder)/go' ]; do sleep 0.1; done
        echo a line; sleep 300
        """
      let profile: JSONValue = [
        "profiles": [["name": "set", "adapter": "shell", "setup": ["sh", "-c", .string(setup)]]]
      ]
      try writeFile(desk.configuration, profile.text)
      let outcome = try Self.onSmallDisk(
        desk,
        """
        cd "\(folder)"
        "$E" create --profile set --name early --workspace none true >/dev/null
        while [ ! -s setup ]; do sleep 0.1; done
        dd if=/dev/zero of="$ERRAND_HOME/filler" bs=4096 2>/dev/null
        touch go; for try in $(seq 200); do
          kill -0 $(cat setup) 2>/dev/null || break
          sleep 0.1
        done
        kill -0 $(cat setup) 2>/dev/null && echo "it lives" && kill $(cat setup)
        rm "$ERRAND_HOME/filler"; "$E" wait early >/dev/null; "$E" get early
        """)
      let told = "\(outcome.text)\(outcome.errorText)"
      #expect(!outcome.text.contains("it lives"), "\(told)")
      #expect(outcome.text.contains("workspace_error"), "\(told)")
      #expect(outcome.text.contains("setup.log: No space left on device"), "\(told)")
    }
  }

  @Test(.enabled(if: mayMount, "no file system can be mounted here"))
  func aReadOnlyDiskIsToldAndWhatIsThereIsServed() throws {
    try withCommandDesk { desk in
      let outcome = try Self.onSmallDisk(
        desk,
        """
        create first >/dev/null
        "$E" wait first >/dev/null
        # Whoever waited may have started another runner, which takes the place of the first.
        until mount -o remount,ro "$ERRAND_HOME" 2>/dev/null; do leave 2>/dev/null; sleep 0.02; done
        create second
        "$E" get first >/dev/null; echo "get: $?"
        "$E" list -q | wc -l
        "$E" doctor; echo "doctor: $?"
        "$E" doctor --verify
        """)
      #expect(outcome.text.contains("second: 75"), "\(outcome.text)\(outcome.errorText)")
      #expect(outcome.errorText.contains("Read-only file system"))
      #expect(outcome.errorText.contains(desk.store), "the path is named")
      #expect(outcome.text.contains("get: 0\n1\n"), "\(outcome.text)")
      #expect(outcome.text.contains("the store cannot be written (Read-only file system)"))
      #expect(outcome.text.contains("doctor: 1") && outcome.text.contains("verify: whole"))
    }
  }

  @Test(.enabled(if: mayBecomeAnother, "needs root and setpriv to become another user"))
  func aFileThatIsClosedToTheUserIsNamedAndOpenedAgain() throws {
    try withCommandDesk { desk in
      for name in ["one", "two"] { _ = try desk.task("true", name: name) }
      try desk.quiet()
      let root = Path.parent(desk.store)
      _ = try Program.run(["-R", "65534:65534", root], executable: "/bin/chown")
      let journal = desk.store + "/journal"
      let setpriv = try #require(Environment.which("setpriv", path: Environment.value("PATH")))
      func errand(_ words: [String]) throws -> Program.Outcome {
        try Program.run(
          Self.another + [try Program.errand()] + words, executable: setpriv,
          environment: desk.environment, directory: desk.folder)
      }
      try #require(try errand(["list"]).status == .exited(code: 0))
      for closed in [journal + "/0000000001.jsonl", journal] {
        _ = try Program.run(["000", closed], executable: "/bin/chmod")
        let refused = try errand(["list"])
        #expect(refused.status == .exited(code: 75), "\(refused.errorText)")
        #expect(refused.errorText.contains(closed) && refused.errorText.contains("denied"))
        let found = try errand(["doctor"])
        #expect(found.text.contains("you may not read and write \(closed)"), "\(found.text)")
        let fixed = try errand(["doctor", "--fix"])
        #expect(fixed.status == .exited(code: 0), "\(fixed.text)\(fixed.errorText)")
        #expect(try errand(["list", "-q"]).text.split(separator: "\n").count == 2)
      }
    }
  }
}
