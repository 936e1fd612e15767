import JSON
import Posix
import TestSupport
import Testing

/// Checks in a real browser what is opened without leaving the page.
@Suite(.enabled(if: Browser.isThere, "no Chromium with its driver on PATH"))
struct InPlaceTests {
  /// Is one red dot.
  static let picture =
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8BQDwAEhQGAhKmMIQAAAABJRU5ErkJggg=="
  private static let document = """
    %PDF-1.4
    1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj
    2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj
    3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 300 144]>>endobj
    trailer<</Root 1 0 R>>

    """

  @Test func picturesDocumentsAndDrawingsAreShownWithoutRights() throws {
    try withBrowser { browser, house, origin in
      let drawing =
        "<svg xmlns='http://www.w3.org/2000/svg'><script>document.title='owned'</script></svg>"
      for (name, bytes) in [
        ("dot.png", try Base64.decode(Self.picture)), ("page.pdf", Array(Self.document.utf8)),
        ("drawing.svg", Array(drawing.utf8)), ("page.html", Array("<b>bold</b>".utf8)),
      ] {
        try RealFileSystem().replace(Path.join(house.work, name), with: bytes)
      }
      let name = try house.task("cp dot.png page.pdf drawing.svg page.html $ERRAND_ARTIFACTS/")
      try house.wait(name, "completed")
      try browser.open("\(origin)/tasks/\(name)")
      try browser.wait("document.querySelectorAll('.artifact').length === 4")
      try browser.run(
        "document.querySelectorAll('.artifact').forEach((one) => { one.open = true })")
      try browser.wait("document.querySelector('.viewer img')?.naturalWidth === 1")
      try browser.wait("document.querySelector('.viewer iframe')?.src.startsWith('blob:')")
      // What could act in a page is shown as what it is: text.
      for text in ["document.title='owned'", "<b>bold</b>"] {
        try browser.wait(
          "[...document.querySelectorAll('.viewer pre')].some((one) => one.innerText.includes(\(JSONValue.string(text).text)))"
        )
      }
      #expect(try browser.run("return document.title").stringValue?.contains("owned") == false)
      #expect(
        try browser.run("return document.querySelectorAll('.viewer svg, .viewer b').length") == 0)
      try browser.picture("artifacts")
    }
  }

  @Test func whatIsOpenStaysOpenAsMoreIsHandedIn() throws {
    try withBrowser { browser, house, origin in
      try writeFile(Path.join(house.work, "first.json"), #"{"a":[1,2]}"#)
      try writeFile(Path.join(house.work, "second.txt"), "later")
      let name = try house.task("cp first.json $ERRAND_ARTIFACTS/")
      try house.wait(name, "completed")
      try browser.open("\(origin)/tasks/\(name)")
      try browser.wait("document.querySelectorAll('.artifact').length === 1")
      try browser.run("document.querySelector('.artifact').open = true")
      let isShown = #"document.querySelector('[open] .viewer')?.innerText.includes('"a": [')"#
      try browser.wait(isShown)
      try house.errand("artifacts", "put", name, "second.txt")
      try browser.wait("document.querySelectorAll('.artifact').length === 2")
      #expect(try browser.run("return \(isShown)") == true)
    }
  }

  @Test func aTaskIsFoundByTheKeyboardFromAnywhere() throws {
    try withBrowser { browser, house, origin in
      let name = try house.task("true", "--title", "Needle in the store")
      try house.wait(name, "completed")
      try browser.open(origin + "/new")
      try browser.wait("document.activeElement.name === 'input.brief'")
      // Control and K also while something is being written.
      try browser.command(
        "POST", "/actions",
        [
          "actions": [
            [
              "type": "key", "id": "keys",
              "actions": [
                ["type": "keyDown", "value": "\u{E009}"], ["type": "keyDown", "value": "k"],
                ["type": "keyUp", "value": "k"], ["type": "keyUp", "value": "\u{E009}"],
              ],
            ]
          ]
        ])
      try browser.wait("document.activeElement.getAttribute('role') === 'combobox'")
      try browser.type("needle")
      try browser.wait(
        "document.querySelector('#choices')?.innerText.includes('Needle in the store')")
      try browser.picture("palette")
      let faults = try browser.run(PageExamination.script)
      #expect(faults == [], "\(faults.text)")
      try browser.press("\u{E015}", "\u{E013}", "\u{E007}")
      try browser.wait("location.pathname === '/tasks/\(name)'")
      // Down and up among rows, each with the focus.
      try browser.press("a")
      try browser.wait("document.querySelector('tbody tr')")
      try browser.press("j", "k")
      try browser.wait("document.activeElement.matches('tbody a')")
      try browser.press("\u{E007}")
      try browser.wait("location.pathname === '/tasks/\(name)'")
    }
  }
}
