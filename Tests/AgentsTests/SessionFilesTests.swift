import Agents
import Posix
import Tasks
import TestSupport
import Testing

/// Checks that conversations are found where agents keep them, kept byte for byte and put back.
@Suite struct SessionFilesTests {
  private static let id = "0a0a0a0a-1111-4222-8333-444444444444"

  private func plan(_ adapter: AdapterKind, _ executable: String) -> LaunchPlan {
    LaunchPlan(profile: "p", adapter: adapter, executable: executable)
  }

  private static let homes: [(AdapterKind, String, [String: String], String?)] = [
    (.claude, "/bin/claude", [:], "/h/.claude/projects"),
    (.claude, "/bin/claude", ["CLAUDE_CONFIG_DIR": "/c"], "/c/projects"),
    (.claude, "/bin/codebuddy", [:], "/h/.codebuddy/projects"),
    (.claude, "/bin/amp", [:], nil),
    (.codex, "/bin/codex", [:], "/h/.codex/sessions"),
    (.codex, "/bin/codex", ["CODEX_HOME": "/x"], "/x/sessions"),
    (.codex, "/bin/codex", ["CODEX_HOME": "relative"], "/h/.codex/sessions"),
    (.acp, "/bin/vibe-acp", [:], "/h/.vibe/logs/session"),
    (.acp, "/bin/unheard-of", [:], nil),
    (.shell, "", [:], nil),
  ]

  @Test(arguments: homes)
  func everyAgentsPlaceIsWhereItSays(
    adapter: AdapterKind, executable: String, more: [String: String], folder: String?
  ) {
    let home = SessionHome.of(
      plan(adapter, executable), environment: ["HOME": "/h"].merging(more) { $1 })
    #expect(home?.folder == folder)
  }

  /// Lays out what each agent leaves, and names the files that belong to the conversation.
  private static let layouts: [[String]] = [
    ["-work-a/\(id).jsonl"],
    ["-work-a/\(id).jsonl", "-work-a/\(id)/subagents/agent-1.jsonl"],
    ["2026/11/21/rollout-2026-11-21T07-33-21-\(id).jsonl"],
    ["unified/\(id)/messages.jsonl", "unified/\(id)/meta.json"],
  ]

  @Test(arguments: layouts)
  func aConversationSurvivesTheLossOfItsHome(_ paths: [String]) throws {
    try withTemporaryDirectory { base in
      let files = RealFileSystem()
      let home = SessionHome(folder: base + "/home")
      let bytes = Array("{\"a\":\"ANTHROPIC_API_KEY=sk-ant-x\"}\n\u{0}torn".utf8) + [0xFF]
      for path in paths + ["-work-a/1b1b1b1b-1111-4222-8333-444444444444.jsonl"] {
        try files.createDirectories(Path.parent("\(home.folder)/\(path)"))
        try files.createFile("\(home.folder)/\(path)").append(bytes)
      }
      let store = SessionFiles()
      #expect(try store.save(Self.id, from: home, to: base + "/kept") == .stored)
      // A second keeper, as after a crash, replaces what the first left.
      #expect(try store.save(Self.id, from: home, to: base + "/kept") == .stored)
      try files.removeTree(home.folder)
      #expect(try !store.has(Self.id, in: home))
      #expect(
        try store.restore(Self.id, from: base + "/kept", to: home, directory: "/work/a"))
      #expect(try store.has(Self.id, in: home))
      for path in paths { #expect(try files.read("\(home.folder)/\(path)") == bytes) }
      #expect(
        try FileStatus.of("\(base)/kept/\(paths[0])")?.mode == 0o600)
      #expect(try FolderSize.of(home.folder).bytes == bytes.count * paths.count)
    }
  }

  /// As Codex writes it: of a copy only what came after, with its source's name in the first line.
  @Test func aCopyIsKeptAndPutBackWithWhatItWasCopiedFrom() throws {
    try withTemporaryDirectory { base in
      let files = RealFileSystem()
      let home = SessionHome(folder: base + "/home")
      let day = "2026/11/28"
      try files.createDirectories("\(home.folder)/\(day)")
      let ids = (0..<3).map { "01a22361-c53d-71a2-bf71-00000000000\($0)" }
      for (number, id) in ids.enumerated() {
        let source = number > 0 ? #","forked_from_id":"\#(ids[number - 1])""# : ""
        try writeFile(
          "\(home.folder)/\(day)/rollout-2026-11-28T18-18-5\(number)-\(id).jsonl",
          #"{"ordinal":31,"type":"session_meta","payload":{"id":"\#(id)"\#(source)}}"# + "\n{}\n")
      }
      let store = SessionFiles()
      #expect(try store.isWhole(ids[2], in: home))
      #expect(try store.save(ids[2], from: home, to: base + "/kept") == .stored)
      let names = try files.list("\(home.folder)/\(day)")
      for name in names where !name.contains(ids[2]) {
        try files.remove("\(home.folder)/\(day)/\(name)")
      }
      #expect(try store.has(ids[2], in: home))
      #expect(try !store.isWhole(ids[2], in: home))
      for _ in 0..<2 {
        #expect(try store.restore(ids[2], from: base + "/kept", to: home, directory: "/w"))
        #expect(try files.list("\(home.folder)/\(day)").sorted() == names.sorted())
        try files.removeTree(home.folder)
      }
    }
  }

  @Test func aCopyThatNamesItselfItsSourceIsFollowedOnce() throws {
    try withTemporaryDirectory { base in
      let home = SessionHome(folder: base + "/home")
      try RealFileSystem().createDirectory(home.folder)
      try writeFile(
        "\(home.folder)/rollout-1-\(Self.id).jsonl",
        #"{"payload":{"forked_from_id":"\#(Self.id)"}}"#)
      #expect(try SessionFiles().save(Self.id, from: home, to: base + "/kept") == .stored)
      #expect(try FolderSize.of(base + "/kept").bytes > 0)
    }
  }

  @Test func claudesConversationMovesWithItsDirectoryAndNeverOverOne() throws {
    try withTemporaryDirectory { base in
      let files = RealFileSystem()
      let home = SessionHome(folder: base + "/home", followsDirectory: true)
      try files.createDirectories(base + "/kept/-work-a")
      try writeFile(base + "/kept/-work-a/\(Self.id).jsonl", "kept")
      let store = SessionFiles()
      #expect(
        try store.restore(
          Self.id, from: base + "/kept", to: home, directory: "/work/b.c/Ü"))
      let target = home.folder + "/-work-b-c--/\(Self.id).jsonl"
      #expect(try readText(target) == "kept")
      // What has gone on since stays; an empty one is no conversation.
      for (now, after) in [("kept and more", "kept and more"), ("", "kept")] {
        try files.remove(target)
        try writeFile(target, now)
        _ = try store.restore(
          Self.id, from: base + "/kept", to: home, directory: "/work/b.c/Ü")
        #expect(try readText(target) == after)
      }
    }
  }

  @Test(arguments: ["", "..", "../../etc", "-rf", "a/b", "*", ".hidden", "x"])
  func anIdThatIsNoPlainWordFindsNothing(_ id: String) throws {
    try withTemporaryDirectory { base in
      try RealFileSystem().createDirectories(base + "/home/a")
      try writeFile(base + "/home/a/b.jsonl", "x")
      #expect(try SessionHome(folder: base + "/home").find(id) == [])
      #expect(
        try SessionFiles().save(id, from: SessionHome(folder: base + "/home"), to: base + "/k")
          == .missing)
    }
  }
}
