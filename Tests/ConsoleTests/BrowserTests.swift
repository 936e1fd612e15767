import JSON
import Posix
import TestSupport
import Testing

/// Checks the pages as a person meets them, in a real browser.
@Suite(.enabled(if: Browser.isThere, "no Chromium with its driver on PATH"))
struct BrowserTests {
  /// Works until a test lets it finish.
  private static let held = "echo begun; while [ ! -e go ]; do sleep 0.05; done; echo finished"

  @Test func aRunningTaskIsSeenAndCancelled() throws {
    try withBrowser { browser, house, origin in
      let name = try house.task(Self.held, "--title", "Held for a while")
      try browser.wait("document.querySelector('.column-running .task-row')")
      try browser.picture("board")
      try browser.click(".task-row", "Held for a while")
      try browser.wait("document.querySelector('.stream').innerText.includes('begun')")
      #expect(try browser.run("return location.pathname") == .string("/tasks/\(name)"))
      try browser.picture("task-running")
      try browser.click("button", "Cancel")
      try browser.click("dialog button", "Cancel the task")
      try browser.wait("document.querySelector('.task-head .pill').textContent === 'cancelled'")
      try house.wait(name, "cancelled")
      try browser.picture("task-cancelled")
      try browser.run("history.back()")
      try browser.wait("document.querySelector('.column-finished .task-row')")
    }
  }

  @Test func aTaskIsMadeByTheFormAndItsOutcomeIsOpenedInPlace() throws {
    try withBrowser { browser, house, origin in
      let repository = try house.repository()
      try browser.open(origin + "/new")
      try browser.wait("document.activeElement.name === 'input.brief'")
      try browser.picture("new-task")
      let script = """
        echo two >> a.txt; echo '{"a":[1,2]}' > $ERRAND_ARTIFACTS/d.json; \
        printf '# Title\\n\\n- **bold**\\n' > $ERRAND_ARTIFACTS/r.md
        """
      try browser.run(
        """
        const form = document.querySelector("form");
        form.elements["input.brief"].value = \(JSONValue.string(script).text);
        form.elements.profile.value = "shell";
        form.elements.directory.value = \(JSONValue.string(repository).text);
        """)
      try browser.click("button", "Check only")
      try browser.wait("document.querySelector('form').innerText.includes('nothing was stored')")
      try browser.click("button[type=submit]", "Create")
      try browser.wait("document.querySelectorAll('.artifact').length === 3")
      try browser.wait("document.querySelector('.diff-line[data-sign=\"+\"]')")
      try browser.run(
        "document.querySelectorAll('.artifact').forEach((one) => { one.open = true })")
      try browser.wait("document.querySelector('.markdown strong')?.textContent === 'bold'")
      try browser.wait(
        "[...document.querySelectorAll('.viewer')].some((one) => one.innerText.includes('\"a\": ['))"
      )
      #expect(try browser.text().contains("+two"))
      try browser.picture("task-done")
    }
  }

  @Test func aQuestionIsToldBesideThePageAndAnsweredOnIt() throws {
    try withBrowser { browser, house, origin in
      try house.addAsker()
      // In a place of its own, since one directory has one writer.
      let elsewhere = Path.join(house.root, "elsewhere")
      try RealFileSystem().createDirectory(elsewhere)
      let earlier = try house.task(
        "Look", "--profile", "asker", "--dir", elsewhere, "--title", "Asked before")
      try browser.wait("document.title.startsWith('(1) ')")
      // Stands in for the desktop, which a browser without a screen has not.
      try browser.run(
        """
        window.told = [];
        const Told = class { constructor(title, more) { window.told.push(title + ": " + more.body); } };
        Told.permission = "default";
        Told.requestPermission = async () => Told.permission = "granted";
        window.Notification = Told;
        """)
      try browser.run("document.getElementById('notify-button').hidden = false")
      try browser.click("header button", "Notify me")
      try browser.wait("document.getElementById('notify-button').hidden")
      try browser.run(
        "Object.defineProperty(document, 'hidden', { value: true, configurable: true })")
      let name = try house.task("Look", "--profile", "asker", "--title", "Asks first")
      try browser.wait("document.title.startsWith('(2) ')")
      try browser.wait("window.told.join() === 'A task needs you: Asks first'")
      try browser.run("delete document.hidden")
      try browser.click(".task-row", "Asks first")
      try browser.wait("document.querySelector('.question .options button')")
      let offered = try browser.run(
        "return [...document.querySelectorAll('.options button')].map((one) => one.textContent)")
      #expect(offered == ["Allow", "Deny"])
      try browser.picture("task-question")
      try browser.click(".options button", "Allow")
      try house.wait(name, "completed")
      try browser.wait("document.querySelector('.task-head .pill').textContent === 'done'")
      try browser.wait("document.title.startsWith('(1) ')")
      #expect(try readText(Path.join(house.work, "heard")).contains(#""optionId":"yes""#))
      try house.errand("cancel", earlier)
      try browser.wait("document.title.startsWith('Asks first')")
    }
  }

  @Test func aStreamOfChangesWithoutAPauseDoesNotPutTheListsOff() throws {
    try withBrowser { browser, house, origin in
      let isDone = try browser.run(
        """
        return import("/assets/lists.js").then(({ soon }) => new Promise((tell) => {
          const work = soon(() => { clearInterval(stream); tell(true); }, 50);
          const stream = setInterval(work, 5);
          setTimeout(() => { clearInterval(stream); tell(false); }, 5000);
        }));
        """)
      #expect(isDone == true)
    }
  }

  @Test func whatAgentsWriteIsTextWhateverItIs() throws {
    try withBrowser { browser, house, origin in
      let script = """
        echo '<script>document.title="owned"</script><img src=x onerror=alert(1)>'; \
        printf '\\033[31mred\\033[0m \\033]8;;http://evil.example\\007link\\033]8;;\\007\\n'; \
        printf 'abc \\342\\200\\256 fed\\n'; head -c 1000000 /dev/zero | tr '\\0' x; echo
        """
      let name = try house.task(script, "--title", "<b>bold</b> <img src=x onerror=alert(2)>")
      try house.wait(name, "completed")
      try browser.open("\(origin)/tasks/\(name)")
      try browser.wait("document.querySelector('.stream').innerText.includes('onerror=alert(1)')")
      let text = try browser.text()
      #expect(text.contains("<b>bold</b>") && text.contains("red link"))
      #expect(!text.contains("\u{202E}") && !text.contains("\u{1B}"))
      #expect(
        try browser.run("return document.querySelectorAll('main img, main script').length") == 0)
      #expect(try browser.run("return document.title").stringValue?.contains("owned") == false)
      let width = try browser.run("return document.documentElement.scrollWidth").intValue
      #expect(width ?? .max <= 1280)
      try browser.picture("task-hostile")
      try browser.open(origin + "/")
      try browser.wait("document.querySelector('.task-row')")
      try browser.picture("board-hostile")
    }
  }

  @Test func everythingIsReachedByTheKeyboard() throws {
    try withBrowser { browser, house, origin in
      let name = try house.task(Self.held, "--title", "Held by a key")
      try browser.wait("document.querySelector('.column-running .task-row')")
      try browser.press("j", "\u{E007}")
      try browser.wait(
        "location.pathname === '/tasks/\(name)' && document.querySelector('.actions button')")
      #expect(try browser.run("return document.activeElement.id") == "main")
      try browser.press("c")
      try browser.wait("document.querySelector('dialog[open]')")
      try browser.type("by hand")
      try browser.press("\u{E007}")
      try browser.wait("document.querySelector('.task-head .pill').textContent === 'cancelled'")
      try browser.press("?")
      try browser.wait("document.querySelector('dialog[open] kbd')")
      try browser.picture("keys")
      try browser.press("\u{E00C}")
      try browser.press("/")
      try browser.wait("location.pathname === '/table' && document.activeElement.id === 'filter'")
      try browser.type("key")
      try browser.press("\u{E007}")
      try browser.wait("location.search === '?query=key' && document.querySelector('tbody tr')")
      // Who goes on by the keyboard goes on from here.
      #expect(try browser.run("return document.activeElement.id") == "filter")
      try browser.picture("table")
      try browser.press("\u{E00C}", "n")
      try browser.wait("location.pathname === '/new'")
    }
  }

  @Test(arguments: ["light", "dark"])
  func everyPageIsReadableAndNamedAtEveryWidth(scheme: String) throws {
    try withBrowser { browser, house, origin in
      let long = String(repeating: "averylongwordwithoutanybreak", count: 6)
      let script = "echo \(long) | tee -a a.txt $ERRAND_ARTIFACTS/\(long.prefix(90)).md; exit 3"
      let repository = try house.repository()
      let failed = try house.task(script, "--title", long, "--dir", repository, "--tag", "red")
      try house.wait(failed, "failed")
      try house.errand("comment", failed, "Said of it: \(long)")
      try browser.emulate(
        "Emulation.setEmulatedMedia",
        ["features": [["name": "prefers-color-scheme", "value": .string(scheme)]]])
      for path in ["/", "/table", "/new", "/bin", "/tasks/\(failed)"] {
        try browser.open(origin + path)
        try browser.wait("document.querySelector('h1')?.textContent.length > 1")
        try browser.wait("document.querySelector('.task-row, tbody tr, textarea, .empty, .said')")
        if path.hasPrefix("/tasks") {
          try browser.wait(
            "document.querySelector('.diff-line') && document.querySelector('.comment')")
          try browser.run(
            "document.querySelectorAll('.artifact').forEach((one) => { one.open = true })")
          try browser.wait("document.querySelector('.viewer pre, .viewer .markdown')")
        }
        for width in [1920, 1280, 820, 390] {
          try browser.emulate(
            "Emulation.setDeviceMetricsOverride",
            ["width": .integer(width), "height": 844, "deviceScaleFactor": 1, "mobile": false])
          let faults = try browser.run(PageExamination.script)
          #expect(faults == [], "\(scheme) \(width) \(path): \(faults.text)")
          let name = path.replacing("/", with: "").prefix(5)
          if width != 820, width != 1920 || scheme == "dark" {
            try browser.picture("\(scheme)-\(width)-\(name.isEmpty ? "board" : name)")
          }
        }
      }
    }
  }

  @Test func aPageComesBackAfterACrashAndMissesNothing() throws {
    try withConsole { house in
      let profile = Path.join(house.root, "profile")
      let browser = try Browser(home: house.root, profile: profile)
      try browser.open(try house.errand("console"))
      let name = try house.task(Self.held)
      try browser.click(".task-row", "begun")
      try browser.wait("document.querySelector('.stream').innerText.includes('begun')")
      try house.killRunner()
      try browser.wait("document.getElementById('live').dataset.on === 'no'")
      try browser.picture("offline")
      try RealFileSystem().replace(Path.join(house.work, "go"), with: [])
      try house.wait(name, "completed")
      try house.errand("console")
      try browser.wait("document.getElementById('live').dataset.on === 'yes'")
      try browser.wait("document.querySelector('.stream').innerText.includes('finished')")
      try browser.wait("document.querySelector('.task-head .pill').textContent === 'done'")
      let count = try browser.run(
        "return document.querySelector('.stream').innerText.split('finished').length"
      ).intValue
      // Once in the brief, once said.
      #expect(count == 3)
      let address = try #require(try browser.run("return location.href").stringValue)
      try browser.close()
      // Whoever closes the browser is known when it is opened again.
      let again = try Browser(home: house.root, profile: profile)
      try again.open(address)
      try again.wait("document.querySelector('.stream')?.innerText.includes('finished')")
      try again.close()
    }
  }
}
