import JSON
import Posix
import TestSupport
import Testing

/// Checks in a real browser that what an agent does and asks is shown whole.
@Suite(.enabled(if: Browser.isThere, "no Chromium with its driver on PATH"))
struct StreamPagesTests {
  private static func ask(_ id: String, _ questions: String, kept file: String) -> String {
    """
    echo '{"type":"control_request","request_id":"\(id)","request":{"subtype":"can_use_tool",\
    "tool_name":"AskUserQuestion","input":{"questions":[\(questions)]}}}'
    read -r answer; printf '%s' "$answer" > \(file)

    """
  }

  private static func question(_ text: String, _ options: String..., several: Bool = false)
    -> String
  {
    let list = options.map { #"{"label":"\#($0)","description":"d"}"# }.joined(separator: ",")
    return
      #"{"question":"\#(text)","header":"h","multiSelect":\#(several),"options":[\#(list)]}"#
  }

  private static let work =
    """
    echo '{"type":"assistant","message":{"id":"m0","content":[{"type":"tool_use","id":"t1",\
    "name":"Bash","input":{"command":"ls <b>here</b>"}}]}}'
    echo '{"type":"user","message":{"content":[{"type":"tool_result","tool_use_id":"t1",\
    "content":"total <i>7</i>"}]}}'
    echo '{"type":"assistant","message":{"id":"m1","content":[{"type":"tool_use","id":"t2",\
    "name":"Read","input":{"file_path":"/nowhere"}}]}}'
    echo '{"type":"user","message":{"content":[{"type":"tool_result","tool_use_id":"t2",\
    "is_error":true,"content":"No such file"}]}}'

    """ + ask("r1", question("Which colour?", "Red", "Blue"), kept: "first")
    + ask(
      "r2",
      question("Which shade?", "Dark", "Light") + ","
        + question("Which rooms?", "Hall", "Attic", "Cellar", several: true) + ","
        + question("Whose brush?"), kept: "second")

  @Test func whatAnAgentDoesAndAsksIsShownAndAnswered() throws {
    try withBrowser { browser, house, origin in
      let agent = Path.join(house.root, "claude")
      try writeFile(agent, RememberingAgent.script(extra: Self.work), permissions: 0o755)
      let settings: JSONValue = [
        "profiles": [["name": "claude", "adapter": "claude", "executable": .string(agent)]]
      ]
      try writeFile(Path.join(house.root, "config/config.json"), settings.text)
      let name = try house.task("Paint it", "--profile", "claude", "--title", "Paints")
      try browser.open("\(origin)/tasks/\(name)")
      try browser.wait("document.querySelectorAll('.call[data-ok]').length === 2")
      let marks = try browser.run(
        "return [...document.querySelectorAll('.call')].map((one) => one.dataset.ok)")
      #expect(marks == ["yes", "no"])
      try browser.run("document.querySelectorAll('.call').forEach((one) => { one.open = true })")
      let calls = try browser.run("return document.querySelector('.stream').innerText").text
      for text in ["Bash", "ls <b>here</b>", "total <i>7</i>", "/nowhere", "No such file"] {
        #expect(calls.contains(text), "\(text): \(calls)")
      }
      // One question is answered by an option, several by a form.
      try browser.wait("document.querySelector('.question')?.innerText.includes('Which colour?')")
      try browser.picture("task-asks")
      let faults = try browser.run(PageExamination.script)
      #expect(faults == [], "\(faults.text)")
      try browser.click(".question .options button", "Blue")
      try browser.wait("document.querySelector('.question')?.innerText.includes('Which shade?')")
      try browser.run(
        """
        document.querySelector(".question select").value = "Light";
        document.querySelectorAll(".question [type=checkbox]")[0].click();
        document.querySelectorAll(".question [type=checkbox]")[2].click();
        document.querySelector(".question [type=text]").value = "Anna's";
        """)
      try browser.picture("task-asks-several")
      try browser.click(".question button.main", "Answer")
      try house.wait(name, "completed")
      try browser.wait("document.querySelector('.task-head .pill').textContent === 'done'")
      #expect(try readText(Path.join(house.work, "first")).contains("Blue"))
      let second = try readText(Path.join(house.work, "second"))
      for text in ["Light", "Hall", "Cellar", "Anna's"] {
        #expect(second.contains(text), "\(second)")
      }
      try browser.wait("document.querySelector('.turn > summary').innerText.includes('tool call')")
      try browser.picture("task-answered")
    }
  }

  @Test func whyATaskFailedStandsAtItsHeadAndWhereItHappened() throws {
    try withBrowser { browser, house, origin in
      let name = try house.task("echo broken >&2; exit 7")
      try house.wait(name, "failed")
      try browser.open("\(origin)/tasks/\(name)")
      try browser.wait("document.querySelector('.why')?.innerText.includes('exit code 7')")
      try browser.wait(
        "document.querySelector('.said[data-kind=error]')?.innerText.includes('exit code 7')")
      // Nothing moves where somebody does not want that.
      try browser.emulate(
        "Emulation.setEmulatedMedia",
        ["features": [["name": "prefers-reduced-motion", "value": "reduce"]]])
      let held = try house.task("while [ ! -e go ]; do sleep 0.05; done")
      try browser.open("\(origin)/tasks/\(held)")
      let dot = "getComputedStyle(document.querySelector('.pill[data-tone=run]'), '::before')"
      try browser.wait("document.querySelector('.pill[data-tone=run]')")
      #expect(try browser.run("return \(dot).animationName") == "none")
      try RealFileSystem().replace(Path.join(house.work, "go"), with: [])
    }
  }
}
