import JSON
import Posix
import TestSupport
import Testing

/// Checks in a real browser what tasks cost, what was checked, and how they belong together.
@Suite(.enabled(if: Browser.isThere, "no Chromium with its driver on PATH"))
struct MoneyPagesTests {
  @Test func whatWasSpentTodayStandsBesideItsCeilingAndOverTimeOnThePage() throws {
    try withBrowser { browser, house, origin in
      let agent = Path.join(house.root, "spender")
      let script = """
        #!/bin/sh
        cat > /dev/null
        for cost in 0.4 0.35 0.5; do
          echo '{"errand":"usage","turns":1,"inputTokens":900,"outputTokens":120,"costUsd":'$cost'}'
          sleep 0.3
        done
        echo '{"errand":"result","summary":"Spent it."}'

        """
      try writeFile(agent, script, permissions: 0o700)
      let configuration: JSONValue = [
        "profiles": [["name": "spender", "adapter": "command", "executable": .string(agent)]],
        "budget": ["usd": 2, "dailyUsd": 1.5],
      ]
      try writeFile(Path.join(house.root, "config/config.json"), configuration.text)
      try browser.wait("document.querySelector('.spent')?.innerText.includes('$0.00 of')")
      let name = try house.task("Spend", "--profile", "spender", "--title", "Costs something")
      try house.wait(name, "completed")
      try browser.wait(
        "document.querySelector('.spent').innerText.includes('$1.25 of $1.50 today')")
      #expect(try browser.run("return document.querySelector('.spent').dataset.tone") == "warn")
      try browser.picture("board-spent")
      try browser.click(".task-row", "Costs something")
      try browser.wait("document.querySelector('svg.chart path.chart-line')")
      let words =
        try browser.run(
          "return document.querySelector('svg.chart').getAttribute('aria-label')"
        ).stringValue ?? ""
      #expect(words.hasPrefix("Cost over time: $1.25 in ") && words.hasSuffix("of at most $2.00"))
      #expect(try browser.text().contains("$1.25 of $2.00"))
      try browser.picture("task-spent")
      // What takes the day over its ceiling is ended, nothing more starts, and the board says so.
      let second = try house.task("Spend", "--profile", "spender")
      try house.wait(second, "failed")
      try browser.open(origin + "/")
      try browser.wait(
        "document.querySelector('.spent')?.innerText.includes('nothing more starts')")
      let third = try house.task("Spend", "--profile", "spender", "--title", "Waits for a new day")
      try browser.wait(
        "document.querySelector('.column-queued').innerText.includes('Waits for a new day')")
      try browser.picture("board-over-ceiling")
      try house.errand("cancel", third)
    }
  }

  @Test func whatChecksFoundIsShownWithWhatTheyPrinted() throws {
    try withBrowser { browser, house, origin in
      let name = try house.task(
        "true", "--check", "echo all is well", "--check", "echo seen-by-the-check; exit 4")
      try house.wait(name, "failed")
      try browser.open("\(origin)/tasks/\(name)")
      try browser.wait("document.querySelectorAll('.check').length === 2")
      let found = try browser.run(
        "return [...document.querySelectorAll('.check')].map((one) => one.dataset.status)")
      #expect(found == ["passed", "failed"])
      #expect(try browser.text().contains("exit 4"))
      try browser.run(
        "document.querySelectorAll('.check details').forEach((one) => { one.open = true })")
      for printed in ["all is well", "seen-by-the-check"] {
        try browser.wait(
          "[...document.querySelectorAll('.evidence')].some((one) => one.innerText.trim() === '\(printed)')"
        )
      }
      try browser.picture("task-checks")
    }
  }

  @Test func subtasksAndReferencesStandAsATree() throws {
    try withBrowser { browser, house, origin in
      func make(_ title: String, _ more: String...) throws -> String {
        let words = ["create", "--json", "--profile", "shell", "--title", title] + more + ["true"]
        let made = try Program.run(words, environment: house.environment, directory: house.work)
        #expect(made.status.isSuccess, "\(made.errorText)")
        let name = try #require(try JSONValue.parse(made.output)["name"]?.stringValue)
        try house.wait(name, "completed")
        return name
      }
      let root = try make("The whole")
      let part = try make("A part", "--parent", root)
      let piece = try make("A piece of the part", "--parent", part)
      _ = try make("Another part", "--parent", root)
      try browser.open("\(origin)/tasks/\(piece)")
      try browser.wait("document.querySelectorAll('.tree li').length === 3")
      let path = try browser.run(
        "return [...document.querySelectorAll('.tree a, .tree [aria-current]')].map((one) => one.innerText)"
      )
      #expect(path == ["The whole", "A part", "A piece of the part"])
      try browser.click(".tree a", "The whole")
      try browser.wait("document.querySelectorAll('.tree li').length === 4")
      try browser.wait("document.querySelector('.tree li li li').innerText.includes('A piece')")
      try browser.picture("task-tree")
      let judged = try make(
        "Looks at it", "--ref", "https://example.com/x/<b>y</b>")
      try browser.open("\(origin)/tasks/\(judged)")
      try browser.wait("document.querySelector('.refers')?.innerText.includes('<b>y</b>')")
      #expect(try browser.run("return document.querySelectorAll('.refers a').length") == 0)
    }
  }

  @Test func aTreeOfManyIsShownAsFarAsIsAskedForWithWhatStartsAfterWhat() throws {
    try withBrowser { browser, house, origin in
      let held = try house.task("while [ ! -e go ]; do sleep 0.05; done", "--title", "Comes first")
      let visitor = try house.signIn()
      func make(_ title: String, _ parent: String?) throws -> String {
        var body: JSONValue = [
          "brief": "true", "profile": "shell", "directory": .string(house.work),
          "title": .string(title), "depends_on": [.string(held)],
        ]
        if let parent, case .object(var members) = body {
          members["parent_id"] = .string(parent)
          body = .object(members)
        }
        return try #require(try visitor.call("tasks_create", body)["name"]?.stringValue)
      }
      let root = try make("The whole", nil)
      for number in 1...70 { _ = try make("Part \(number)", root) }
      try browser.open("\(origin)/tasks/\(root)")
      try browser.wait("document.querySelector('.refers')?.innerText.includes('starts after')")
      #expect(
        try browser.run("return document.querySelector('.refers').innerText").text.contains(
          "Comes first"))
      let parts = "document.querySelectorAll('.tree li li').length"
      try browser.wait("\(parts) === 61")
      try browser.picture("task-tree-many")
      try browser.click(".tree button", "Show 10 more")
      try browser.wait("\(parts) === 70")
      #expect(try browser.run("return document.querySelector('.tree button') === null") == true)
      try house.errand("cancel", root)
      try RealFileSystem().replace(Path.join(house.work, "go"), with: [])
    }
  }

  @Test func aFolderIsChosenAmongThoseInWhichTasksMayWork() throws {
    try withBrowser { browser, house, origin in
      for folder in [
        "work/alpha", "work/alpha/.git", "work/alpha/inner", "work/beta", "work/.hidden",
      ] {
        try RealFileSystem().createDirectory(Path.join(house.root, folder))
      }
      try browser.open(origin + "/new")
      try browser.click("button", "Choose…")
      try browser.wait("document.querySelector('.folders button')")
      try browser.click(".folders button", house.root)
      try browser.wait(
        "[...document.querySelectorAll('.folders button')].some((one) => one.innerText.split('\\n')[0] === 'work')"
      )
      let shown = try browser.run(
        "return [...document.querySelectorAll('.folders button')].map((one) => one.innerText.split('\\n')[0])"
      )
      // Neither the store nor the configuration is a place to work.
      #expect(shown.arrayValue?.contains("work") == true)
      #expect(shown.arrayValue?.contains { $0 == "store" || $0 == "config" } == false)
      try browser.click(".folders button", "work")
      try browser.wait("document.querySelector('.folders').innerText.includes('alpha')")
      #expect(try browser.text().contains("hidden") == false)
      try browser.picture("folders")
      try browser.click(".folders button", "alpha")
      try browser.wait("document.querySelector('.folders').innerText.includes('inner')")
      try browser.click("dialog button", "Work here")
      #expect(
        try browser.run("return document.querySelector('[name=directory]').value")
          == .string(Path.join(house.work, "alpha")))
    }
  }
}
