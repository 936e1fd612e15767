import JSON
import Posix
import TestSupport
import Testing

/// Checks what is told of the agents' programs, which are asked and do no work for it.
struct InquiryTests {
  private func program(_ house: House, _ name: String, _ script: String) throws {
    try writeFile(
      Path.join(house.root, "bin/\(name)"), "#!/bin/sh\n\(script)\n", permissions: 0o755)
  }

  private func profile(_ name: String, in house: House) throws -> JSONValue {
    let profiles = try house.call("tasks_schemas")["profiles"]?.arrayValue ?? []
    return try #require(profiles.first { $0["name"]?.stringValue == name })
  }

  @Test(arguments: [
    ("claude", "auth status", "2.1.3 (Claude Code)", "0", true, "2.1.3"),
    ("claude", "auth status", "2.1.3 (Claude Code)", "1", false, "2.1.3"),
    ("codex", "login status", "codex-cli 0.163.0", "0", true, "0.163.0"),
  ])
  func itsVersionAndWhetherItIsLoggedInAreTold(
    _ name: String, _ question: String, _ version: String, _ code: String, _ isLoggedIn: Bool,
    _ number: String
  ) throws {
    try withHouse { house in
      try program(
        house, name,
        "[ \"$*\" = --version ] && echo '\(version)' && exit; [ \"$*\" = '\(question)' ] && exit \(code); exit 9"
      )
      let shown = try profile(name, in: house)
      #expect(shown["version"] == .string(number))
      #expect(shown["loggedIn"] == .bool(isLoggedIn))
    }
  }

  @Test func oneThatDoesNotAnswerIsTherePlainly() throws {
    try withHouse { house in
      try program(house, "claude", "exit 3")
      let shown = try profile("claude", in: house)
      #expect(shown["available"] == true && shown["version"] == nil && shown["loggedIn"] == nil)
    }
  }

  @Test func aProgramOfTheUsersIsNotStartedToBeAsked() throws {
    try withHouse { house in
      let trace = Path.join(house.root, "trace")
      try program(house, "own", "echo was started > '\(trace)'")
      let settings: JSONValue = [
        "profiles": [
          ["name": "own", "adapter": "text", "executable": "own"],
          ["name": "other", "adapter": "command", "executable": "own"],
        ]
      ]
      try writeFile(house.configurationFile, settings.text)
      #expect(try profile("own", in: house)["available"] == true)
      #expect(try !RealFileSystem().exists(trace))
    }
  }
}
