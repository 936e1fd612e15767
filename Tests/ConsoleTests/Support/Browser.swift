import JSON
import Posix
import TestSupport
import Testing

/// Drives a real browser over the WebDriver protocol.
final class Browser: Sendable {
  /// Finds the driver and the browser, which a machine need not have.
  static let driver = Environment.which("chromedriver", path: Environment.value("PATH"))
  private static let whole = Environment.which("chromium", path: Environment.value("PATH"))
  /// Takes half of the time, but cannot open a profile again.
  private static let light =
    Environment.which("chromium-headless-shell", path: Environment.value("PATH")) ?? whole
  static var isThere: Bool { driver != nil && whole != nil }

  private let program: RunningProgram
  private let port: Int
  private let session: String

  /// Keeps what a browser keeps when it is closed in a folder, where one is given.
  private static func options(_ profile: String?) -> JSONValue {
    var arguments: [JSONValue] = [
      "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage",
      "--window-size=1280,900", "--hide-scrollbars", "--no-first-run",
    ]
    if let profile { arguments.append(.string("--user-data-dir=\(profile)")) }
    return [
      "browserName": "chrome", "goog:loggingPrefs": ["browser": "ALL"],
      "goog:chromeOptions": [
        "args": .array(arguments), "binary": .string((profile == nil ? light : whole) ?? ""),
      ],
    ]
  }

  init(home: String, profile: String? = nil) throws {
    program = try Program.start(
      ["--port=0"], executable: Self.driver, environment: ["HOME": home, "TMPDIR": home])
    var port: Int?
    while port == nil, let line = try program.nextLine() {
      if line.contains("started successfully on port") {
        port = line.split { !$0.isNumber }.last.flatMap { Int($0) }
      }
    }
    self.port = try #require(port)
    let made = try Self.ask(
      self.port, "POST", "/session", ["capabilities": ["alwaysMatch": Self.options(profile)]])
    session = try #require(made["sessionId"]?.stringValue)
  }

  private static func ask(
    _ port: Int, _ method: String, _ path: String, _ body: JSONValue?
  ) throws -> JSONValue {
    let reply = try WebClient.ask(
      port, method, path, [("Content-Type", "application/json")], body: body?.text,
      within: .seconds(60))
    let value = try reply.json()["value"] ?? .null
    guard reply.status == 200 else { throw Program.Failure.unexpected("\(path): \(value.text)") }
    return value
  }

  @discardableResult
  func command(_ method: String, _ path: String, _ body: JSONValue? = nil) throws -> JSONValue {
    try Self.ask(port, method, "/session/\(session)\(path)", body)
  }

  func close() throws { try command("DELETE", "") }

  /// Names the tab that commands go to.
  func tab() throws -> String { try #require(try command("GET", "/window").stringValue) }

  /// Opens another tab, which commands go to from then on.
  func openTab(_ url: String) throws -> String {
    let made = try command("POST", "/window/new", ["type": "tab"])
    let tab = try #require(made["handle"]?.stringValue)
    try show(tab)
    try open(url)
    return tab
  }

  func show(_ tab: String) throws { try command("POST", "/window", ["handle": .string(tab)]) }

  func closeTab() throws { try command("DELETE", "/window") }

  func open(_ url: String) throws { try command("POST", "/url", ["url": .string(url)]) }

  @discardableResult
  func run(_ script: String) throws -> JSONValue {
    try command("POST", "/execute/sync", ["script": .string(script), "args": []])
  }

  /// Waits until an expression holds in the page.
  func wait(
    _ expression: String, within limit: Duration = .seconds(60),
    _ place: SourceLocation = #_sourceLocation
  ) throws {
    let hasCome = try eventually(within: limit) {
      do { return try run("return Boolean(\(expression))") == true } catch { return false }
    }
    let shown = try text()
    try #require(hasCome, "\(expression)\n\(shown)", sourceLocation: place)
  }

  func text() throws -> String {
    try run("return document.body.innerText").stringValue ?? ""
  }

  /// Presses keys, one after the other, wherever the focus is.
  func press(_ keys: String...) throws {
    let actions = keys.flatMap { key -> [JSONValue] in
      [["type": "keyDown", "value": .string(key)], ["type": "keyUp", "value": .string(key)]]
    }
    try command(
      "POST", "/actions",
      ["actions": [["type": "key", "id": "keys", "actions": .array(actions)]]])
  }

  /// Writes into the element that has the focus.
  func type(_ text: String) throws {
    for character in text { try press(String(character)) }
  }

  /// Clicks the first element that a selector names and that has this text.
  func click(_ selector: String, _ text: String = "") throws {
    let find = """
      [...document.querySelectorAll(\(JSONValue.string(selector).text))]
        .find((one) => one.textContent.includes(\(JSONValue.string(text).text)))
      """
    try wait(find)
    try run("(\(find)).click()")
  }

  /// Speaks to the browser itself, for what the protocol has no words.
  func emulate(_ command: String, _ parameters: JSONValue) throws {
    try self.command(
      "POST", "/goog/cdp/execute", ["cmd": .string(command), "params": parameters])
  }

  /// Keeps a picture with the results of the tests, where a folder for them is given.
  func picture(_ name: String) throws {
    let data = try command("GET", "/screenshot").stringValue ?? ""
    Attachment.record(try Base64.decode(data), named: "\(name).png")
  }

  /// Lists what the page complained of, but for what it was refused on purpose.
  ///
  /// A body that was still being read when the page was left is noted by its place alone: no words,
  /// no complaint.
  func complaints() throws -> [String] {
    try command("POST", "/se/log", ["type": "browser"]).arrayValue?
      .compactMap { $0["message"]?.stringValue }.filter { $0.last != " " } ?? []
  }
}

/// Lends a browser that is signed in to a console of its own.
func withBrowser(_ body: (Browser, ConsoleHouse, _ origin: String) throws -> Void) throws {
  try withConsole { house in
    let browser = try Browser(home: house.root)
    let link = try house.errand("console")
    let origin = String(try #require(link.split(separator: "/#").first))
    try browser.open(link)
    try browser.wait("document.querySelector('.board')")
    #expect(try browser.run("return location.href") == .string(origin + "/"))
    try body(browser, house, origin)
    // Nothing that was loaded came from elsewhere, and nothing was complained of.
    let foreign = try browser.run(
      "return performance.getEntriesByType('resource').map((one) => one.name)"
        + ".filter((name) => !name.startsWith(location.origin) && !name.startsWith('blob:'))")
    #expect(foreign == [])
    let complaints = try browser.complaints()
    #expect(complaints == [], "\(complaints)")
    try browser.close()
  }
}
