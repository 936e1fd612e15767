import JSON
import Posix
import TestSupport
import Testing

/// Checks that many tabs of one browser share what they need, in a real browser.
@Suite(.enabled(if: Browser.isThere, "no Chromium with its driver on PATH"))
struct TabTests {
  private static let held = "echo begun; while [ ! -e go ]; do sleep 0.05; done; echo finished"

  @Test func eightTabsHearEverythingAlsoWhenTheOneThatListensForAllIsClosed() throws {
    try withBrowser { browser, house, origin in
      let name = try house.task(Self.held, "--title", "Heard in every tab")
      var tabs = [try browser.tab()]
      for path in ["/", "/table", "/tasks/\(name)", "/tasks/\(name)", "/", "/", "/table"] {
        tabs.append(try browser.openTab(origin + path))
        try browser.wait("document.getElementById('live').dataset.on === 'yes'")
      }
      #expect(tabs.count == 8)
      let shown = "document.body.innerText.includes('Heard in every tab')"
      for tab in tabs {
        try browser.show(tab)
        try browser.wait(shown)
      }
      let elsewhere = Path.join(house.root, "elsewhere")
      try RealFileSystem().createDirectory(elsewhere)
      let second = try house.task("true", "--title", "Comes later", "--dir", elsewhere)
      try house.wait(second, "completed")
      for (tab, path) in zip(tabs, ["/", "/", "/table"]) {
        try browser.show(tab)
        try browser.wait("document.body.innerText.includes('Comes later')")
        #expect(try browser.run("return location.pathname") == .string(path))
      }
      // The first to come is the one that listens; the others must not notice that it goes.
      try browser.show(tabs[0])
      try browser.closeTab()
      try RealFileSystem().replace(Path.join(house.work, "go"), with: [])
      for tab in tabs[3...4] {
        try browser.show(tab)
        try browser.wait("document.querySelector('.stream').innerText.includes('finished')")
        try browser.wait("document.querySelector('.task-head .pill').textContent === 'done'")
        let count = try browser.run(
          "return document.querySelector('.stream').innerText.split('finished').length")
        // Once in the brief, once said.
        #expect(count == 3)
      }
      for tab in [tabs[1], tabs[5], tabs[6]] {
        try browser.show(tab)
        try browser.wait(
          "document.querySelector('.column-finished').innerText.includes('Heard in every tab')")
      }
      // Whatever is open, one stream is enough.
      #expect(try browser.complaints() == [])
    }
  }

  @Test func aTabThatListensForAllButIsStuckIsReplaced() throws {
    try withBrowser { browser, house, origin in
      let stuck = try browser.tab()
      try browser.wait("document.getElementById('live').dataset.on === 'yes'")
      // It holds the lead and neither hears nor says anything more.
      try browser.run(
        """
        BroadcastChannel.prototype.postMessage = () => {};
        window.fetch = () => new Promise(() => {});
        """)
      let other = try browser.openTab(origin + "/")
      try browser.wait("document.getElementById('live').dataset.on === 'yes'")
      let name = try house.task("true", "--title", "Seen all the same")
      try browser.wait("document.body.innerText.includes('Seen all the same')")
      try house.wait(name, "completed")
      try browser.show(stuck)
      try browser.closeTab()
      try browser.show(other)
    }
  }

  @Test func tabsThatCannotAgreeListenEachForThemselves() throws {
    try withBrowser { browser, house, origin in
      // Not every browser has locks that tabs share.
      try browser.emulate(
        "Page.addScriptToEvaluateOnNewDocument",
        ["source": "Object.defineProperty(navigator, 'locks', { value: undefined })"])
      let name = try house.task(Self.held, "--title", "Heard without locks")
      try browser.open("\(origin)/tasks/\(name)")
      try browser.wait("document.querySelector('.stream').innerText.includes('begun')")
      #expect(try browser.run("return navigator.locks === undefined") == true)
      try RealFileSystem().replace(Path.join(house.work, "go"), with: [])
      try browser.wait("document.querySelector('.stream').innerText.includes('finished')")
      try browser.wait("document.querySelector('.task-head .pill').textContent === 'done'")
      try browser.press("b")
      try browser.wait("document.body.innerText.includes('Heard without locks')")
      let second = try house.task("true", "--title", "Comes later")
      try browser.wait("document.body.innerText.includes('Comes later')")
      try house.wait(second, "completed")
    }
  }

  @Test func aSecondLinkInTheSameBrowserLeavesTheFirstPageSignedIn() throws {
    try withBrowser { browser, house, origin in
      let first = try browser.tab()
      let link = try house.errand("console")
      let second = try browser.openTab(link)
      try browser.wait("document.querySelector('.board')")
      try browser.show(first)
      let name = try house.task("true", "--title", "After the second link")
      try house.wait(name, "completed")
      try browser.wait("document.body.innerText.includes('After the second link')")
      // A page that is signed out comes back by itself when another is signed in.
      try house.errand("console", "--sign-out")
      try browser.open(origin + "/table")
      try browser.wait("document.body.innerText.includes('This browser is not signed in')")
      try browser.show(second)
      try browser.open(try house.errand("console"))
      try browser.wait("document.querySelector('.board')")
      try browser.show(first)
      try browser.wait("document.body.innerText.includes('After the second link')")
      let complaints = try browser.complaints()
      #expect(complaints.allSatisfy { $0.contains("401 (Unauthorized)") }, "\(complaints)")
    }
  }
}
