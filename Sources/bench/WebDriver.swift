import JSON
import Posix

/// Drives a browser over the WebDriver protocol, where one is installed.
final class WebDriver {
  private let process: ChildProcess
  private let port: UInt16
  private var session = ""

  /// Starts the driver and a browser without a window; nil where there is none.
  init?(home: String, path: String?) throws {
    guard let driver = Environment.which("chromedriver", path: path ?? ""),
      Environment.which("chromium", path: path ?? "") != nil
    else { return nil }
    let said = try Pipe.make()
    process = try ChildProcess.spawn(
      ProcessSpec(
        executable: driver, arguments: ["--port=0"],
        environment: ["HOME": home, "TMPDIR": home, "PATH": path ?? ""],
        descriptors: [1: said.writing.rawValue]))
    var lines = LineReader(said.takeReading(), maxLength: 1 << 16)
    var port: UInt16 = 0
    while port == 0, case .line(let line) = try lines.next() {
      let text = String(decoding: line, as: UTF8.self)
      if text.contains("started successfully on port") {
        port = text.split { !$0.isNumber }.last.flatMap { UInt16($0) } ?? 0
      }
    }
    self.port = port
    let options: JSONValue = [
      "args": [
        "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage",
        "--window-size=1280,900", "--no-first-run",
      ]
    ]
    let made = try ask(
      "POST", "/session",
      ["capabilities": ["alwaysMatch": ["browserName": "chrome", "goog:chromeOptions": options]]])
    session = "/session/\(made["sessionId"]?.stringValue ?? "")"
  }

  func open(_ url: String) throws { try command("/url", ["url": .string(url)]) }

  /// Runs a script in the page and gives what it returns.
  func run(_ script: String) throws -> JSONValue {
    try command("/execute/sync", ["script": .string(script), "args": []])
  }

  /// Runs a script before those of every page from now on.
  func runFirst(_ script: String) throws {
    try command(
      "/goog/cdp/execute",
      [
        "cmd": "Page.addScriptToEvaluateOnNewDocument", "params": ["source": .string(script)],
      ])
  }

  /// Waits until an expression is neither false nor undefined, and gives it.
  func value(_ expression: String, within limit: Duration = .seconds(60)) throws -> JSONValue {
    let deadline = MonotonicTime.after(limit)
    while deadline > .now {
      let value = try run("return (\(expression)) || null")
      if value != .null { return value }
      _ = try Poller.wait([], timeoutMilliseconds: 20)
    }
    throw SystemError("wait", 110, expression)
  }

  func finish() throws {
    _ = try ask("DELETE", session, nil)
    _ = try process.signal(.terminate)
    _ = try process.waitForExit(until: .after(.seconds(10)))
    _ = try process.reap()
  }

  @discardableResult
  private func command(_ path: String, _ body: JSONValue) throws -> JSONValue {
    try ask("POST", session + path, body)
  }

  /// Asks the driver, one connection a question.
  private func ask(_ method: String, _ path: String, _ sent: JSONValue?) throws -> JSONValue {
    let socket = try Socket.connect(loopbackPort: port)
    let bytes = sent?.bytes ?? []
    let head = """
      \(method) \(path) HTTP/1.1\r\nHost: 127.0.0.1:\(port)\r\nConnection: close\r\n\
      Content-Type: application/json\r\nContent-Length: \(bytes.count)\r\n\r\n
      """
    try socket.write(Array(head.utf8) + bytes)
    var answer: [UInt8] = []
    var body: ArraySlice<UInt8>?
    // The driver keeps the connection, so that the length alone tells the end.
    while body == nil, case let piece = try socket.read(upTo: 1 << 16), !piece.isEmpty {
      answer += piece
      body = Self.body(of: answer)
    }
    guard let body else { throw SystemError("read", 104, path) }
    let value = try JSONValue.parse(Array(body))["value"] ?? .null
    if let fault = value["error"] {
      throw SystemError("webdriver", 5, "\(fault.text) \(value.text)")
    }
    return value
  }

  /// Gives the body of an answer once all of it is there.
  private static func body(of answer: [UInt8]) -> ArraySlice<UInt8>? {
    guard let end = answer.firstRange(of: Array("\r\n\r\n".utf8)) else { return nil }
    let head = String(decoding: answer[..<end.lowerBound], as: UTF8.self).lowercased()
    let field = head.split(separator: "\r\n").first { $0.hasPrefix("content-length:") }
    let length = field.flatMap { Int($0.filter(\.isNumber)) } ?? 0
    let body = answer[end.upperBound...]
    return body.count >= length ? body : nil
  }
}
