import JSON
import MCP
import Posix
import TaskStore
import Tasks
import TestSupport
import Testing

@testable import Tools

/// Checks how content goes into the store and comes out again.
struct ArtifactTests {
  /// Reads an artifact page by page and puts it together.
  private func download(
    _ house: House, _ arguments: JSONObject, form: String, bytes: Int
  ) throws -> (pages: Int, content: [UInt8]) {
    var arguments = arguments
    arguments["as"] = .string(form)
    arguments["max_bytes"] = .integer(bytes)
    var content: [UInt8] = []
    var pages = 0
    repeat {
      let answer = try house.call("tasks_artifacts_download", arguments)
      let blocks = (answer["content"]?.arrayValue ?? []).compactMap(\.stringValue)
      #expect(blocks[0].utf8.count <= bytes)
      content += form == "text" ? Array(blocks[0].utf8) : try Base64.decode(blocks[0])
      pages += 1
      guard blocks.count > 1 else { break }
      let note = try JSONValue.parse(blocks[1])
      arguments["offset"] = note["nextOffset"]
      #expect(note["truncated"] == .bool(note["nextOffset"] != nil))
    } while arguments["offset"] != nil && pages < 1_000
    return (pages, content)
  }

  @Test func textComesBackWholeInPagesThatEndBetweenCharacters() throws {
    try withHouse { house in
      let text = String(repeating: "aé€💥\r\n", count: 2_000)
      let task: JSONValue = .string(try house.task().spec.name)
      let bound = try house.call(
        "tasks_artifacts_upload",
        ["task_id": task, "text": .string(text), "kind": "report", "title": "Report"])
      let cid = try #require(bound["cid"])
      #expect(cid.stringValue == ContentID(raw: Array(text.utf8)).description)
      #expect(bound["contentType"] == "text/plain")
      let place: JSONObject = ["task_id": task, "cid": cid]
      for bytes in [2_000, 2_001, 2_002, 2_003, 40_000] {
        let (pages, content) = try download(house, place, form: "text", bytes: bytes)
        #expect(ContentID(raw: content).description == cid.stringValue)
        // Two of its twelve bytes are line ends, which take twice the room in JSON.
        let most = text.utf8.count * 7 / 6 / (bytes - 800) + 1
        #expect((1...most).contains(pages))
      }
      let (_, content) = try download(house, place, form: "base64", bytes: 3_001)
      #expect(ContentID(raw: content).description == cid.stringValue)
    }
  }

  @Test func theTypeDecidesTheFormUnlessOneIsNamed() throws {
    try withHouse { house in
      let task: JSONValue = .string(try house.task().spec.name)
      let bytes = (0...255).map { UInt8($0) }
      let bound = try house.call(
        "tasks_artifacts_upload",
        ["task_id": task, "content_base64": .string(Base64.encode(bytes)), "title": "b"])
      #expect(bound["contentType"] == "application/octet-stream")
      var place: JSONObject = ["task_id": task]
      place["cid"] = bound["cid"]
      let answer = try house.call("tasks_artifacts_download", place)
      #expect(answer["content"]?.arrayValue == [.string(Base64.encode(bytes))])
      place["as"] = "text"
      #expect(try house.refusal("tasks_artifacts_download", place).code == "not_text")
      place["as"] = "path"
      let path = try house.call("tasks_artifacts_download", place)["content"]?.arrayValue?.first
      let file = try #require(path?.stringValue)
      #expect(try RealFileSystem().read(file) == bytes)
      place["as"] = "base64"
      place["offset"] = 257
      #expect(try house.refusal("tasks_artifacts_download", place).code == "invalid_arguments")
    }
  }

  @Test func whatATerminalWouldObeyIsTakenOutOfTextAndSaid() throws {
    try withHouse { house in
      let text = "before \u{1B}[31mred\u{1B}[0m after"
      let staged = try house.call("tasks_artifacts_stage", ["text": .string(text)])
      let cid = try #require(staged["cid"])
      let answer = try house.call("tasks_artifacts_download", ["cid": cid])
      let blocks = (answer["content"]?.arrayValue ?? []).compactMap(\.stringValue)
      #expect(blocks[0] == "before red after")
      #expect(try JSONValue.parse(blocks[1])["cleaned"] == true)
      let (_, exact) = try download(house, ["cid": cid], form: "base64", bytes: 8_000)
      #expect(exact == Array(text.utf8))
    }
  }

  @Test func addingTheSameAgainChangesNothing() throws {
    try withHouse { house in
      let task: JSONValue = .string(try house.task().spec.name)
      let arguments: JSONObject = ["task_id": task, "text": "same", "title": "t"]
      let first = try house.call("tasks_artifacts_upload", arguments)
      let number = try house.store().number()
      let again = try house.call("tasks_artifacts_upload", arguments)
      #expect(again == first)
      #expect(try house.store().number() == number)
    }
  }

  @Test func listsArePagedInTheOrderOfComing() throws {
    try withHouse { house in
      let task = try house.start(try house.task())
      let name = JSONValue.string(task.spec.name)
      for index in 0..<25 {
        try house.call(
          "tasks_artifacts_upload",
          [
            "task_id": name, "text": .string("text \(index)"), "title": .string("\(index)"),
            "kind": .string(index % 2 == 0 ? "log" : "file"),
            "attempt_n": index < 20 ? 1 : .null,
          ])
      }
      func titles(_ filter: JSONObject) throws -> [String] {
        var arguments = filter
        arguments["task_id"] = name
        var found: [String] = []
        repeat {
          let page = try house.call("tasks_artifacts_list", arguments)
          #expect(page.bytes.count <= 8_000)
          found += (page["artifacts"]?.arrayValue ?? []).compactMap { $0["title"]?.stringValue }
          arguments["cursor"] = page["nextCursor"]
        } while arguments["cursor"] != nil
        return found
      }
      #expect(try titles([:]) == (0..<25).map { "\($0)" })
      #expect(try titles(["limit": 3]).count == 25)
      #expect(try titles(["kind": "log"]).count == 13)
      #expect(try titles(["attempt_n": 1]).count == 20)
    }
  }

  @Test func anArtifactIsReadOnlyThroughItsOwnTask() throws {
    try withHouse { house in
      let one: JSONValue = .string(try house.task("one").spec.name)
      let two: JSONValue = .string(try house.task("two").spec.name)
      let bound = try house.call("tasks_artifacts_upload", ["task_id": one, "text": "mine"])
      let cid = try #require(bound["cid"])
      #expect(
        try house.refusal("tasks_artifacts_download", ["task_id": two, "cid": cid]).code
          == "not_found")
      #expect(
        try house.refusal(
          "tasks_artifacts_download", ["task_id": one, "cid": cid, "attempt_n": 1]
        ).code == "not_found")
    }
  }

  @Test func filesAreTakenOnlyFromTheTasksPlacesAndTheStartDirectory() throws {
    try withHouse { house in
      let files = RealFileSystem()
      let folder = Path.join(house.root, "home/project")
      try files.createDirectories(folder)
      try writeFile(Path.join(folder, "a.md"), "# a")
      try writeFile(Path.join(house.work, "b.png"), "not an image, but named so")
      try writeFile(Path.join(house.root, "outside.txt"), "secret")
      try files.createDirectory(Path.join(house.root, "home/.ssh"))
      try writeFile(Path.join(house.root, "home/.ssh/id"), "secret")
      try files.createDirectory(Path.join(folder, ".ssh"))
      try writeFile(Path.join(folder, ".ssh/id"), "secret")
      let task = try house.start(try house.task("x", ["directory": .string(folder)]))
      let drop = Path.join(
        try house.store().layout.attemptFolder(of: task, 1), "artifacts/report.json")
      try files.createDirectories(Path.parent(drop))
      try writeFile(drop, "{}")
      let links = [
        ("inside.md", Path.join(folder, "a.md")), ("out.txt", Path.join(house.root, "outside.txt")),
      ]
      for (name, target) in links { try link(Path.join(house.work, name), to: target) }

      func outcome(_ path: String, task: Bool = true) throws -> String {
        var arguments: JSONObject = ["path": .string(path)]
        let tool = task ? "tasks_artifacts_upload" : "tasks_artifacts_stage"
        if task { arguments["task_id"] = .string("\(try house.store().activeTasks()[0].id)") }
        do throws(ToolFailure) {
          let answer = try house.toolbox.answer(tool, arguments, House.client)
          return answer["contentType"]?.stringValue ?? "none"
        } catch {
          return error.code
        }
      }
      let home = Path.join(house.root, "home")
      #expect(try outcome(Path.join(folder, "a.md")) == "text/markdown")
      #expect(try outcome(Path.join(folder, "a.md"), task: false) == "path_forbidden")
      #expect(try outcome(Path.join(house.work, "b.png"), task: false) == "image/png")
      #expect(try outcome(drop) == "application/json")
      #expect(try outcome(drop, task: false) == "path_forbidden")
      #expect(try outcome(Path.join(house.work, "inside.md")) == "text/markdown")
      #expect(try outcome(Path.join(house.work, "out.txt")) == "path_forbidden")
      #expect(try outcome(Path.join(house.work, "../outside.txt")) == "path_forbidden")
      #expect(try outcome(Path.join(home, ".ssh/id")) == "path_forbidden")
      #expect(try outcome(Path.join(folder, ".ssh/id")) == "path_forbidden")
      #expect(try outcome(Path.join(house.storeRoot, "store.json")) == "path_forbidden")
      #expect(try outcome(house.configurationFile) == "path_missing")
      #expect(try outcome(folder) == "path_not_a_file")
      #expect(try outcome("/etc/shadow") == "path_forbidden")
    }
  }

  private func link(_ path: String, to target: String) throws {
    let made = try ChildProcess.spawn(
      ProcessSpec(executable: "/bin/ln", arguments: ["-s", target, path]))
    #expect(try made.waitForExit(until: .after(.seconds(60)))?.isSuccess == true)
    try made.reap()
  }
}
