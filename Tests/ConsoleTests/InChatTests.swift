import JSON
import Posix
import TestSupport
import Testing

@testable import Console

/// Checks the page inside a conversation: in a frame that may do nothing but speak with a client.
@Suite(.enabled(if: Browser.isThere, "no Chromium with its driver on PATH"))
struct InChatTests {
  @Test func theBoardAndATaskAreWatchedAnsweredAndEndedInTheChat() throws {
    try withChat { chat, house in
      try house.addTalker()
      let name = try house.task("Please HOLD", "--profile", "talker", "--title", "In the chat")
      try chat.open(arguments: [:])
      try chat.wait("document.body.innerText.includes('In the chat')")
      try chat.picture("inchat-board")
      // A task made meanwhile comes by itself.
      let elsewhere = Path.join(house.root, "elsewhere")
      try RealFileSystem().createDirectory(elsewhere)
      _ = try house.task("true", "--title", "<b>Later</b>", "--dir", elsewhere)
      try chat.wait("document.body.innerText.includes('<b>Later</b>')")
      try chat.click(".task-row", "In the chat")
      try chat.wait("document.querySelector('.stream')?.innerText.includes('Turn 1.')")
      #expect(chat.heard.contains { $0.text.contains("The user is looking at the Errand task") })
      try chat.run("document.getElementById('message').value = 'Be brief.'")
      try chat.click(".send button", "Send after this turn")
      try chat.wait("document.querySelector('.waiting').innerText.includes('Be brief.')")
      try chat.picture("inchat-task")
      try chat.click("button", "Open the console")
      try chat.until { chat.links.last?.contains("/tasks/\(name)#code=") == true }
      try chat.click(".actions button", "Cancel")
      try chat.picture("inchat-cancel")
      try chat.click("dialog button", "Cancel the task")
      try chat.wait("document.querySelector('.task-head .pill').textContent === 'cancelled'")
      try house.wait(name, "cancelled")
      try chat.click("button", "All tasks")
      try chat.wait("document.querySelector('.board')?.innerText.includes('Finished')")
    }
  }

  @Test func aQuestionIsAnsweredInTheChatInTheClientsColours() throws {
    try withChat { chat, house in
      try house.addAsker()
      let name = try house.task("Look", "--profile", "asker", "--title", "Asks first")
      try house.wait(name, "input_required")
      try chat.open(
        arguments: ["task_id": .string(name)],
        context: [
          "theme": "dark", "styles": ["variables": ["--color-background-primary": "rgb(1, 2, 3)"]],
        ])
      try chat.wait("document.querySelector('.question .options button')")
      try chat.picture("inchat-question")
      let ground = try chat.run(
        "return getComputedStyle(document.querySelector('.card')).backgroundColor")
      #expect(ground == "rgb(1, 2, 3)")
      let faults = try chat.run(PageExamination.script)
      #expect(faults == [], "\(faults.text)")
      try chat.click(".options button", "Allow")
      try chat.wait("document.querySelector('.task-head .pill').textContent === 'done'")
      try house.wait(name, "completed")
      // What has ended is looked at no more, nor is anything after the client's farewell.
      try chat.farewell()
      try chat.pump(for: .seconds(1))
      let asked = chat.heard.count
      try chat.pump(for: .seconds(3))
      #expect(chat.heard.count == asked)
    }
  }

  @Test func whatATaskLeftIsSeenAndJudgedInTheChat() throws {
    try withChat { chat, house in
      let repository = try house.repository()
      try RealFileSystem().replace(
        Path.join(repository, "../dot.png"), with: try Base64.decode(InPlaceTests.picture))
      let script =
        "echo two >> a.txt; cp ../dot.png $ERRAND_ARTIFACTS/; "
        + "printf '# Title\\n' > $ERRAND_ARTIFACTS/r.md"
      let name = try house.task(script, "--dir", repository, "--title", "To be judged")
      try house.wait(name, "completed")
      try chat.open(arguments: ["task_id": .string(name)])
      try chat.wait("document.querySelector('.diff-line[data-sign=\"+\"]')")
      try chat.run(
        "document.querySelectorAll('.artifact').forEach((one) => { one.open = true })")
      try chat.wait("document.querySelector('.markdown h3')?.textContent === 'Title'")
      try chat.wait("document.querySelector('.viewer img')?.naturalWidth === 1")
      try chat.picture("inchat-done")
      // This client takes no files.
      #expect(try chat.run("return document.querySelector('.artifact > button') === null") == true)
      let faults = try chat.run(PageExamination.script)
      #expect(faults == [], "\(faults.text)")
      try chat.click(".diff-line[data-sign='+'] button:not([disabled])", "2")
      try chat.wait("document.querySelector('.remark textarea')")
      try chat.run("document.querySelector('.remark textarea').value = 'Say more.'")
      try chat.click(".remark button", "Add remark")
      try chat.click("button", "Retry with 1 remark")
      try chat.wait("document.querySelector('dialog textarea')?.value === 'a.txt:2: Say more.'")
      try chat.click("dialog button", "Retry with these remarks")
      try chat.wait("document.querySelectorAll('aside dl dt').length > 1")
      try house.wait(name, "completed")
      try chat.click(".actions button", "Accept")
      try chat.click("dialog button", "Accept")
      try chat.wait("document.querySelector('.verdict').textContent === 'accepted'")
    }
  }
}

/// Plays a chat client: shows the page in a frame without any rights, and calls the tools for it on
/// a server of its own.
private final class Chat {
  private let browser: Browser
  private let server: RunningProgram
  private var last = 100
  /// Are all messages of the page that asked for something.
  private(set) var heard: [JSONValue] = []
  private(set) var links: [String] = []

  private static let policy =
    "default-src 'none'; script-src 'self' 'unsafe-inline'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; connect-src 'none'"

  init(_ browser: Browser, _ house: ConsoleHouse) throws {
    self.browser = browser
    server = try Program.start(
      ["serve", "--allow-commands"], environment: house.environment, directory: house.work)
  }

  /// Asks the server, as a client that shows pages.
  private func ask(_ method: String, _ parameters: JSONObject) throws -> JSONValue {
    last += 1
    var all = parameters
    all["_meta"] = [
      "io.modelcontextprotocol/protocolVersion": .string(Modern.version),
      "io.modelcontextprotocol/clientCapabilities": [
        "extensions": [
          "io.modelcontextprotocol/ui": ["mimeTypes": ["text/html;profile=mcp-app"]]
        ]
      ],
    ]
    let request: JSONValue = [
      "jsonrpc": "2.0", "id": .integer(last), "method": .string(method), "params": .object(all),
    ]
    try server.send(request.text)
    while true {
      let line = try #require(try server.nextLine(within: .seconds(30)))
      let answer = try JSONValue.parse(Array(line.utf8))
      if answer["id"] == .integer(last) { return try #require(answer["result"], "\(line)") }
    }
  }

  /// Calls the tool as a model would, and shows its page.
  func open(arguments: JSONObject, context: JSONValue = [:]) throws {
    let list = try ask("tools/list", [:])
    let tool = list["tools"]?.arrayValue?.first { $0["name"] == "tasks_app_open" }
    let address = try #require(tool?["_meta"]?["ui"]?["resourceUri"])
    let reading = try ask("resources/read", ["uri": address])
    let page = try #require(reading["contents"]?.arrayValue?.first?["text"]?.stringValue)
    let result = try ask(
      "tools/call", ["name": "tasks_app_open", "arguments": .object(arguments)])
    let guarded = page.replacing(
      "<head>",
      with: "<head><meta http-equiv=\"Content-Security-Policy\" content=\"\(Self.policy)\">")
    try browser.run(
      """
      const frame = document.createElement("iframe");
      frame.sandbox = "allow-scripts";
      frame.style = "width:100%;height:820px;border:0";
      window.asked = [];
      addEventListener("message", ({ source, data }) => {
        if (source !== frame.contentWindow) return;
        if (data.method === "ui/initialize") {
          say({ id: data.id, result: { protocolVersion: "2026-01-26", hostInfo: { name: "test", version: "1" },
            hostCapabilities: {}, hostContext: \(context.text) } });
        } else if (data.method === "ui/notifications/initialized") {
          say({ method: "ui/notifications/tool-input", params: { arguments: \(JSONValue.object(arguments).text) } });
          say({ method: "ui/notifications/tool-result", params: \(result.text) });
        } else if (data.id !== undefined && data.method) window.asked.push(data);
      });
      window.say = (message) => frame.contentWindow.postMessage({ jsonrpc: "2.0", ...message }, "*");
      frame.srcdoc = \(JSONValue.string(guarded).text);
      document.body.replaceChildren(frame);
      """)
  }

  /// Answers what the page has asked of the client meanwhile.
  private func serve() throws {
    try browser.command("POST", "/frame", ["id": .null])
    for request in try browser.run("return window.asked.splice(0)").arrayValue ?? [] {
      heard.append(request)
      let parameters = request["params"]?.objectValue ?? [:]
      var answer: JSONValue = [:]
      switch request["method"]?.stringValue {
      case "tools/call": answer = try ask("tools/call", parameters)
      case "ui/open-link": links.append(parameters["url"]?.stringValue ?? "")
      default: break
      }
      let id = try #require(request["id"])
      try browser.run("say({ id: \(id.text), result: \(answer.text) })")
    }
    try browser.command("POST", "/frame", ["id": 0])
  }

  func until(
    within limit: Duration = .seconds(30), _ isSo: () throws -> Bool,
    _ place: SourceLocation = #_sourceLocation
  ) throws {
    let hasCome = try eventually(within: limit) {
      try serve()
      return try isSo()
    }
    let text = try browser.text()
    try #require(hasCome, "\(text)", sourceLocation: place)
  }

  /// Waits until an expression holds in the page.
  func wait(_ expression: String, _ place: SourceLocation = #_sourceLocation) throws {
    try until({ try browser.run("return Boolean(\(expression))") == true }, place)
  }

  /// Serves for a while.
  func pump(for time: Duration) throws {
    let end = MonotonicTime.after(time)
    _ = try eventually(within: time + .seconds(5)) {
      try serve()
      return end <= .now
    }
  }

  @discardableResult
  func run(_ script: String) throws -> JSONValue { try browser.run(script) }

  func click(_ selector: String, _ text: String) throws {
    let find = """
      [...document.querySelectorAll(\(JSONValue.string(selector).text))]
        .find((one) => one.textContent.includes(\(JSONValue.string(text).text)))
      """
    try wait(find)
    try browser.run("(\(find)).click()")
  }

  func picture(_ name: String) throws {
    try browser.command("POST", "/frame", ["id": .null])
    try browser.picture(name)
    try browser.command("POST", "/frame", ["id": 0])
  }

  /// Tells the page that it is going to be taken away, and hears its consent.
  func farewell() throws {
    try browser.command("POST", "/frame", ["id": .null])
    try browser.run(
      """
      addEventListener("message", ({ data }) => { if (data.id === "bye") window.consent = true; });
      say({ id: "bye", method: "ui/resource-teardown", params: {} });
      """)
    try browser.wait("window.consent")
    try browser.command("POST", "/frame", ["id": 0])
  }

  func close() throws {
    server.closeInput()
    try browser.command("POST", "/frame", ["id": .null])
    #expect(try browser.complaints() == [])
    try browser.close()
  }
}

private func withChat(_ body: (Chat, ConsoleHouse) throws -> Void) throws {
  try withConsole { house in
    let browser = try Browser(home: house.root)
    let host = Path.join(house.root, "host.html")
    try writeFile(host, "<!doctype html><html lang=en><title>Host</title><main></main>")
    try browser.open("file://\(host)")
    let chat = try Chat(browser, house)
    try body(chat, house)
    try chat.close()
  }
}
