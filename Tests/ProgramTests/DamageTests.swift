import JSON
import Posix
import TestSupport
import Testing

/// Checks each damage a store can suffer: what is served, what the doctor says, what it mends.
struct DamageTests {
  struct Damage: Sendable, CustomTestStringConvertible {
    var name: String
    /// What the doctor calls it; nil where it need not see it.
    var subject: String?
    var level = "problem"
    /// Tasks that are served as ever.
    var served = ["one", "two"]
    /// Tasks that are served again once it is mended.
    var back: [String] = []
    /// A word of what is found in `damaged/` after.
    var aside: String?
    var cause: @Sendable (Ground) throws -> Void
    var testDescription: String { name }
  }

  /// Is a store to do damage to.
  struct Ground: Sendable {
    var desk: CommandDesk
    var journal: String { desk.store + "/journal/0000000001.jsonl" }

    func lines() throws -> [String] {
      try readText(journal).split(separator: "\n").map(String.init)
    }

    func write(_ lines: [String]) throws {
      try writeFile(journal, lines.joined(separator: "\n") + "\n")
    }

    /// Changes the line that settled `two`, the last of all.
    func change(_ body: (String) -> String) throws {
      var lines = try lines()
      lines[lines.count - 1] = body(lines[lines.count - 1])
      try write(lines)
    }

    /// Takes the snapshot away, which would stand in for a damaged line.
    func forget() throws { try RealFileSystem().removeTree(desk.store + "/snapshot") }

    func snapshots() throws -> [String] {
      try RealFileSystem().list(desk.store + "/snapshot").map { desk.store + "/snapshot/" + $0 }
    }
  }

  static let damages: [Damage] = [
    Damage(
      name: "a flipped byte in an event", subject: "journal", served: ["one"], back: ["two"],
      aside: "0000000001.jsonl"
    ) { ground in
      try ground.forget()
      try ground.change { $0.replacing(#""event":"#, with: #""evont":"#) }
    },
    Damage(
      name: "a flipped byte in an event the snapshot knows", subject: "journal",
      aside: "0000000001.jsonl"
    ) { ground in
      try ground.change { $0.replacing(#""event":"#, with: #""evont":"#) }
    },
    Damage(
      name: "a flipped byte in a value", subject: "journal", served: ["one"], back: ["two"],
      aside: "0000000001.jsonl"
    ) { ground in
      try ground.forget()
      try ground.change { $0.replacing(#""code":0"#, with: #""code":1"#) }
    },
    Damage(
      name: "a flipped byte in a seal", subject: "journal", served: ["one"], back: ["two"],
      aside: "0000000001.jsonl"
    ) { ground in
      try ground.forget()
      try ground.change { $0.dropLast(3) + ($0.dropLast(2).last == "0" ? "1" : "0") + "\"}" }
    },
    Damage(name: "a flipped newline", subject: "journal") { ground in
      let lines = try ground.lines()
      try writeFile(
        ground.journal,
        lines.dropLast(2).joined(separator: "\n") + "\n" + lines.suffix(2).joined(separator: "x")
          + "\n")
    },
    Damage(
      name: "a torn end", subject: "journal", level: "note", aside: "torn-"
    ) { ground in
      try writeFile(ground.journal, try readText(ground.journal) + #"{"n":99,"at":"#)
    },
    Damage(
      name: "a journal cut short under its snapshot", subject: "snapshot", served: ["one"],
      back: ["two"], aside: ".index"
    ) { ground in
      let first = try ground.lines().prefix { !$0.contains(#""name":"two""#) }
      try ground.write(Array(first))
    },
    Damage(
      name: "an empty journal under its snapshot", subject: "snapshot", served: [],
      back: ["one", "two"], aside: ".index"
    ) { ground in try writeFile(ground.journal, "") },
    Damage(
      name: "a missing segment of the journal", subject: "journal", served: ["one"], back: ["two"]
    ) { ground in
      try ground.forget()
      let lines = try ground.lines()
      let lost = lines.lastIndex { $0.contains(#""started""#) } ?? 0
      try ground.write(Array(lines[..<lost]))
      try writeFile(
        ground.journal.replacing("1.jsonl", with: "3.jsonl"),
        lines[(lost + 1)...].joined(separator: "\n") + "\n")
    },
    Damage(
      name: "a foreign file in the journal", subject: "foreign file", level: "note",
      aside: "notes.txt"
    ) { ground in try writeFile(ground.desk.store + "/journal/notes.txt", "mine") },
    Damage(
      name: "a foreign folder among the content", subject: "foreign file", level: "note",
      aside: "mine"
    ) { ground in
      try RealFileSystem().createDirectories(ground.desk.store + "/blobs/sha256/mine")
    },
    Damage(
      name: "a file where tasks have their folders", subject: "foreign file", aside: "tasks"
    ) { ground in
      let tasks = ground.desk.store + "/tasks"
      try RealFileSystem().rename(tasks, to: tasks + ".old")
      try writeFile(tasks, "mine")
    },
    Damage(
      name: "a file where a task has its folder", subject: "foreign file", aside: "-"
    ) { ground in
      let month = try #require(try RealFileSystem().list(ground.desk.store + "/tasks").first)
      let folder = "\(ground.desk.store)/tasks/\(month)"
      let task = folder + "/" + (try #require(try RealFileSystem().list(folder).first))
      try RealFileSystem().rename(task, to: ground.desk.store + "/old")
      try writeFile(task, "mine")
    },
    Damage(
      name: "an empty file that names the format", subject: "identity", served: [],
      aside: "store.json"
    ) { ground in try writeFile(ground.desk.store + "/store.json", "") },
    Damage(
      name: "an interrupted compaction", subject: "leftovers", level: "note"
    ) { ground in
      try writeFile(ground.desk.store + "/snapshot/.00000000000000000099.json.1.tmp", "{")
    },
    Damage(
      name: "a pruning that died before its base", subject: "leftovers", level: "note"
    ) { ground in try writeFile(ground.desk.store + "/journal/.base.1.tmp", #"{"base":"#) },
    Damage(name: "a missing snapshot") { ground in
      try RealFileSystem().removeTree(ground.desk.store + "/snapshot")
    },
    Damage(name: "a missing index", subject: "snapshot", level: "note", aside: ".jsonl") {
      for path in try $0.snapshots() where path.hasSuffix(".index") {
        try RealFileSystem().remove(path)
      }
      // Without an index there is nothing that could be believed.
      try writeFile($0.desk.store + "/snapshot/00000000000000000002.jsonl", "x\n")
    },
    Damage(name: "an empty index", subject: "snapshot", level: "note", aside: ".index") {
      for path in try $0.snapshots() where path.hasSuffix(".index") { try writeFile(path, "") }
    },
    Damage(name: "garbled records", subject: "snapshot", level: "note", aside: ".jsonl") {
      for path in try $0.snapshots() where path.hasSuffix(".jsonl") {
        let size = try RealFileSystem().size(path)
        try writeFile(path, String(repeating: "x", count: size))
      }
    },
    Damage(name: "an emptied key", subject: "key", aside: "console.key") { ground in
      try RealFileSystem().createDirectories(ground.desk.store + "/keys")
      try writeFile(ground.desk.store + "/keys/console.key", "")
    },
    Damage(
      name: "a pruning that died behind its base", subject: "leftovers", level: "note"
    ) { ground in
      try RealFileSystem().createDirectories(Path.parent(ground.desk.configuration))
      try writeFile(ground.desk.configuration, #"{"retention":{"binDays":0}}"#)
      _ = try ground.desk.task("true", name: "gone")
      try ground.desk.quiet()
      for words in [["delete", "gone"], ["prune"]] {
        let before = try readText(ground.journal)
        #expect(try ground.desk.errand(words).status == .exited(code: 0))
        if words == ["prune"] { try writeFile(ground.journal, before) }
      }
      #expect(try RealFileSystem().list(ground.desk.store + "/journal").count == 2)
    },
    Damage(name: "a store others may read", subject: "privacy") { ground in
      _ = try Program.run(["-R", "go+rX", ground.desk.store], executable: "/bin/chmod")
    },
  ]

  @Test(arguments: damages)
  func damageIsFoundExplainedAndMendedWithoutLoss(_ damage: Damage) throws {
    try withCommandDesk { desk in
      let ground = try Self.ground(desk)
      try damage.cause(ground)
      let files = try Self.inventory(desk.store)

      // Everything that is whole is served, before anybody mends anything.
      for name in damage.served {
        let shown = try desk.errand(["get", name, "--json"])
        #expect(shown.status == .exited(code: 0), "\(name): \(shown.errorText)")
      }
      // What is not is told with the file and the cure.
      for name in ["one", "two"] where !damage.served.contains(name) {
        let shown = try desk.errand(["get", name])
        let words = shown.text + shown.errorText
        #expect(
          shown.status != .exited(code: 0) || words.contains("damaged"),
          "\(name) is served as if nothing was")
        #expect(words.contains("errand doctor") || words.contains("Next: "), "\(words)")
      }
      let before = try Self.findings(desk, ["doctor", "--json"])
      if let subject = damage.subject {
        let found = before.first {
          $0["subject"] == .string(subject) && $0["level"] == .string(damage.level)
        }
        #expect(found?["means"] != nil, "\(damage.name): \(before.map(\.text))")
      }
      let fixed = try desk.errand(["doctor", "--fix", "--verify", "--json"])
      #expect(fixed.errorText == "", "\(fixed.errorText)")
      #expect(fixed.status == .exited(code: 0), "\(fixed.text)")
      let healthy = try desk.errand(["doctor", "--verify"])
      #expect(healthy.status == .exited(code: 0), "\(healthy.text)")
      if let aside = damage.aside {
        let names = try RealFileSystem().list(desk.store + "/damaged")
        #expect(names.contains { $0.contains(aside) }, "\(names)")
      }
      // Nothing is gone: each file is where it was, or aside.
      let names = try Set(Self.inventory(desk.store))
      #expect(files.filter { !names.contains($0) && !$0.hasSuffix(".lock") } == [])
      // And the store goes on.
      _ = try desk.task("true", name: "three")
      for name in damage.served + damage.back + ["three"] {
        let shown = try desk.errand(["get", name])
        #expect(
          shown.status == .exited(code: 0) && !shown.text.contains("damaged"), "\(shown.text)")
      }
    }
  }

  /// Makes two ended tasks and a snapshot of both.
  private static func ground(_ desk: CommandDesk) throws -> Ground {
    for name in ["one", "two"] { _ = try desk.task("true", name: name) }
    try desk.quiet()
    _ = try desk.errand(["doctor", "--fix"])
    let ground = Ground(desk: desk)
    #expect(try ground.snapshots().count == 3)
    return ground
  }

  /// Lists the names of all files of a store's records, wherever they are.
  private static func inventory(_ store: String) throws -> [String] {
    let files = RealFileSystem()
    var names: [String] = []
    for folder in ["", "/journal", "/snapshot", "/damaged", "/blobs/sha256"] {
      guard try files.exists(store + folder) else { continue }
      names += try files.list(store + folder).filter { $0 != "damaged" }
    }
    return names
  }

  static func findings(_ desk: CommandDesk, _ words: [String]) throws -> [JSONValue] {
    let text = try desk.errand(words).text
    let report = try JSONValue.parse(text.hasSuffix("\n") ? String(text.dropLast()) : text)
    return report["findings"]?.arrayValue ?? []
  }

  @Test func theFirstBreakOfTheChainIsNamed() throws {
    try withCommandDesk { desk in
      let ground = try Self.ground(desk)
      let whole = try desk.json(["doctor", "--verify", "--json"])
      #expect(whole["audit"]?["whole"] == true && whole["audit"]?["tasks"] == 2)
      #expect(whole["audit"]?["events"] == .integer(try ground.lines().count))
      try ground.change { $0.replacing(#""event":"#, with: #""evont":"#) }
      let outcome = try desk.errand(["doctor", "--verify", "--json"])
      #expect(outcome.status == .exited(code: 1))
      let report = try JSONValue.parse(String(outcome.text.dropLast()))
      let first = try #require(report["audit"]?["breaks"]?.arrayValue?.first)
      let count = try ground.lines().count
      #expect(first["path"] == .string(ground.journal))
      #expect(first["line"] == .integer(count) && first["number"] == .integer(count))
    }
  }

  @Test func nothingIsMendedInAHealthyStore() throws {
    try withCommandDesk { desk in
      _ = try desk.task("true", name: "one")
      let fixed = try desk.json(["doctor", "--fix", "--json"])
      #expect(fixed["mended"] == [], "\(fixed["mended"]?.text ?? "")")
    }
  }

  @Test func noAdviceLeadsInACircle() throws {
    try withCommandDesk { desk in
      _ = try desk.task("echo one; echo two", name: "one")
      try desk.quiet()
      let ground = Ground(desk: desk)
      let settled = try ground.lines().firstIndex { $0.contains(#""settled""#) } ?? 0
      var lines = try ground.lines()
      lines[settled] = lines[settled].replacing(#""event":"#, with: #""evont":"#)
      try ground.write(lines)
      _ = try desk.errand(["doctor", "--fix"])
      // The doctor sends to these, and they show what there is.
      let logs = try desk.errand(["logs", "one"])
      #expect(logs.status == .exited(code: 0) && logs.text.contains("two"), "\(logs.errorText)")
      let shown = try desk.errand(["get", "one"])
      #expect(shown.status == .exited(code: 0) && !shown.text.contains("doctor --fix"))
      let cancelled = try desk.errand(["cancel", "one"])
      #expect(!cancelled.errorText.contains("doctor --fix"), "\(cancelled.errorText)")
    }
  }

  @Test func contentThatIsNotWhatItsNameSaysIsSetAside() throws {
    try withCommandDesk { desk in
      _ = try desk.task("echo hello > \"$ERRAND_ARTIFACTS/a.txt\"", name: "one")
      let listed = try desk.json(["artifacts", "list", "one", "--json"])
      #expect(listed["artifacts"]?.arrayValue?.count == 1, "\(listed.text)")
      let blobs = desk.store + "/blobs/sha256"
      let hash = Hex.encode(SHA256.hash(Array("hello\n".utf8)))
      let path = "\(blobs)/\(hash.prefix(2))/\(hash)"
      try writeFile(path, "hallo\n")
      #expect(try desk.errand(["doctor", "--verify"]).text.contains(path))
      let fixed = try desk.errand(["doctor", "--verify", "--fix"])
      #expect(
        fixed.status == .exited(code: 0) && fixed.text.contains("is missing"), "\(fixed.text)")
      #expect(try readText(desk.store + "/damaged/" + hash) == "hallo\n")
      #expect(try desk.errand(["get", "one"]).status == .exited(code: 0))
    }
  }
}

extension CommandDesk {
  /// Ends the store's runner, so that nobody writes while a test does.
  func quiet() throws {
    let isQuiet = try eventually {
      let left = try ProcessTable.carrying(marker: "ERRAND_HOME=\(store)")
      for process in left { try ProcessTable.signal(process.identity, .terminate) }
      return left.isEmpty
    }
    #expect(isQuiet)
  }
}
