import Agents
import JSON
import Tasks
import Testing

private let place = AgentPlace(directory: "/work", attemptFolder: "/store/a/1")
private let shellPlan = LaunchPlan(profile: "shell", adapter: .shell, executable: nil)
private let agentPlan = LaunchPlan(
  profile: "mine", adapter: .command, executable: "/bin/agent", arguments: ["-p", "--fast"])

private func spec(_ type: String, _ input: JSONValue, _ plan: LaunchPlan) throws -> TaskSpec {
  let cid = ContentID(json: try input.canonical)
  return TaskSpec(
    name: "n", title: "t", taskType: type, input: input, inputCid: cid, inputSchemaCid: cid,
    launch: plan)
}

private func brief(_ spec: TaskSpec) throws -> Brief {
  try Brief(spec, try #require(TaskTypeRegistry.builtIn[spec.taskType]))
}

private func launch(_ spec: TaskSpec) throws -> AgentLaunch {
  try spec.launch.adapterInUse.launch(try brief(spec), in: place)
}

@Suite struct AdapterTests {
  @Test func aBriefForTheShellIsAScriptInAFile() throws {
    let launch = try launch(try spec("freeform", ["brief": "echo hi"], shellPlan))
    #expect(launch.program == .path("/bin/sh"))
    #expect(launch.arguments == ["/store/a/1/script.sh"])
    #expect(launch.files.map(\.bytes) == [Array("echo hi".utf8)])
    #expect(launch.input == .nothing)
  }

  @Test func anArgvIsRunAsItIsWithItsInput() throws {
    let input: JSONValue = [
      "argv": ["printf", "%s", "a b; rm"], "stdin": "in", "env": ["X": "1"],
    ]
    let launch = try launch(try spec("command", input, shellPlan))
    #expect(launch.program == .named("printf"))
    #expect(launch.arguments == ["%s", "a b; rm"])
    #expect(launch.input == .text(Array("in".utf8)))
    #expect(launch.environment == ["X": "1"])
    #expect(launch.files.isEmpty)
  }

  @Test func aPromptTravelsOnStandardInputAndNeverInArguments() throws {
    let input: JSONValue = ["brief": "Do it", "constraints": ["no tests"]]
    let launch = try launch(try spec("freeform", input, agentPlan))
    #expect(launch.program == .path("/bin/agent"))
    #expect(launch.arguments == ["-p", "--fast"])
    guard case .text(let bytes) = launch.input else {
      Issue.record("no input")
      return
    }
    let text = String(decoding: bytes, as: UTF8.self)
    #expect(text.hasPrefix("Do it"))
    #expect(text.contains("no tests"))
  }

  @Test func anAgentIsNotGivenCommands() throws {
    let spec = try spec("command", ["script": "rm -r /"], agentPlan)
    #expect(throws: LaunchRefusal.self) { try launch(spec) }
  }

  @Test(
    arguments: [
      [:], ["argv": []], ["argv": [1]], ["argv": ["a"], "script": "b"],
    ] as [JSONValue])
  func aMalformedCommandIsRefused(input: JSONValue) throws {
    let spec = try spec("command", input, shellPlan)
    #expect(throws: LaunchRefusal.self) { try brief(spec) }
  }
}
