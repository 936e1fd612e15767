import JSON
import Posix
import TestSupport
import Testing

/// Checks in a real browser how many tasks are looked through, put away and made by a form.
@Suite(.enabled(if: Browser.isThere, "no Chromium with its driver on PATH"))
struct ListPagesTests {
  private static let rows = "document.querySelectorAll('tbody tr').length"
  private static let count = "document.querySelector('.table-view > [role=status]').innerText"

  private static func set(_ field: String, _ value: String) -> String {
    "document.querySelector('.filters [name=\(field)]').value = \(JSONValue.string(value).text)"
  }

  @Test func theTableShowsWhatItsAddressAsksForAndCountsAllOfIt() throws {
    try withBrowser { browser, house, origin in
      try house.addHearer()
      for (script, more) in [
        ("true", ["--tag", "red"]), ("exit 1", ["--tag", "red"]), ("true", ["--tag", "blue"]),
      ] {
        let name = try house.task(script, more[0], more[1])
        try house.wait(name, script == "true" ? "completed" : "failed")
      }
      let heard = try house.task("Hear it", "--profile", "hearer", "--title", "The fourth")
      try house.wait(heard, "completed")
      try browser.open(origin + "/table")
      try browser.wait("\(Self.count) === '4 tasks: 3 completed, 1 failed'")
      let table = [
        ("tag", "red", 2), ("status", "failed", 1), ("tag", "", 1), ("status", "", 4),
        ("profile", "hearer", 1), ("profile", "", 4), ("task_type", "freeform", 4),
        ("query", "fourth", 1), ("task_type", "nothing", 0),
      ]
      var expected: [String: String] = [:]
      for (field, value, count) in table {
        expected[field] = value.isEmpty ? nil : value
        try browser.run(Self.set(field, value))
        try browser.click(".filters button")
        try browser.wait("\(Self.rows) === \(count) && \(Self.count) !== ''")
        let query = try browser.run(
          "return Object.fromEntries(new URLSearchParams(location.search))")
        let shown = Dictionary(
          uniqueKeysWithValues: (query.objectValue ?? [:]).map {
            ($0.key, $0.value.stringValue ?? "")
          })
        #expect(shown == expected, "\(query.text)")
        if count == 0 { try browser.picture("table-none") }
      }
      #expect(try browser.run("return \(Self.count)") == "No task matches.")
      // The address alone shows the same.
      try browser.open(origin + "/table?tag=red&status=completed")
      try browser.wait("\(Self.rows) === 1 && \(Self.count) === '1 task: 1 completed'")
      #expect(try browser.run("return document.querySelector('[name=tag]').value") == "red")
    }
  }

  @Test func whatHasEndedIsMarkedAsSeenDeletedAndTakenOutOfTheBin() throws {
    try withBrowser { browser, house, origin in
      try browser.wait("document.body.innerText.includes('There are no tasks yet')")
      try browser.picture("board-empty")
      let name = try house.task("echo kept > $ERRAND_ARTIFACTS/a.txt", "--title", "To be deleted")
      try house.wait(name, "completed")
      try browser.wait("document.querySelector('.column-finished .task-row')")
      try browser.click("button", "Mark as seen")
      try browser.wait("document.body.innerText.includes('Nothing new has finished.')")
      #expect(try browser.text().contains("There are no tasks yet") == false)
      try browser.open("\(origin)/tasks/\(name)")
      try browser.click(".actions button", "Delete")
      try browser.wait("document.querySelector('dialog[open]')")
      try browser.picture("delete")
      try browser.click("dialog button", "Delete the task")
      try browser.wait("location.pathname === '/table' && document.querySelector('.toast button')")
      #expect(try browser.text().contains("It is in the bin until "))
      try browser.open("\(origin)/tasks/\(name)")
      try browser.click("main a", "Look in the bin")
      try browser.wait("document.querySelector('li.task-row')?.innerText.includes('To be deleted')")
      try browser.picture("bin")
      let faults = try browser.run(PageExamination.script)
      #expect(faults == [], "\(faults.text)")
      try browser.click("li button", "Restore")
      try browser.wait("location.pathname === '/tasks/\(name)'")
      try browser.wait("document.querySelector('.artifact')?.innerText.includes('a.txt')")
      // What was deleted by mistake comes back at once.
      try browser.click(".actions button", "Delete")
      try browser.click("dialog button", "Delete the task")
      try browser.click(".toast button", "Undo")
      try browser.wait("document.querySelector('.artifact')?.innerText.includes('a.txt')")
      // So does a mistyped address lead somewhere.
      try browser.open(origin + "/nowhere/at/all")
      try browser.click("main a", "Board")
      try browser.wait("location.pathname === '/' && document.querySelector('.board')")
      let complaints = try browser.complaints()
      #expect(complaints.allSatisfy { $0.contains("404 (Not Found)") }, "\(complaints)")
    }
  }

  @Test func aTaskOfAnotherTypeIsMadeFromItsSchemaWithABudget() throws {
    try withBrowser { browser, house, origin in
      try house.addTalker()
      try browser.open(origin + "/new")
      try browser.wait("document.activeElement.name === 'input.brief'")
      let schemas = try house.signIn().call("tasks_schemas", ["task_type": "fulfill_brief"])
      let schema = try #require(schemas["items"]?.arrayValue?.first?["inputSchema"])
      let members = try #require(schema["properties"]?.objectValue).map(\.key)
      try browser.run(
        """
        const type = document.querySelector("[name=task_type]");
        type.value = "fulfill_brief"; type.dispatchEvent(new Event("change"));
        """)
      try browser.wait(
        "document.querySelectorAll(\"[name^='input.']\").length === \(members.count)")
      let names = try browser.run(
        "return [...document.querySelectorAll(\"[name^='input.']\")].map((one) => one.name)")
      #expect(
        Set(names.arrayValue?.compactMap(\.stringValue) ?? [])
          == Set(members.map { "input.\($0)" }))
      try browser.picture("new-fulfil")
      // Where it works its type says.
      #expect(
        try browser.run("return document.querySelector('[name=scratch]').offsetParent") == nil)
      let needed = try #require(schema["required"]?.arrayValue?.first?.stringValue)
      try browser.run(
        """
        const form = document.querySelector("form");
        form.elements["input.\(needed)"].value = "What is a turtle?";
        form.elements.profile.value = "talker";
        form.elements.directory.value = \(JSONValue.string(house.work).text);
        form.elements.budget_usd.value = "0.75";
        form.elements.tags.value = "one two";
        """)
      try browser.click("button[type=submit]", "Create")
      try browser.wait("location.pathname.startsWith('/tasks/')")
      let name = try #require(
        try browser.run("return location.pathname.split('/').pop()").stringValue)
      let made = try house.signIn().call("tasks_get", ["task_id": .string(name)])
      #expect(made["taskType"] == "fulfill_brief" && made["budget"]?["usd"] == 0.75)
      #expect(made["tags"] == ["one", "two"])
      #expect(made["input"]?[needed] == "What is a turtle?")
      try house.errand("cancel", name)
    }
  }
}
