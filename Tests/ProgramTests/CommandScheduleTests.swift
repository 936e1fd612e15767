import JSON
import Posix
import TestSupport
import Testing

/// Checks `errand schedule` as people type it, and what it puts into the system.
struct CommandScheduleTests {
  private static let add = ["schedule", "add", "--profile", "shell", "--zone", "UTC"]

  @Test func aScheduleIsAddedListedAndRemoved() throws {
    try withCommandDesk { desk in
      #expect(try desk.errand(["schedule", "list"]).errorText.contains("No schedules"))
      let cron = ["--cron", "0 9 * * mon-fri", "--name", "weekly"]
      let rehearsed = try desk.errand(Self.add + cron + ["--dry-run", "make test"])
      #expect(rehearsed.errorText.contains("T09:00:00+00:00"), "\(rehearsed.errorText)")
      #expect(rehearsed.errorText.contains("Nothing was stored."))
      #expect(try desk.errand(["schedule", "list", "-q"]).text == "")

      let made = try desk.json(Self.add + cron + ["--tag", "ci", "make test", "--json"])
      #expect(made["cron"] == "0 9 * * mon-fri" && made["task"]?["brief"] == "make test")
      #expect(made["task"]?["directory"]?.stringValue?.hasSuffix("/work") == true)
      let every = try desk.json(Self.add + ["--every", "2h", "--overlap", "queue", "x", "--json"])
      #expect(every["everySec"] == 7200 && every["overlap"] == "queue")
      let table = try desk.errand(["schedule", "list"]).text
      #expect(table.contains("weekly") && table.contains("every 2h"), "\(table)")
      let ids = try desk.errand(["schedule", "list", "-q"]).text.split(separator: "\n").map(
        String.init)
      #expect(ids == [made, every].compactMap { $0["id"]?.stringValue })
      #expect(
        try desk.errand(["schedule", "remove", "weekly", ids[1]]).text.hasPrefix(
          "weekly: removed\n"))
      #expect(try desk.json(["schedule", "list", "--json"])["items"] == [])
    }
  }

  @Test func aScheduleIsPausedResumedAndChanged() throws {
    try withCommandDesk { desk in
      _ = try desk.errand(Self.add + ["--every", "2h", "--name", "often", "--tag", "ci", "true"])
      let paused = try desk.errand(["schedule", "pause", "often"])
      #expect(paused.errorText.contains("errand schedule resume often"), "\(paused.errorText)")
      #expect(try desk.errand(["schedule", "list"]).text.contains("paused"))
      let resumed = try desk.json(["schedule", "resume", "often", "--json"])
      #expect(resumed["pausedAt"] == nil && resumed["upcoming"]?.arrayValue?.count == 3)

      let update = ["schedule", "update", "often"]
      let planned = try desk.json(update + ["--cron", "@daily", "--dry-run", "--json"])
      #expect(planned["cron"] == "@daily")
      #expect(try desk.errand(["schedule", "list"]).text.contains("every 2h"))
      let changed = try desk.json(
        update + ["--cron", "0 3 * * *", "--overlap", "queue", "echo more", "--json"])
      #expect(changed["cron"] == "0 3 * * *" && changed["everySec"] == nil)
      #expect(changed["task"]?["brief"] == "echo more" && changed["overlap"] == "queue")
      #expect(changed["task"]?["profile"] == "shell" && changed["id"] == resumed["id"])
      for (words, says) in [
        ([], "nothing to change"), (["--cron", "@sometimes"], "--cron"),
        (["--profile", "nobody"], "--profile"), (["--at", "2001-01-01T00:00"], "passed"),
      ] {
        let refused = try desk.errand(update + words)
        #expect(refused.status == .exited(code: 2) && refused.errorText.contains(says))
      }
    }
  }

  struct Mistake: Sendable {
    var words: [String]
    var code: Int32 = 2
    var says: [String]
  }

  @Test(arguments: [
    Mistake(words: add + ["x"], says: ["--cron", "exactly one"]),
    Mistake(words: add + ["--cron", "0 25 * * *", "x"], says: ["--cron", "hour", "25"]),
    Mistake(words: add + ["--every", "5s", "x"], says: ["--every", "15m"]),
    Mistake(words: add + ["--every", "soon", "x"], says: ["--every", "2h"]),
    Mistake(words: add + ["--at", "2001-01-01T00:00", "x"], says: ["--at", "passed"]),
    Mistake(words: add + ["--every", "2h", "--dir", "/", "x"], says: ["--dir"]),
    Mistake(words: add + ["--every", "2h"], says: ["brief"]),
    Mistake(
      words: ["schedule", "add", "--zone", "Mars/Base", "--every", "2h", "x"],
      says: ["--zone", "Europe/Berlin"]),
    Mistake(words: ["schedule", "remove", "nobody"], code: 3, says: ["no schedule nobody"]),
    Mistake(words: ["schedule", "install", "--with", "magic"], says: ["systemd"]),
  ])
  func aMistakeIsSaidInTheWordsOfTheLine(_ mistake: Mistake) throws {
    try withCommandDesk { desk in
      let outcome = try desk.errand(mistake.words)
      #expect(outcome.status == .exited(code: mistake.code))
      for word in mistake.says {
        #expect(outcome.errorText.contains(word), "\(word): \(outcome.errorText)")
      }
      #expect(outcome.errorText.contains("\nNext: "))
    }
  }

  // MARK: Waking

  /// Puts programs on PATH that write down how they were called, and keep a crontab in a file.
  private func withSystem(
    _ body: (CommandDesk, _ environment: [String: String], _ said: () throws -> String) throws ->
      Void
  ) throws {
    try withCommandDesk { desk in
      let bin = desk.folder + "/bin"
      try RealFileSystem().createDirectory(bin)
      let said = desk.folder + "/said"
      try writeFile(said, "")
      let scripts = [
        "systemctl": "echo \"systemctl $*\" >>'\(said)'",
        "crontab": """
        echo "crontab $1" >>'\(said)'
        if [ "$1" = -l ]; then
          [ -e '\(desk.folder)/tab' ] || { echo "no crontab for me" >&2; exit 1; }
          exec cat '\(desk.folder)/tab'
        fi
        exec cp "$1" '\(desk.folder)/tab'
        """,
      ]
      for (name, script) in scripts {
        try writeFile(bin + "/" + name, "#!/bin/sh\n\(script)\n")
        _ = try Program.run(["+x", bin + "/" + name], executable: "/bin/chmod")
      }
      let path = "\(bin):/usr/bin:/bin"
      try body(desk, ["PATH": path, "XDG_RUNTIME_DIR": "/run"]) { try readText(said) }
    }
  }

  @Test func aTimerOfSystemdIsWrittenAndSwitchedOn() throws {
    try withSystem { desk, environment, said in
      let plan = try desk.errand(["schedule", "install", "--dry-run"], environment: environment)
      #expect(plan.text.contains("OnUnitInactiveSec") && plan.text.contains(".timer:"))
      let units = desk.environment["HOME"].map { $0 + "/.config/systemd/user" } ?? ""
      #expect(try !RealFileSystem().exists(units) && said() == "")

      #expect(
        try desk.errand(["schedule", "install"], environment: environment).status
          == .exited(code: 0))
      let names = try RealFileSystem().list(units).sorted()
      try #require(names.count == 2)
      let service = try readText(units + "/" + names[0])
      #expect(service.contains("ERRAND_HOME=\(desk.store)") && service.contains("KillMode=process"))
      #expect(try said().contains("systemctl --user enable --now \(names[1])"))
      // Its own files it writes anew; what is somebody else's it leaves alone.
      try writeFile(units + "/" + names[0], service + "# changed\n")
      _ = try desk.errand(["schedule", "install"], environment: environment)
      #expect(try readText(units + "/" + names[0]) == service)
      try writeFile(units + "/" + names[1], "[Timer]\n# mine\n")
      let refused = try desk.errand(["schedule", "install"], environment: environment)
      #expect(refused.status == .exited(code: 2) && refused.errorText.contains(names[1]))
      #expect(try readText(units + "/" + names[1]) == "[Timer]\n# mine\n")

      // What is ours goes, what is not stays.
      let undo = ["schedule", "uninstall"]
      let planned = try desk.errand(undo + ["--dry-run"], environment: environment)
      #expect(planned.text == "Would be removed: \(units)/\(names[0])\n")
      let gone = try desk.errand(undo, environment: environment)
      #expect(gone.text == "Removed: \(units)/\(names[0])\n", "\(gone.errorText)")
      #expect(try RealFileSystem().list(units) == [names[1]])
      #expect(try said().contains("systemctl --user disable --now \(names[1])"))
      #expect(
        try desk.errand(undo, environment: environment).errorText.contains("nothing of ours"))
    }
  }

  @Test func aLineOfTheCrontabLeavesAllOthers() throws {
    try withSystem { desk, environment, said in
      let words = ["schedule", "install", "--with", "cron"]
      let own = "MAILTO=me\n0 1 * * * backup 100%\n"
      for before in [nil, own] {
        if let before { try writeFile(desk.folder + "/tab", before) }
        #expect(try desk.errand(words, environment: environment).status == .exited(code: 0))
        let once = try readText(desk.folder + "/tab")
        #expect(once.hasPrefix(before ?? "*/5 ") && once.contains("runner >/dev/null"))
        _ = try desk.errand(words, environment: environment)
        #expect(try readText(desk.folder + "/tab") == once)
        let undone = try desk.errand(["schedule", "uninstall"], environment: environment)
        #expect(undone.text == "Removed: the line of the crontab\n", "\(undone.errorText)")
        #expect(try readText(desk.folder + "/tab") == before ?? "")
      }
      // One that cannot be read is not written over.
      try writeFile(desk.folder + "/bin/crontab", "#!/bin/sh\necho denied >&2; exit 1\n")
      let refused = try desk.errand(words, environment: environment)
      #expect(refused.status == .exited(code: 75) && refused.errorText.contains("denied"))
    }
  }

  @Test func anAgentOfLaunchdIsPlannedWhole() throws {
    try withCommandDesk { desk in
      let plan = try desk.json(["schedule", "install", "--with", "launchd", "--dry-run", "--json"])
      let file = try #require(plan["files"]?.arrayValue?.first)
      #expect(file["path"]?.stringValue?.contains("/Library/LaunchAgents/errand-wake") == true)
      #expect(file["text"]?.stringValue?.contains("<key>AbandonProcessGroup</key><true/>") == true)
    }
  }
}
