import JSON
import Posix
import TestSupport
import Testing

/// Checks that damage heals: what could not be read is kept aside, nothing stays in doubt, and no
/// advice leads in a circle.
struct HealingTests {
  /// Says what is damaged of the line that created a task.
  enum Beginning: String, CaseIterable {
    case key, value, seal, brace

    func spoil(_ line: String) -> String {
      switch self {
      case .key: line.replacing(#""event":"#, with: #""evont":"#)
      case .value: line.replacing(#""taskType":"freeform""#, with: #""taskType":"freefork""#)
      case .seal: line.dropLast(3) + (line.dropLast(2).last == "0" ? "1" : "0") + "\"}"
      case .brace: "[" + line.dropFirst()
      }
    }
  }

  @Test(arguments: Beginning.allCases)
  func aTaskWhoseBeginningIsDamagedIsShownKeepsItsNameAndCanBeEnded(_ damage: Beginning) throws {
    try withCommandDesk { desk in
      let whole = try desk.task("true", name: "whole")
      try desk.quiet()
      let id = try #require(
        try desk.json(["create", "--profile", "shell", "--name", "spoilt", "sleep 1", "--json"])[
          "id"]?.stringValue)
      _ = try desk.errand(["wait", "spoilt"])
      try desk.quiet()
      try desk.spoil({ $0.contains(#""created""#) && $0.contains(id) }, damage.spoil)

      let listed = try desk.json(["list", "--json"])
      let items = listed["items"]?.arrayValue ?? []
      #expect(Set(items.compactMap { $0["id"]?.stringValue }) == [whole, id])
      let item = items.first { $0["id"] == .string(id) }
      #expect(item?["name"] == "spoilt" && item?["statusReason"] == "damaged", "\(listed.text)")
      let shown = try desk.json(["get", "spoilt", "--json"])
      // What came after the beginning can be read, and says how it ended.
      #expect(shown["status"] == "completed" && shown["statusReason"] == "damaged")
      #expect(shown["statusMessage"]?.stringValue?.contains("could not be read") == true)
      let taken = try desk.errand(["create", "--profile", "shell", "--name", "spoilt", "true"])
      #expect(taken.status != .exited(code: 0) && taken.errorText.contains("spoilt"))

      let ended = try desk.errand(["settle", "spoilt"])
      #expect(ended.status == .exited(code: 0), "\(ended.text)\(ended.errorText)")
      #expect(try desk.json(["get", id, "--json"])["statusReason"] != "damaged")
      #expect(try desk.errand(["doctor", "--fix"]).status == .exited(code: 0))
      #expect(try desk.errand(["doctor", "--verify"]).text.contains("verify: whole"))
    }
  }

  @Test(arguments: ["cancel", "settle", "doctor"])
  func aTaskThatLostAChangeCanBeEnded(_ verb: String) throws {
    try withCommandDesk { desk in
      _ = try desk.task("echo one; echo two", name: "lost")
      try desk.quiet()
      try desk.spoil({ $0.contains(#""settled""#) }) {
        $0.replacing(#""event":"#, with: #""evont":"#)
      }
      let before = try desk.errand(["get", "lost"])
      #expect(before.text.contains("damaged") && before.text.contains("errand cancel"))
      let ended = try desk.errand(verb == "doctor" ? ["doctor", "--fix"] : [verb, "lost"])
      #expect(ended.status == .exited(code: 0), "\(ended.text)\(ended.errorText)")
      let after = try desk.json(["get", "lost", "--json"])
      #expect(after["status"] == (verb == "cancel" ? "cancelled" : "failed"), "\(after.text)")
      #expect(after["statusReason"] != "damaged")
      #expect(try desk.errand(["logs", "lost"]).text.contains("two"))
      // Once kept, the old break is told as history, by whichever way it came to that.
      let fixed = try desk.errand(["doctor", "--fix"])
      #expect(fixed.status == .exited(code: 0), "\(fixed.text)")
      let doctor = try desk.errand(["doctor", "--verify"])
      #expect(doctor.status == .exited(code: 0) && doctor.text.contains("history: 1 old breaks"))
      #expect(doctor.text.contains("/journal/0000000001.jsonl line "), "\(doctor.text)")
      // Also for who reads the journal without a snapshot, and after another mend.
      try desk.forgetSnapshot()
      #expect(try desk.json(["get", "lost", "--json"]) == after)
      #expect(try desk.json(["doctor", "--fix", "--json"])["problems"] == 0)
    }
  }

  @Test func aDamagedTaskWhoseOwnerLivesIsLeftToItAndHeardByIt() throws {
    try withCommandDesk { desk in
      let made = try desk.errand(["create", "--profile", "shell", "--name", "alive", "sleep 60"])
      #expect(made.status == .exited(code: 0))
      let isRunning = try eventually {
        try desk.json(["get", "alive", "--json"])["status"] == "running"
      }
      #expect(isRunning)
      try desk.spoil({ $0.contains(#""started""#) }) {
        $0.replacing(#""event":"#, with: #""evont":"#)
      }
      let fixed = try desk.errand(["doctor", "--fix"])
      #expect(fixed.text.contains("left alive to its supervisor, which lives"), "\(fixed.text)")
      let ended = try desk.errand(["cancel", "alive"])
      #expect(ended.status == .exited(code: 0), "\(ended.text)\(ended.errorText)")
      let after = try desk.json(["get", "alive", "--json"])
      #expect(after["status"] == "cancelled" && after["statusReason"] != "damaged", "\(after.text)")
      #expect(try desk.errand(["doctor", "--fix"]).status == .exited(code: 0))
    }
  }

  /// How it ended is known, yet not what else was lost: that is for a person to let go.
  @Test func whatItsOwnerEndsShowsItsEndAndTheDoctorSaysItAnew() throws {
    try withCommandDesk { desk in
      let go = desk.folder + "/go"
      let script =
        "n=0; while [ ! -e '\(go)' ] && [ $n -lt 600 ]; do sleep 0.1; n=$((n+1)); done; echo fine"
      _ = try desk.errand(["create", "--profile", "shell", "--name", "alive", script])
      let after = ["create", "-p", "shell", "--name", "after", "--depends-on", "alive", "true"]
      #expect(try desk.errand(after).status == .exited(code: 0))
      #expect(try eventually { try desk.json(["get", "alive", "--json"])["status"] == "running" })
      try desk.spoil({ $0.contains(#""started""#) }) {
        $0.replacing(#""event":"#, with: #""evont":"#)
      }
      #expect(try desk.json(["get", "alive", "--json"])["statusReason"] == "damaged")
      try writeFile(go, "")
      let isEnded = try eventually {
        try desk.json(["get", "alive", "--json"])["status"] == "completed"
      }
      #expect(isEnded)
      let shown = try desk.errand(["get", "alive"]).text
      #expect(shown.contains("damaged") && shown.contains("errand doctor"), "\(shown)")
      let found = try desk.errand(["doctor"])
      #expect(found.status == .exited(code: 1) && found.text.contains("What a supervisor ends"))
      // Its owner knew it whole, and so could decide what waited for it.
      #expect(try desk.errand(["wait", "after"]).status == .exited(code: 0))

      let isSaid = try eventually {
        try desk.errand(["doctor", "--fix"]).text.contains("said alive anew as completed")
      }
      #expect(isSaid)
      let healed = try desk.json(["get", "alive", "--json"])
      #expect(healed["status"] == "completed" && healed["statusReason"] != "damaged")
      #expect(healed["resultSummary"] == "fine", "\(healed.text)")
      try desk.forgetSnapshot()
      #expect(try desk.json(["get", "alive", "--json"])["statusReason"] != "damaged")
    }
  }

  @Test func messagesThatCannotBeReadAreKeptAndTheirPlaceIsMarked() throws {
    try withCommandDesk { desk in
      let id = try desk.task("echo one; echo t'w'o; echo three", name: "talker")
      try desk.quiet()
      let month = try #require(try RealFileSystem().list(desk.store + "/tasks").first)
      let log = "\(desk.store)/tasks/\(month)/\(id)/attempts/1/messages-000001.jsonl"
      let text = try readText(log)
      let line = try #require(text.split(separator: "\n").first { $0.contains("two") })
      try writeFile(log, text.replacing(line, with: line.replacing("kind", with: "kynd")))
      let found = try desk.errand(["doctor", "--verify"])
      #expect(found.status == .exited(code: 1) && found.text.contains(log), "\(found.text)")
      #expect(found.text.contains("errand doctor --fix --verify"))

      let fixed = try desk.errand(["doctor", "--fix", "--verify"])
      #expect(fixed.status == .exited(code: 0), "\(fixed.text)")
      let kept = "messages-000001.jsonl-\(id)-1"
      #expect(try readText(desk.store + "/damaged/" + kept).contains("two"))
      let logs = try desk.errand(["logs", "talker"]).text
      #expect(logs.contains("one") && logs.contains("three") && !logs.contains("two"))
      #expect(logs.contains("could not be read; see damaged/\(kept)"), "\(logs)")
      #expect(try desk.errand(["doctor", "--verify"]).status == .exited(code: 0))
    }
  }
}

extension CommandDesk {
  /// Damages one line of the journal, and takes the snapshot away, which would stand in for it.
  func spoil(_ isMeant: (String) -> Bool, _ change: (String) -> String) throws {
    let path = store + "/journal/0000000001.jsonl"
    var lines = try readText(path).split(separator: "\n").map(String.init)
    let found = lines.lastIndex(where: isMeant)
    let place = try #require(found)
    let spoilt = change(lines[place])
    #expect(spoilt != lines[place])
    lines[place] = spoilt
    try writeFile(path, lines.joined(separator: "\n") + "\n")
    try forgetSnapshot()
  }

  func forgetSnapshot() throws {
    guard try RealFileSystem().exists(store + "/snapshot") else { return }
    try RealFileSystem().removeTree(store + "/snapshot")
  }
}
