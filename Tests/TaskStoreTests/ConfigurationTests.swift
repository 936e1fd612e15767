import JSON
import Posix
import TaskStore
import Tasks
import TestSupport
import Testing

/// Checks what the configuration file may say, and what holds without it.
struct ConfigurationTests {
  private static func load(
    _ text: String, _ folder: String
  ) throws -> (Configuration, warnings: [String]) {
    try writeFile(folder + "/config.json", text)
    return try Configuration.load(environment: ["ERRAND_CONFIG": folder + "/config.json"])
  }

  @Test func withoutAFileTheDefaultsHold() throws {
    try withTemporaryDirectory { folder in
      let environment = ["ERRAND_CONFIG": folder + "/none.json"]
      let (configuration, warnings) = try Configuration.load(environment: environment)
      #expect(configuration == Configuration() && warnings.isEmpty)
      #expect(configuration.timeouts.dispatch == 300 && configuration.timeouts.start == 90)
      #expect(configuration.timeouts.running == 7200 && configuration.budget.usd == 5)
      #expect(!configuration.allowCommands && configuration.team == "local")
      #expect(configuration.maxParallel >= 2)
      #expect(try Self.load("{}", folder).0 == configuration)
    }
  }

  @Test func everyChangeOfTheFileIsSeenAtOnce() throws {
    try withTemporaryDirectory { folder in
      let path = folder + "/config.json"
      let file = ConfigurationFile(environment: ["ERRAND_CONFIG": path])
      #expect(try file.current() == Configuration())
      for number in 1...9 {
        // In place and of one length: only the time of the change tells the two apart.
        try writeFile(path, #"{"maxParallel": \#(number)}"#)
        #expect(try file.current().maxParallel == number)
        #expect(try file.current().maxParallel == number)
      }
      try writeFile(path, "{")
      #expect(throws: ConfigurationError.self) { try file.current() }
      try RealFileSystem().remove(path)
      #expect(try file.current() == Configuration())
    }
  }

  @Test func requestsReadTogetherShareOneLookAtTheFile() throws {
    try withTemporaryDirectory { folder in
      let path = folder + "/config.json"
      let file = ConfigurationFile(environment: ["ERRAND_CONFIG": path])
      for number in 1...3 {
        try writeFile(path, #"{"maxParallel": \#(number)}"#)
        file.shareLook()
        #expect(try file.current().maxParallel == number)
        try writeFile(path, #"{"maxParallel": 9}"#)
        #expect(try file.current().maxParallel == number)
        let elsewhere = Monitor<Int?>(nil)
        try Thread.start(name: "elsewhere") {
          let found = (try? file.current())?.maxParallel ?? 0
          elsewhere.update { $0 = found }
        }
        #expect(elsewhere.wait({ $0 }) == 9)
      }
    }
  }

  @Test func aFileSaysWhatItSaysAndTheRestStays() throws {
    try withTemporaryDirectory { folder in
      let text = """
        {"profiles": [{"name": "mine", "adapter": "command", "executable": "cat",
          "timeouts": {"running": 60}}],
         "budget": {"turns": 3}, "allowCommands": true, "roots": ["/srv"], "maxParallel": 1}
        """
      let (configuration, warnings) = try Self.load(text, folder)
      #expect(warnings == [])
      #expect(configuration.profiles.map(\.name) == ["mine"])
      #expect(configuration.profiles[0].timeouts.running == 60)
      #expect(configuration.budget == Budget(usd: 5, turns: 3))
      #expect(configuration.allowCommands && configuration.roots == ["/srv"])
      #expect(configuration.maxParallel == 1 && configuration.timeouts.running == 7200)
    }
  }

  @Test func anUnknownKeyIsToldWithTheNearestOne() throws {
    try withTemporaryDirectory { folder in
      let text = #"{"maxParalel": 3, "profiles": [{"name": "a", "adapter": "shell", "envv": {}}]}"#
      let (configuration, warnings) = try Self.load(text, folder)
      #expect(configuration.profiles.count == 1)
      #expect(warnings.count == 2)
      #expect(warnings[0].contains("/maxParalel") && warnings[0].contains("maxParallel"))
      #expect(warnings[1].contains("/profiles/0/envv") && warnings[1].contains("\"env\""))
    }
  }

  @Test(arguments: [
    (#"{"maxParallel": 0}"#, "/maxParallel"), (#"{"maxParallel": "2"}"#, "/maxParallel"),
    (#"{"timeouts": {"start": -1}}"#, "/timeouts/start"),
    (#"{"profiles": [{"adapter": "shell"}]}"#, "/profiles/0/name"),
    (#"{"profiles": [{"name": "a", "adapter": "magic"}]}"#, "/profiles/0/adapter"),
    (#"{"budget": {"usd": -1}}"#, "/budget/usd"), (#"{"team": ""}"#, "/team"), ("[]", "object"),
    ("{", "is no JSON"), (#"{"team":"a","team":"b"}"#, "is no JSON"),
  ])
  func aMalformedFileIsRefusedByItsNameAndPlace(_ text: String, _ place: String) throws {
    try withTemporaryDirectory { folder in
      let path = folder + "/config.json"
      #expect {
        _ = try Self.load(text, folder)
      } throws: { error in
        let words = "\(error)"
        return error is ConfigurationError && words.contains(path) && words.contains(place)
      }
    }
  }

  @Test func aFileThatCannotBeReadIsNotTakenForNone() throws {
    try withTemporaryDirectory { folder in
      let environment = ["ERRAND_CONFIG": folder]
      #expect(throws: ConfigurationError.self) {
        _ = try Configuration.load(environment: environment)
      }
    }
  }

  @Test(arguments: [
    (["ERRAND_CONFIG": "/a/c.json", "XDG_CONFIG_HOME": "/x", "HOME": "/h"], "/a/c.json"),
    (["XDG_CONFIG_HOME": "/x", "HOME": "/h"], "/x/errand/config.json"),
    (["XDG_CONFIG_HOME": "relative", "HOME": "/h"], "/h/.config/errand/config.json"),
    (["HOME": "/h"], "/h/.config/errand/config.json"),
    (["ERRAND_CONFIG": "~/c.json", "HOME": "/h"], "/h/c.json"),
  ])
  func theFileIsFoundByTheEnvironment(_ environment: [String: String], _ expected: String) {
    #expect(Configuration.path(environment: environment) == expected)
  }

  @Test(arguments: [
    (["ERRAND_HOME": "/e", "XDG_STATE_HOME": "/x", "HOME": "/h"], "/e"),
    (["XDG_STATE_HOME": "/x", "HOME": "/h"], "/x/errand"),
    (["XDG_STATE_HOME": "x", "HOME": "/h"], "/h/.local/state/errand"),
    (["ERRAND_HOME": "~/e", "HOME": "/h"], "/h/e"), (["ERRAND_HOME": "~", "HOME": "/h"], "/h"),
  ])
  func theStoreIsFoundByTheEnvironment(_ environment: [String: String], _ expected: String) {
    #expect(StoreLayout.defaultRoot(environment: environment) == expected)
  }

  @Test func aRelativePlaceIsMeantFromTheWorkingDirectory() throws {
    let here = try Environment.currentDirectory()
    let environment = ["ERRAND_HOME": "e", "ERRAND_CONFIG": "./c.json", "HOME": "/h"]
    #expect(StoreLayout.defaultRoot(environment: environment) == "\(here)/e")
    #expect(Configuration.path(environment: environment) == "\(here)/./c.json")
  }

  @Test func aRelativeHomeIsNone() {
    let found = StoreLayout.defaultRoot(environment: ["HOME": "h"])
    #expect(found.hasPrefix("/") && !found.contains("/h/.local"))
  }
}
