import JSON
import MCP
import Posix
import TestSupport
import Testing

@testable import Tools

/// Checks the list of tools as clients see it, and the file that shows it.
struct ContractTests {
  private func entries() throws -> [JSONObject] {
    let contract = try JSONValue.parse(Toolbox.contract())
    return try #require(contract["tools"]?.arrayValue).compactMap(\.objectValue)
  }

  @Test func theCheckedInContractIsTheRenderedOne() throws {
    let root = Path.parent(Path.parent(Path.parent(#filePath)))
    let checkedIn = try readText(Path.join(root, "tools.json"))
    #expect(
      checkedIn == String(decoding: Toolbox.contract(), as: UTF8.self),
      "tools.json is not what the tools declare: run `swift run errand tools --json > tools.json`")
  }

  @Test func theListFitsIntoItsBudget() throws {
    // Other sets are offered only to who asks for them, or inside an attempt.
    let usual = Toolset.usual.map { JSONValue.string($0.rawValue) }
    let whole = try entries().filter { usual.contains($0["toolset"] ?? .null) }.map { entry in
      var entry = entry
      entry["toolset"] = nil
      return entry
    }
    let bare = whole.map { entry in
      var entry = entry
      entry["outputSchema"] = nil
      return entry
    }
    func size(_ entries: [JSONObject]) -> Int {
      JSONValue.object(["tools": .array(entries.map { .object($0) })]).bytes.count
    }
    #expect(whole.count <= 20)
    #expect(size(bare) <= 20 << 10, "\(size(bare))")
    #expect(size(whole) <= 32 << 10, "\(size(whole))")
  }

  @Test func everyToolIsNamedDescribedAndHintedAsClientsNeedIt() throws {
    for entry in try entries() {
      let name = try #require(entry["name"]?.stringValue)
      #expect(name.wholeMatch(of: /[a-z][a-z0-9_]{2,39}/) != nil)
      #expect(entry["title"]?.stringValue?.isEmpty == false)
      let words = try #require(entry["description"]?.stringValue)
      #expect((40...600).contains(words.count), "\(name): \(words.count)")
      let hints = try #require(entry["annotations"]?.objectValue)
      for hint in ["readOnlyHint", "destructiveHint", "idempotentHint", "openWorldHint"] {
        #expect(hints[hint]?.boolValue != nil, "\(name) does not state \(hint)")
      }
      let ends = ["tasks_cancel", "tasks_delete", "schedules_delete"].contains(name)
      #expect(hints["destructiveHint"] == .bool(ends))
      #expect(hints["openWorldHint"] == false)
    }
  }

  @Test func schemasUseOnlyWhatEveryClientReads() throws {
    for entry in try entries() {
      let name = entry["name"]?.stringValue ?? ""
      let input = try #require(entry["inputSchema"]?.objectValue)
      #expect(input["type"] == "object")
      #expect(input["additionalProperties"] == false)
      for word in ["anyOf", "oneOf", "allOf", "not", "if", "$ref", "$defs", "$schema"] {
        #expect(input[word] == nil, "\(name): \(word)")
        #expect(!JSONValue.object(input).text.contains("\"\(word)\""), "\(name): \(word)")
      }
      for (key, property) in input["properties"]?.objectValue ?? [:] {
        #expect(property["type"]?.stringValue != nil, "\(name).\(key) has no type")
        if JSONValue.plain.contains(key) { continue }
        #expect(property["description"]?.stringValue?.isEmpty == false, "\(name).\(key)")
      }
      _ = try Schema(.object(input))
      if let output = entry["outputSchema"] {
        #expect(output["type"] == "object")
        _ = try Schema(output)
      } else {
        #expect(["tasks_artifacts_download", "runtime_sessions_download"].contains(name))
      }
    }
  }

  @Test func everyToolTakesATeamAndADiary() throws {
    for tool in try entries() where tool["toolset"] != "attempt" {
      for member in ["team_id", "diary_id"] {
        let name = tool["name"]?.stringValue ?? ""
        #expect(tool["inputSchema"]?["properties"]?[member] != nil, "\(name): \(member)")
      }
    }
  }

  @Test func leaveForCommandsIsToldInTheHints() throws {
    try withCommandsAllowed { house in
      let hints = try #require(house.toolbox["tasks_create"]?.tool.hints)
      #expect(hints.destructive && hints.openWorld && !hints.readOnly)
    }
    try withHouse { house in
      let hints = try #require(house.toolbox["tasks_create"]?.tool.hints)
      #expect(!hints.destructive && !hints.openWorld)
    }
  }

  @Test func instructionsAreShort() {
    #expect(Instructions.text.count <= 1_500)
  }

  @Test func theOrderAndTheChoiceOfToolsAreFixed() throws {
    try withHouse { house in
      let usual = house.toolbox.operations.map(\.name)
      #expect(usual.count < ToolChoice.names.count && ToolChoice.names.starts(with: usual))
      let reading = Toolbox(
        house.workshop, choice: try ToolChoice(toolsets: nil, tools: nil, readsOnly: true))
      #expect(
        reading.operations.map(\.name)
          == usual.filter {
            ![
              "tasks_create", "tasks_continue", "tasks_respond", "tasks_cancel",
              "tasks_console_link",
              "tasks_artifacts_upload",
              "tasks_artifacts_stage",
              "tasks_verify", "tasks_retry", "tasks_update", "tasks_comment",
            ].contains($0)
          })
      let artifacts = Toolbox(
        house.workshop,
        choice: try ToolChoice(toolsets: ["artifacts"], tools: nil, readsOnly: false))
      #expect(artifacts.operations.count == 4)
      let two = Toolbox(
        house.workshop,
        choice: try ToolChoice(toolsets: nil, tools: ["tasks_wait", "tasks_get"], readsOnly: false))
      #expect(two.operations.map(\.name) == ["tasks_get", "tasks_wait"])
    }
    #expect(throws: ToolChoiceError.unknownToolset("reviews")) {
      try ToolChoice(toolsets: ["reviews"], tools: nil, readsOnly: false)
    }
    #expect(throws: ToolChoiceError.unknownTool("tasks_gett")) {
      try ToolChoice(toolsets: nil, tools: ["tasks_gett"], readsOnly: false)
    }
  }
}
