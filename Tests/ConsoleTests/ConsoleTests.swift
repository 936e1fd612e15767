import JSON
import Posix
import TestSupport
import Testing

@testable import Console

/// Checks the console of the built program over the wire.
struct ConsoleTests {
  @Test func aLinkSignsInOnceAndSurvivesTheRunner() throws {
    try withConsole { house in
      let link = try house.errand("console")
      let code = try #require(link.split(separator: "#code=").last)
      let visitor = try house.signIn()
      let stranger = Visitor(port: visitor.port)
      #expect(try stranger.post("/api/sign_in", ["code": .string(String(code))]).status == 200)
      let again = try stranger.post("/api/sign_in", ["code": .string(String(code))])
      #expect(again.status == 401 && again.text.contains("code_used"))
      #expect(try stranger.post("/api/session", [:]).status == 401)
      #expect(try visitor.call("session", [:])["tools"]?.arrayValue?.contains("tasks_get") == true)
      try house.killRunner()
      // Another runner serves at the same place, and the browser need not sign in again.
      let next = try house.errand("console")
      #expect(next.hasPrefix("http://127.0.0.1:\(visitor.port)/#code="))
      #expect(try visitor.post("/api/session", [:]).status == 200)
      try house.errand("console", "--sign-out")
      #expect(try visitor.post("/api/session", [:]).status == 401)
    }
  }

  @Test func theToolsAnswerAsTheyDoEverywhere() throws {
    try withConsole { house in
      let visitor = try house.signIn()
      let made = try visitor.call(
        "tasks_create", ["brief": "echo hi", "profile": "shell", "directory": .string(house.work)])
      let name = try #require(made["name"]?.stringValue)
      #expect(made["createdBy"]?["kind"] == "console")
      #expect(made["consoleUrl"] == .string("http://127.0.0.1:\(visitor.port)/tasks/\(name)"))
      try house.wait(name, "completed")
      // Whatever names a task says where its page is.
      let looks: [(String, JSONValue, [String])] = [
        ("tasks_get", ["task_id": .string(name)], []), ("tasks_list", [:], ["items"]),
        ("tasks_wait", ["task_ids": [.string(name)]], ["changed"]),
        ("tasks_comment", ["task_id": .string(name), "text": "Seen."], []),
        ("tasks_verify", ["task_id": .string(name), "accepted": true], []),
        ("tasks_cancel", ["task_id": .string(name)], ["items"]),
        ("tasks_retry", ["task_id": .string(name), "reason": "Again."], []),
      ]
      for (tool, arguments, path) in looks {
        let said = try visitor.call(tool, arguments)
        let task = path.isEmpty ? said : said[path[0]]?.arrayValue?.first
        #expect(task?["consoleUrl"] == made["consoleUrl"], "\(tool): \(said.text)")
      }
      let table: [(String, JSONValue, Int, String)] = [
        ("tasks_get", ["task_id": "nobody"], 404, "not_found"),
        ("tasks_get", ["task": "x"], 422, "invalid_arguments"),
        ("tasks_nothing", [:], 404, "not_found"),
        (
          "tasks_create", ["brief": "x", "profile": "shell", "name": .string(name)], 409,
          "name_taken"
        ),
        ("tasks_list", "text", 422, "not_json"),
      ]
      for (tool, arguments, status, code) in table {
        let reply = try visitor.post("/api/\(tool)", arguments)
        #expect(
          reply.status == status && reply.text.contains("\"\(code)\""), "\(tool) \(reply.text)")
      }
    }
  }

  @Test func whoIsNotSignedInSeesAnEmptyShellAndChangesNothing() throws {
    try withConsole { house in
      let name = try house.task("echo secret-of-the-house")
      try house.wait(name, "completed")
      let port = try house.signIn().port
      let before = try RealFileSystem().read(
        Path.join(house.root, "store/journal/0000000001.jsonl"))
      let stranger = Visitor(port: port)
      for path in ["/", "/tasks/\(name)", "/new", "/assets/app.js", "/api/events", "/x", "/api/x"] {
        let reply = try stranger.get(path)
        #expect(!reply.text.contains("secret") && !reply.text.contains(house.root), "\(path)")
        let isPage = ["/", "/tasks/\(name)", "/new", "/assets/app.js"].contains(path)
        #expect((reply.status == 200) == isPage, "\(path) \(reply.status)")
      }
      let after = try RealFileSystem().read(Path.join(house.root, "store/journal/0000000001.jsonl"))
      #expect(before == after)
    }
  }

  @Test func artifactsComeWholeOrInPartsAndCanDoNothing() throws {
    try withConsole { house in
      let visitor = try house.signIn()
      let name = try house.task("printf '<script>0123456789</script>' > $ERRAND_ARTIFACTS/a.html")
      try house.wait(name, "completed")
      let list = try visitor.call("tasks_artifacts_list", ["task_id": .string(name)])
      let cid = try #require(list["artifacts"]?.arrayValue?.first?["cid"]?.stringValue)
      let path = "/api/artifacts/\(name)/\(cid)"
      let whole = try visitor.get(path)
      #expect(whole.text == "<script>0123456789</script>")
      #expect(whole.fields["content-security-policy"]?.hasPrefix("sandbox") == true)
      #expect(whole.fields["x-content-type-options"] == "nosniff")
      #expect(whole.fields["content-disposition"] == "attachment")
      let part = try visitor.get(path, [("Range", "bytes=8-17")])
      #expect(part.status == 206 && part.text == "0123456789")
      #expect(try visitor.get("/api/artifacts/nobody/\(cid)").status == 404)
      #expect(try visitor.get("/api/artifacts/\(name)/\(cid.dropLast())").status == 404)
      #expect(try Visitor(port: visitor.port, cookie: visitor.cookie).get(path).status == 401)
    }
  }

  @Test func aListenerComesBackAfterACrashAndMissesNothing() throws {
    try withConsole { house in
      let visitor = try house.signIn()
      let name = try house.task(
        "for i in 1 2 3; do echo said-$i; done; while [ ! -e go ]; do sleep 0.05; done; echo said-4"
      )
      try house.wait(name, "running")
      let query = "follow=\(name):1:-1"
      let first = try visitor.listen(query) { $0.contains("said-3") && $0.hasSuffix("\n\n") }
      let id = try #require(
        first.split(separator: "\n").last { $0.hasPrefix("id: ") }?.dropFirst(4))
      try house.killRunner()
      try RealFileSystem().replace(Path.join(house.work, "go"), with: [])
      try house.wait(name, "completed")
      try house.errand("console")
      let second = try visitor.listen(query, after: String(id)) {
        $0.contains("said-4") && $0.contains("event: changes") && $0.hasSuffix("\n\n")
      }
      #expect(!second.contains("said-3"))
    }
  }

  @Test func thereIsNoneWhereItIsSwitchedOff() throws {
    try withConsole(configuration: #"{"console": false}"#) { house in
      let outcome = try Program.run(["console"], environment: house.environment)
      #expect(outcome.errorText.contains("switched off"))
      let name = try house.task("true")
      try house.wait(name, "completed")
      let files = RealFileSystem()
      #expect(try !files.exists(Path.join(house.root, "store/run/console.json")))
      let shown = try house.errand("get", name, "--json")
      #expect(!shown.contains("consoleUrl"))
    }
  }

  @Test func aLinkIsOpenedByWayOfAFileWhichOthersCannotRead() throws {
    try withConsole { house in
      let programs = Path.join(house.root, "bin")
      try RealFileSystem().createDirectory(programs)
      let opener =
        "#!/bin/sh\nprintf '%s' \"$1\" > \(house.root)/opened\ncp \"$1\" \(house.root)/page\n"
      try writeFile(Path.join(programs, "xdg-open"), opener, permissions: 0o755)
      let path = "\(programs):\(Environment.value("PATH") ?? "")"
      let said = try Program.run(
        ["console", "--open"],
        environment: house.environment.merging(["PATH": path]) { $1 }, directory: house.work)
      #expect(said.status.isSuccess, "\(said.errorText)")
      let opened = try readText(Path.join(house.root, "opened"))
      #expect(opened == Path.join(house.root, "store/run/console.html"))
      #expect(try FileStatus.of(opened)?.mode == 0o600)
      let link = said.text.split(separator: "\n").first ?? ""
      #expect(try readText(Path.join(house.root, "page")).contains("url=\(link)\""))
    }
  }

  @Test func aTakenPortIsLeftToItsOwnerAndTheLinkSaysSo() throws {
    let owner = try Socket.listen(loopbackPort: 0)
    let port = try Socket.localPort(owner)
    try withConsole(configuration: #"{"console": {"port": \#(port)}}"#) { house in
      let said = try house.errand("console", "--json")
      #expect(said.contains("\"movedFrom\":\(port)"), "\(said)")
      #expect(!said.contains(":\(port)/"))
    }
  }

  @Test func thePagesAreByteForByteTheFilesTheyAreMadeOf() throws {
    let files = RealFileSystem()
    let folder = Path.join(
      Path.parent(Path.parent(Path.parent(#filePath))), "Sources/Console/Pages")
    #expect(try files.list(folder).sorted() == PageFiles.all.keys.sorted())
    for (name, text) in PageFiles.all {
      #expect(try files.read(Path.join(folder, name)) == Array("\(text)".utf8), "\(name)")
    }
  }

  @Test func thePagesLoadNothingFromElsewhereAndHoldNoScriptOfTheirOwn() throws {
    for (name, text) in PageFiles.all {
      let text = "\(text)"
      let lines = text.split(separator: "\n").filter { !$0.contains("http://www.w3.org/2000/svg") }
      #expect(
        !lines.contains { $0.contains("http:") || $0.contains("https:") || $0.contains("//cdn") })
      for word in ["innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval("] {
        #expect(!text.contains(word), "\(name) uses \(word)")
      }
    }
    let page = "\(try #require(PageFiles.all["index.html"]))"
    #expect(page.firstMatch(of: /\son\w+=|<script>|<style|style=/) == nil)
    // All that is needed is asked for at once, not one after the other.
    let chatOnly = ["app.js", "bridge.js", "chatboard.js", "inchat.js", "poll.js"]
    for name in PageFiles.all.keys where name.hasSuffix(".js") && !chatOnly.contains(name) {
      #expect(page.contains("<link rel=\"modulepreload\" href=\"/assets/\(name)\">"), "\(name)")
    }
    let policy = try #require(HeaderFieldsOfPages.policy)
    #expect(policy.contains("default-src 'none'") && !policy.contains("unsafe"))
  }
}
