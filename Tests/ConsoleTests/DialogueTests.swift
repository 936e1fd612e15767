import JSON
import Posix
import TestSupport
import Testing

/// Checks in a real browser what is said to a running agent, and how its work is gone on with.
@Suite(.enabled(if: Browser.isThere, "no Chromium with its driver on PATH"))
struct DialogueTests {
  private static func write(_ text: String) -> String {
    "document.getElementById('message').value = \(JSONValue.string(text).text)"
  }

  @Test func whatIsSaidDuringATurnStandsThereUntilItIsHeardOrWithdrawn() throws {
    try withBrowser { browser, house, origin in
      try house.addTalker()
      let name = try house.task("Please HOLD", "--profile", "talker", "--title", "Talks")
      try browser.open("\(origin)/tasks/\(name)")
      try browser.wait("document.querySelector('.stream').innerText.includes('Turn 1.')")
      for text in ["Be brief.", "Use more adjectives."] {
        try browser.run(Self.write(text))
        try browser.click(".send button", "Send after this turn")
        try browser.wait(
          "document.querySelector('.waiting').innerText.includes(\(JSONValue.string(text).text))")
      }
      // What is being written is left alone by whatever comes meanwhile.
      try browser.run(Self.write("half a sent"))
      try browser.picture("task-messages")
      #expect(try browser.text().contains("after this turn"))
      try browser.run(
        """
        [...document.querySelectorAll('.waiting li')].find((one) =>
          one.innerText.includes('adjectives')).querySelector('button').click()
        """)
      try browser.wait("document.querySelectorAll('.waiting li').length === 1")
      #expect(try browser.run("return document.getElementById('message').value") == "half a sent")
      try RealFileSystem().replace(Path.join(house.work, "go"), with: [])
      try house.wait(name, "completed")
      try browser.wait("document.querySelector('.task-head .pill').textContent === 'done'")
      try browser.wait("document.querySelector('.stream').innerText.includes('Turn 2.')")
      #expect(try browser.run("return document.querySelector('.send') === null") == true)
      // What was said in turns before the last stands folded.
      let open = try browser.run(
        "return [...document.querySelectorAll('.turn')].map((one) => one.open)")
      #expect(open == [false, true])
      let told = try readText(Path.join(house.work, "told"))
      #expect(told.contains("Be brief.") && !told.contains("adjectives"))
    }
  }

  @Test func aTurnIsInterruptedByAMessage() throws {
    try withBrowser { browser, house, origin in
      try house.addTalker()
      let name = try house.task("Please LISTEN", "--profile", "talker")
      try browser.open("\(origin)/tasks/\(name)")
      try browser.wait("document.querySelector('.stream').innerText.includes('Turn 1.')")
      try browser.press("m")
      try browser.type("Stop. Do less.")
      try browser.click(".send button", "Interrupt and send")
      try browser.wait("document.querySelector('.stream').innerText.includes('Turn 2.')")
      try house.wait(name, "completed")
      #expect(try readText(Path.join(house.work, "told")).contains("Stop. Do less."))
      #expect(try browser.text().contains("Stop. Do less."))
    }
  }

  @Test func anAgentThatHearsNothingIsOfferedNoWords() throws {
    try withBrowser { browser, house, origin in
      let name = try house.task("echo begun; while [ ! -e go ]; do sleep 0.05; done")
      try browser.open("\(origin)/tasks/\(name)")
      try browser.wait("document.querySelector('.stream').innerText.includes('begun')")
      #expect(try browser.run("return document.querySelector('.send') === null") == true)
      try RealFileSystem().replace(Path.join(house.work, "go"), with: [])
    }
  }

  @Test func workIsGoneOnWithInTheSamePlaceAndInACopy() throws {
    try withBrowser { browser, house, origin in
      try house.addTalker()
      let name = try house.task("Write it", "--profile", "talker", "--title", "The first")
      try house.wait(name, "completed")
      try browser.open("\(origin)/tasks/\(name)")
      for (button, text) in [("Continue", "Now make it shorter"), ("Fork", "Try it in French")] {
        try browser.click(".actions button", button)
        try browser.wait("document.querySelectorAll('dialog select').length === 2")
        try browser.run(
          "document.querySelector('dialog textarea').value = \(JSONValue.string(text).text)")
        try browser.picture("go-on-\(button)")
        try browser.click("dialog button", "Create")
        try browser.wait("location.pathname !== '/tasks/\(name)'")
        let next = try #require(
          try browser.run("return location.pathname.split('/').pop()").stringValue)
        try house.wait(next, "completed")
        try browser.wait("document.querySelector('.task-head .pill').textContent === 'done'")
        try browser.wait("document.querySelector('.tree')?.innerText.includes('The first')")
        #expect(try browser.text().contains(text))
        let now = try browser.run(
          "return document.querySelector('.tree [aria-current]').textContent"
        ).stringValue
        #expect(now?.contains(text) == true)
        try browser.picture("went-on-\(button)")
        try browser.click(".tree a", "The first")
        try browser.wait("location.pathname === '/tasks/\(name)'")
        try browser.wait("document.querySelector('.actions button')")
      }
    }
  }
}
