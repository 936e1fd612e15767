import JSON
import Posix
import TestSupport
import Testing

/// Checks `run --watch`: what it prints, and what its exit code says.
struct CommandWatchTests {
  struct Ending: Sendable, CustomTestStringConvertible {
    var script: String
    var options: [String] = []
    var code: Int32
    var says: String
    var testDescription: String { script }
  }

  @Test(arguments: [
    Ending(script: "echo fine", code: 0, says: "completed"),
    Ending(script: "echo bad; exit 3", code: 1, says: "failed"),
    Ending(script: "sleep 60", options: ["--timeout", "1"], code: 5, says: "timeout"),
  ])
  func theExitCodeIsTheTasks(_ ending: Ending) throws {
    try withCommandDesk { desk in
      let outcome = try desk.errand(
        ["run", "--watch", "--profile", "shell"] + ending.options + [ending.script])
      #expect(outcome.status == .exited(code: ending.code), "\(outcome.errorText)")
      let last = try #require(outcome.text.split(separator: "\n").last)
      #expect(last.contains(ending.says), "\(outcome.text)")
    }
  }

  @Test func messagesStreamWhileTheTaskRuns() throws {
    try withCommandDesk { desk in
      let flag = desk.folder + "/go"
      let watch = try desk.start([
        "run", "--watch", "--profile", "shell", "--json",
        "echo first; while [ ! -e '\(flag)' ]; do sleep 0.05; done; echo second",
      ])
      var seen = ""
      while !seen.contains("first\"") { seen = try #require(try watch.nextLine()) }
      try writeFile(flag, "")
      var last = ""
      while let line = try watch.nextLine() { last = line }
      #expect(try JSONValue.parse(last)["status"] == "completed")
      #expect(try watch.waitForExit() == .exited(code: 0))
    }
  }

  @Test func usageLinesOfACommandAgentEndInTheSummary() throws {
    try withCommandDesk { desk in
      let agent = desk.folder + "/agent.sh"
      try writeFile(
        agent,
        """
        #!/bin/sh
        cat > /dev/null
        echo '{"errand":"usage","turns":3,"costUsd":0.25}'
        echo '{"errand":"result","summary":"All is well."}'
        """, permissions: 0o700)
      try writeFile(
        desk.configuration,
        #"{"profiles":[{"name":"mine","adapter":"command","executable":"\#(agent)"}]}"#)
      let outcome = try desk.errand(["run", "--watch", "--profile", "mine", "do it"])
      #expect(outcome.status == .exited(code: 0), "\(outcome.errorText)")
      let last = try #require(outcome.text.split(separator: "\n").last)
      for part in ["All is well.", "3 turns", "$0.25"] { #expect(last.contains(part)) }
    }
  }

  @Test func controlCLeavesTheTaskRunning() throws {
    try withCommandDesk { desk in
      let flag = desk.folder + "/go"
      let watch = try desk.start([
        "run", "--watch", "--profile", "shell", "--name", "long-one", "--json",
        "echo begun; while [ ! -e '\(flag)' ]; do sleep 0.05; done",
      ])
      var seen = ""
      while !seen.contains("begun\"") { seen = try #require(try watch.nextLine()) }
      #expect(try watch.process.signal(.interrupt))
      #expect(try watch.waitForExit(within: .seconds(60)) == .exited(code: 130))
      let said = String(decoding: watch.errors(complete: true), as: UTF8.self)
      #expect(said.contains("errand logs long-one --follow"))
      #expect(try desk.json(["get", "long-one", "--json"])["status"] == "running")
      try writeFile(flag, "")
      #expect(try desk.errand(["wait", "long-one"]).status == .exited(code: 0))
    }
  }

  @Test func aWaitThatIsTooShortSaysTryLater() throws {
    try withCommandDesk { desk in
      let id = try desk.errand(["run", "--profile", "shell", "sleep 60", "-q"]).text.dropLast()
      let wait = try desk.errand(["wait", String(id), "--timeout", "0"])
      #expect(wait.status == .exited(code: 75), "\(wait.errorText)")
      #expect(try desk.errand(["cancel", String(id)]).status == .exited(code: 0))
      #expect(try desk.errand(["wait", String(id)]).status == .exited(code: 5))
    }
  }
}
