import JSON
import Posix
import TestSupport
import Testing

/// Checks in a real browser how results are judged, sent back, remarked on and called otherwise.
@Suite(.enabled(if: Browser.isThere, "no Chromium with its driver on PATH"))
struct ReviewPagesTests {
  private static func fill(_ field: String, _ text: String) -> String {
    "document.querySelector('dialog \(field)').value = \(JSONValue.string(text).text)"
  }

  @Test func remarksOnADiffGoToTheNextAttemptWhoseResultIsAccepted() throws {
    try withBrowser { browser, house, origin in
      let repository = try house.repository()
      try house.addHearer()
      let name = try house.task(
        "Write it", "--profile", "hearer", "--dir", repository, "--title", "To be judged")
      try house.wait(name, "completed")
      try browser.open("\(origin)/tasks/\(name)")
      try browser.wait("document.querySelector('.verdict')?.textContent === 'not reviewed yet'")
      try browser.click(".diff-line[data-sign='+'] button:not([disabled])")
      try browser.wait("document.activeElement.matches('.remark textarea')")
      try browser.type("Say more.")
      try browser.click(".remark button", "Add remark")
      try browser.click("button", "Retry with 1 remark")
      try browser.wait("document.querySelector('dialog textarea').value === 'a.txt:2: Say more.'")
      try browser.picture("review-send-back")
      try browser.click("dialog button", "Retry with these remarks")
      try browser.wait(
        "document.querySelectorAll('[aria-label=\"About the task\"] dl dt').length > 1")
      try house.wait(name, "completed")
      // The agent writes down what it was told.
      #expect(try readText(Path.join(repository, "told")).contains("a.txt:2: Say more."))
      try browser.wait("document.querySelector('.task-head .pill').textContent === 'done'")
      try browser.click(".actions button", "Accept")
      try browser.run(Self.fill("textarea", "Good now."))
      try browser.click("dialog button", "Accept")
      try browser.wait("document.querySelector('.verdict').textContent === 'accepted'")
      #expect(try browser.text().contains("Good now."))
      #expect(try browser.text().contains("· counts"))
      try browser.picture("review-accepted")
    }
  }

  @Test func aTaskIsEditedRemarkedOnRejectedAndTriedAgain() throws {
    try withBrowser { browser, house, origin in
      let name = try house.task("echo done", "--title", "Plain")
      try house.wait(name, "completed")
      try browser.open("\(origin)/tasks/\(name)")
      try browser.wait("document.querySelector('.actions button')")
      try browser.press("e")
      try browser.run(Self.fill("input", "Named by hand"))
      try browser.picture("review-edit")
      try browser.click("dialog button", "Save")
      try browser.wait("document.querySelector('h1').textContent === 'Named by hand'")
      let box = "document.querySelector('textarea[aria-label=Comment]')"
      try browser.run("\(box).value = 'See <b>the</b> ticket.'")
      try browser.click("button", "Add comment")
      try browser.wait("document.querySelector('.comment')?.innerText.includes('See <b>the</b>')")
      try browser.click(".actions button", "Reject")
      try browser.run(Self.fill("textarea", "Not this."))
      try browser.click("dialog button", "Reject")
      try browser.wait("document.querySelector('.verdict').textContent === 'rejected'")
      // What the program refuses is said where it was asked for, and nothing is lost.
      try browser.click(".actions button", "Edit")
      try browser.run(Self.fill("input", "Too late"))
      try house.errand("comment", name, "meanwhile")
      try browser.click("dialog button", "Save")
      try browser.wait("document.querySelector('dialog .fault').innerText.includes('revision')")
      #expect(try browser.complaints().allSatisfy { $0.contains("409 (Conflict)") })
      try browser.click("dialog button", "Leave it")
      try browser.click(".actions button", "Retry")
      try browser.wait("document.querySelector('dialog select option')")
      try browser.run(Self.fill("textarea", "Once more."))
      try browser.picture("review-retry")
      try browser.click("dialog button", "Retry")
      try browser.wait("document.querySelectorAll('aside dl dt').length > 1")
      try house.wait(name, "completed")
      let shown = try browser.run(PageExamination.script)
      #expect(shown == [], "\(shown.text)")
    }
  }
}
