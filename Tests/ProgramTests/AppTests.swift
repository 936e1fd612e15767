import JSON
import Posix
import TestSupport
import Testing

/// Checks the page inside the conversation over the wire: who is told of it, and what it is.
struct AppTests {
  private static let shows =
    #"{"extensions":{"io.modelcontextprotocol/ui":{"mimeTypes":["text/html;profile=mcp-app"]}}}"#
  private static let address = "ui://errand/console.html"

  private static func names(_ list: JSONValue) -> [String] {
    (list["tools"]?.arrayValue ?? []).compactMap { $0["name"]?.stringValue }
  }

  private static func tool(_ list: JSONValue) -> JSONValue? {
    list["tools"]?.arrayValue?.first { $0["name"] == "tasks_app_open" }
  }

  /// Whoever cannot show it has the same list as ever, in the same order.
  @Test func onlyClientsThatShowPagesAreToldOfIt() throws {
    try withConversation { conversation, _ in
      let plain = try conversation.result(1, Modern.request(1, "tools/list"))
      let rich = try conversation.result(
        2, Modern.request(2, "tools/list", capabilities: Self.shows))
      #expect(Self.tool(plain) == nil)
      #expect(Self.names(rich).filter { $0 != "tasks_app_open" } == Self.names(plain))
      let tool = try #require(Self.tool(rich))
      #expect(tool["_meta"]?["ui"]?["resourceUri"] == .string(Self.address))
      #expect(tool["_meta"]?["ui/resourceUri"] == .string(Self.address))
      #expect(tool["annotations"]?["readOnlyHint"] == true)
      _ = try conversation.result(3, Legacy.initialize(3, capabilities: Self.shows))
      try conversation.send([Legacy.initialized])
      #expect(Self.tool(try conversation.result(4, Legacy.request(4, "tools/list"))) == tool)
      _ = try conversation.result(5, Legacy.initialize(5))
      #expect(Self.tool(try conversation.result(6, Legacy.request(6, "tools/list"))) == nil)
    }
  }

  @Test func thePageIsOneFileThatNeedsNothing() throws {
    try withConversation { conversation, _ in
      let uri = #""uri":"\#(Self.address)""#
      let reading = try conversation.result(
        1, Modern.request(1, "resources/read", uri, capabilities: Self.shows))
      let content = try #require(reading["contents"]?.arrayValue?.first)
      #expect(content["uri"] == .string(Self.address))
      #expect(content["mimeType"] == "text/html;profile=mcp-app")
      #expect(content["_meta"]?["ui"] == ["csp": [:], "prefersBorder": true])
      let page = try #require(content["text"]?.stringValue)
      #expect(page.hasPrefix("<!doctype html>") && page.utf8.count < 200_000)
      // No module takes in another any more, and nothing is loaded.
      #expect(page.firstMatch(of: #/\n\s*(import|export)\s/#) == nil)
      for word in ["src=", "/assets", "url(", "fetch(", "/* styles */", "/* scripts */"] {
        #expect(!page.contains(word), "\(word)")
      }
      #expect(page.ranges(of: "</script>").count == 1 && page.ranges(of: "</style>").count == 1)
      _ = try conversation.result(2, Legacy.initialize(2, capabilities: Self.shows))
      try conversation.send([Legacy.initialized])
      let legacy = try conversation.result(3, Legacy.request(3, "resources/read", uri))
      #expect(legacy["contents"] == reading["contents"])
      // Nobody finds it among the documents.
      let listed = try conversation.result(4, Legacy.request(4, "resources/list"))
      #expect(!listed.text.contains("ui://"))
    }
  }

  @Test func theToolsResultStandsAlone() throws {
    try withConversation(["--allow-commands"]) { conversation, _ in
      let empty = try conversation.result(
        1, Modern.call(1, "tasks_app_open", capabilities: Self.shows))
      #expect(
        empty["structuredContent"]?["items"] == [] && empty["structuredContent"]?["total"] == 0)
      let made = try conversation.result(
        2, Modern.call(2, "tasks_create", #"{"brief":"true","profile":"shell","name":"one"}"#))
      let id = try #require(made["structuredContent"]?["id"])
      let board = try conversation.result(
        3, Modern.call(3, "tasks_app_open", capabilities: Self.shows))
      #expect(board["structuredContent"]?["items"]?.arrayValue?.first?["id"] == id)
      #expect(board["structuredContent"]?["id"] == nil)
      let one = try conversation.result(
        4, Modern.call(4, "tasks_app_open", #"{"task_id":"one"}"#, capabilities: Self.shows))
      #expect(one["structuredContent"]?["id"] == id && one["structuredContent"]?["name"] == "one")
      let tools = one["structuredContent"]?["tools"]?.arrayValue ?? []
      #expect(tools.contains("tasks_verify") && !tools.contains("tasks_delete"))
      let nobody = try conversation.result(
        5, Modern.call(5, "tasks_app_open", #"{"task_id":"two"}"#, capabilities: Self.shows))
      #expect(nobody["isError"] == true)
    }
  }

  @Test(arguments: [
    (["--no-console"], nil), ([String](), #"{"console": false}"#),
    ([], #"{"console": {"enabled": false}}"#),
  ])
  func whereTheConsoleIsSwitchedOffNothingNamesIt(
    arguments: [String], configuration: String?
  ) throws {
    let all = arguments + ["--allow-commands"]
    try withConversation(all, configuration: configuration) { conversation, _ in
      let list = try conversation.result(
        1, Modern.request(1, "tools/list", capabilities: Self.shows))
      #expect(!Self.names(list).contains("tasks_console_link"))
      #expect(Self.tool(list) == nil)
      for tool in ["tasks_console_link", "tasks_app_open"] {
        let answer = try conversation.ask(2, Modern.call(2, tool, capabilities: Self.shows))
        #expect(answer["error"]?["code"] == -32602, "\(answer.text)")
      }
      let made = try conversation.ask(
        3, Modern.call(3, "tasks_create", #"{"brief":"true","profile":"shell","name":"one"}"#))
      let waited = try conversation.ask(
        4, Modern.call(4, "tasks_wait", #"{"task_ids":["one"],"until":"terminal"}"#))
      let got = try conversation.ask(5, Modern.call(5, "tasks_get", #"{"task_id":"one"}"#))
      for answer in [made, waited, got] { #expect(!answer.text.contains("consoleUrl")) }
    }
  }
}
