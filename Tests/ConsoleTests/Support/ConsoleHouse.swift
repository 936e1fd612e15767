import JSON
import Posix
import TestSupport
import Testing

/// Is a store of its own with the built program on it; its runner leaves when the store goes.
final class ConsoleHouse: Sendable {
  let root: String
  let environment: [String: String]

  init(_ root: String, configuration: String? = nil) throws {
    self.root = root
    for folder in ["work", "config"] {
      try RealFileSystem().createDirectory(Path.join(root, folder))
    }
    if let configuration { try writeFile(Path.join(root, "config/config.json"), configuration) }
    environment = [
      "ERRAND_HOME": Path.join(root, "store"), "HOME": root,
      "ERRAND_CONFIG": Path.join(root, "config/config.json"), "LANG": "C.UTF-8",
    ]
  }

  var work: String { Path.join(root, "work") }

  /// Runs the program, which must succeed, and gives what it says.
  @discardableResult
  func errand(_ arguments: String...) throws -> String {
    let outcome = try Program.run(arguments, environment: environment, directory: work)
    guard outcome.status == .exited(code: 0) else {
      throw Program.Failure.unexpected("errand \(arguments): \(outcome.errorText)")
    }
    return outcome.text.split(separator: "\n").first.map(String.init) ?? ""
  }

  /// Creates a task, of the shell where no other profile is named, and gives its name.
  func task(_ script: String, _ more: String...) throws -> String {
    let profile = more.contains("--profile") ? [] : ["--profile", "shell"]
    let words = ["create", "--json"] + profile + more + [script]
    let outcome = try Program.run(words, environment: environment, directory: work)
    #expect(outcome.status.isSuccess, "\(outcome.errorText)")
    let made = try JSONValue.parse(outcome.output)
    return try #require(made["name"]?.stringValue, "\(outcome.errorText)")
  }

  /// Makes a repository with one commit of a file `a.txt`.
  func repository() throws -> String {
    let folder = Path.join(work, "repository")
    try RealFileSystem().createDirectory(folder)
    let setUp = """
      git init -q . && echo one > a.txt && git add . &&
      git -c user.name=n -c user.email=e@x commit -qm first
      """
    let made = try Program.run(
      ["-c", setUp], executable: "/bin/sh", environment: environment, directory: folder)
    #expect(made.status.isSuccess, "\(made.errorText)")
    return folder
  }

  /// Configures a profile `asker`, whose agent asks for leave once and ends with the answer.
  func addAsker() throws {
    let agent = Path.join(root, "asker")
    let script = """
      #!/bin/sh
      read -r greeting
      echo '{"jsonrpc":"2.0","id":1,"result":{"protocolVersion":1,"agentCapabilities":{}}}'
      read -r session
      echo '{"jsonrpc":"2.0","id":2,"result":{"sessionId":"s"}}'
      read -r prompt
      echo '{"jsonrpc":"2.0","id":51,"method":"session/request_permission","params":\
      {"sessionId":"s","toolCall":{"toolCallId":"t","kind":"execute","title":"ls"},"options":[\
      {"optionId":"yes","kind":"allow_once"},{"optionId":"no","kind":"reject_once"}]}}'
      read -r heard
      printf '%s\\n' "$heard" > heard
      echo '{"jsonrpc":"2.0","method":"session/update","params":{"sessionId":"s","update":\
      {"sessionUpdate":"agent_message_chunk","content":{"type":"text","text":"Looked."}}}}'
      echo '{"jsonrpc":"2.0","id":3,"result":{"stopReason":"end_turn"}}'
      while read -r more; do :; done

      """
    try writeFile(agent, script, permissions: 0o700)
    try addProfile("asker", agent, adapter: "acp")
  }

  /// Configures a profile `hearer`, whose agent writes down what it is told, and a line more.
  func addHearer() throws {
    let agent = Path.join(root, "hearer")
    try writeFile(agent, "#!/bin/sh\ncat > told\necho two >> a.txt\n", permissions: 0o700)
    try addProfile("hearer", agent, adapter: "command")
  }

  /// Configures a profile `talker`, whose agent goes on until it is told otherwise: a turn that is
  /// to `HOLD` ends when there is a file `go`, one that is to `LISTEN` when it is interrupted.
  func addTalker() throws {
    let agent = Path.join(root, "talker")
    let script = #"""
      #!/bin/sh
      say() {
        echo '{"jsonrpc":"2.0","method":"session/update","params":{"sessionId":"s","update":{"sessionUpdate":"agent_message_chunk","content":{"type":"text","text":"'"$1"'"}}}}'
      }
      turns=0
      while read -r line; do
        id=$(printf '%s' "$line" | sed -n 's/.*"id":\([0-9]*\).*/\1/p')
        case $line in
          *'"initialize"'*)
            echo '{"jsonrpc":"2.0","id":'$id',"result":{"protocolVersion":1,"agentCapabilities":{"loadSession":true}}}' ;;
          *'"session/new"'*|*'"session/load"'*)
            echo '{"jsonrpc":"2.0","id":'$id',"result":{"sessionId":"s"}}' ;;
          *'"session/prompt"'*)
            printf '%s\n' "$line" >> told
            turns=$((turns + 1)); say "Turn $turns."
            case $line in
              *HOLD*) while [ ! -e go ]; do sleep 0.05; done ;;
              *LISTEN*)
                while read -r line; do case $line in *'"session/cancel"'*) break ;; esac; done
                echo '{"jsonrpc":"2.0","id":'$id',"result":{"stopReason":"cancelled"}}'
                continue ;;
            esac
            echo '{"jsonrpc":"2.0","id":'$id',"result":{"stopReason":"end_turn"}}' ;;
        esac
      done

      """#
    try writeFile(agent, script, permissions: 0o700)
    try addProfile("talker", agent, adapter: "acp")
  }

  private func addProfile(_ name: String, _ program: String, adapter: String) throws {
    let configuration: JSONValue = [
      "profiles": [
        ["name": .string(name), "adapter": .string(adapter), "executable": .string(program)]
      ]
    ]
    try writeFile(Path.join(root, "config/config.json"), configuration.text)
  }

  /// Waits until a task has a status.
  func wait(_ task: String, _ status: String) throws {
    let hasCome = try eventually(within: .seconds(60)) {
      let outcome = try Program.run(["get", task, "--json"], environment: environment)
      return try JSONValue.parse(outcome.output)["status"]?.stringValue == status
    }
    #expect(hasCome, "\(task) is not \(status)")
  }

  /// Ends the runner as a crash would; somebody starts another when it is needed.
  func killRunner() throws {
    let text = try RealFileSystem().read(Path.join(root, "store/run/runner.json"))
    let pid = try #require(try JSONValue.parse(text)["pid"]?.intValue)
    let record = try #require(try ProcessTable.record(of: Int32(pid)))
    _ = try ProcessTable.signal(record.identity, .kill)
    #expect(try eventually { try ProcessTable.record(of: Int32(pid)) == nil })
  }

  /// Signs in by a link, as a page does.
  func signIn() throws -> Visitor {
    let link = try errand("console")
    let parts = link.split(separator: "#code=")
    let port = try #require(
      parts[0].split(separator: ":").last?.prefix { $0.isNumber }.wholeMatch(of: /\d+/)
        .flatMap { Int($0.output) })
    let visitor = Visitor(port: port)
    let reply = try visitor.post("/api/sign_in", ["code": .string(String(parts[1]))])
    #expect(reply.status == 200, "\(reply.text)")
    let cookie = try #require(reply.fields["set-cookie"])
    #expect(cookie.contains("; HttpOnly; SameSite=Strict; Max-Age=2592000"))
    return Visitor(
      port: port, cookie: String(cookie.prefix { $0 != ";" }),
      token: try reply.json()["token"]?.stringValue)
  }
}

/// Is a browser as the console sees it.
struct Visitor: Sendable {
  var port: Int
  var cookie: String?
  var token: String?

  private var fields: [(String, String)] {
    [("Sec-Fetch-Site", "same-origin")] + (cookie.map { [("Cookie", $0)] } ?? [])
      + (token.map { [("X-Errand-Token", $0)] } ?? [])
  }

  func get(_ path: String, _ more: [(String, String)] = []) throws -> Reply {
    try WebClient.ask(port, "GET", path, fields + more)
  }

  func post(_ path: String, _ body: JSONValue) throws -> Reply {
    let own = [
      ("Origin", "http://127.0.0.1:\(port)"), ("Content-Type", "application/json"),
    ]
    return try WebClient.ask(port, "POST", path, fields + own, body: body.text)
  }

  /// Calls a tool, which must succeed.
  func call(_ tool: String, _ arguments: JSONValue) throws -> JSONValue {
    let reply = try post("/api/\(tool)", arguments)
    #expect(reply.status == 200, "\(tool): \(reply.text)")
    return try reply.json()
  }

  /// Listens to events until what was heard is enough.
  func listen(
    _ query: String, after: String? = nil, until isEnough: (String) -> Bool
  ) throws -> String {
    let socket = try Socket.connect(loopbackPort: UInt16(port))
    let resume = after.map { [("Last-Event-ID", $0)] } ?? []
    let lines = ([("Host", "127.0.0.1:\(port)")] + fields + resume).map { "\($0.0): \($0.1)\r\n" }
    try socket.write(Array("GET /api/events?\(query) HTTP/1.1\r\n\(lines.joined())\r\n".utf8))
    let deadline = MonotonicTime.after(.seconds(20))
    var bytes: [UInt8] = []
    while !isEnough(String(decoding: bytes, as: UTF8.self)) {
      guard try Poller.isReadable(socket.rawValue, until: deadline) else {
        throw Program.Failure.unexpected("heard only \(String(decoding: bytes, as: UTF8.self))")
      }
      let piece = try socket.read(upTo: 65536)
      if piece.isEmpty { break }
      bytes += piece
    }
    return String(decoding: bytes, as: UTF8.self)
  }
}

func withConsole(
  configuration: String? = nil, _ body: (ConsoleHouse) throws -> Void
) throws {
  Signal.ignoreBrokenPipe()
  try withTemporaryDirectory { try body(ConsoleHouse($0, configuration: configuration)) }
}
