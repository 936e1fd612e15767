import JSON
import Tasks
import Testing

/// Checks the built-in types: what they accept, what they refuse, and where they point.
@Suite struct TaskTypeTests {
  static let words = JSONValue.array(Array(repeating: "x", count: 21))

  static let accepted: [(type: String, input: JSONValue)] = [
    ("freeform", ["brief": "Fix it."]),
    (
      "freeform",
      [
        "brief": "Fix it.", "expectedOutput": "A branch.", "constraints": ["Small.", "Tested."],
        "context": "It fails on Mondays.",
      ]
    ),
    ("freeform", ["brief": "Fix it.", "constraints": []]),
    ("command", ["argv": ["make", "-j", ""]]),
    ("command", ["script": "make && make test\n"]),
    ("command", ["argv": ["cat"], "stdin": "text", "env": ["LANG": "C", "_x1": ""]]),
  ]

  static let refused: [(type: String, input: JSONValue, pointer: String)] = [
    ("freeform", [:], ""),
    ("freeform", ["brief": ""], "/brief"),
    ("freeform", ["brief": 5], "/brief"),
    ("freeform", ["brief": "x", "constraints": words], "/constraints"),
    ("freeform", ["brief": "x", "constraints": ["a", 2]], "/constraints/1"),
    ("freeform", ["brief": "x", "context": ["a"]], "/context"),
    // What does not work yet is not known.
    ("freeform", ["brief": "x", "continueFrom": [:]], "/continueFrom"),
    ("freeform", ["brief": "x", "execution": [:]], "/execution"),
    ("freeform", ["brief": "x", "successCriteria": [:]], "/successCriteria"),
    ("freeform", "brief", ""),
    ("freeform", nil, ""),
    ("command", [:], ""),
    ("command", ["argv": ["a"], "script": "b"], ""),
    ("command", ["argv": []], "/argv"),
    ("command", ["argv": [""]], "/argv/0"),
    ("command", ["argv": ["a", 1]], "/argv/1"),
    ("command", ["argv": ["a\u{0}b"]], "/argv/0"),
    ("command", ["argv": "ls"], "/argv"),
    ("command", ["script": ""], "/script"),
    ("command", ["script": "a\u{0}"], "/script"),
    ("command", ["script": "x", "env": ["A=B": "c"]], "/env"),
    ("command", ["script": "x", "env": ["A": 1]], "/env/A"),
    ("command", ["script": "x", "cwd": "/"], "/cwd"),
  ]

  @Test(arguments: accepted)
  func goodInputIsAccepted(type: String, input: JSONValue) throws {
    let type = try #require(TaskTypeRegistry.builtIn[type])
    #expect(type.faults(inInput: input) == [])
  }

  @Test(arguments: refused)
  func badInputIsRefusedWhereItIsWrong(
    type: String, input: JSONValue, pointer: String
  ) throws {
    let type = try #require(TaskTypeRegistry.builtIn[type])
    let place = try #require(JSONPointer(parsing: "/input"))
    let faults = type.faults(inInput: input, at: place)
    #expect(!faults.isEmpty)
    #expect(
      faults.contains { $0.pointer.description.hasPrefix("/input" + pointer) }, "\(faults)")
  }

  static let wordings: [(type: String, input: JSONValue, words: String)] = [
    ("freeform", ["brief": "x", "contraints": []], "nearest is \"constraints\""),
    ("freeform", ["brief": "x", "continueFrom": [:]], "unknown key \"continueFrom\""),
    ("command", [:], "/input: exactly one of \"argv\", \"script\" is required"),
    ("command", ["argv": ["a"], "script": "b"], "/input: exactly one of \"argv\", \"script\""),
    ("freeform", [:], "/input/brief: required"),
  ]

  @Test(arguments: wordings)
  func aFaultIsWordedForWhoTypedIt(type: String, input: JSONValue, words: String) throws {
    let type = try #require(TaskTypeRegistry.builtIn[type])
    let faults = type.faults(inInput: input, at: JSONPointer(tokens: ["input"]))
    #expect(faults.count == 1)
    #expect(faults.first?.description.contains(words) == true, "\(faults)")
  }

  static let outputs: [(type: String, output: JSONValue, isValid: Bool)] = [
    ("freeform", ["summary": "Done."], true),
    ("freeform", ["summary": "Done.", "branch": "fix", "artifacts": [["title": "a"]]], true),
    ("freeform", ["summary": "Done.", "verification": ["results": [], "passed": true]], true),
    ("freeform", [:], false),
    ("freeform", ["summary": ""], false),
    ("freeform", ["summary": "Done.", "verification": ["passed": true]], false),
    ("freeform", "Done.", false),
    ("command", ["summary": "", "exitCode": 0, "durationMs": 12], true),
    ("command", ["summary": "x"], false),
    ("command", ["summary": "x", "exitCode": "0"], false),
    ("command", ["summary": "x", "exitCode": 0, "durationMs": -1], false),
  ]

  @Test(arguments: outputs)
  func outputsAreCheckedToo(type: String, output: JSONValue, isValid: Bool) throws {
    let type = try #require(TaskTypeRegistry.builtIn[type])
    #expect(type.faults(inOutput: output).isEmpty == isValid)
  }

  @Test func theRegistryKnowsWhatIsBuiltIn() {
    let registry = TaskTypeRegistry.builtIn
    #expect(registry.names == ["freeform", "command"])
    #expect(registry["fulfill_brief"] == nil)
    #expect(registry.types.allSatisfy { $0.outputKind == .artifact })
    #expect(registry.types.allSatisfy { $0.policy.workspaceMode == .sharedMount })
    #expect(Set(registry.types.flatMap { [$0.inputSchemaCid, $0.outputSchemaCid] }).count == 4)
  }

  @Test func aSchemaIsNamedByItsCanonicalForm() throws {
    for type in TaskTypeRegistry.builtIn.types {
      #expect(type.inputSchemaCid == ContentID(json: try type.inputSchema.canonical))
      #expect(type.outputSchemaCid == ContentID(json: try type.outputSchema.canonical))
    }
  }

  @Test func aTypeThatAsksForWhatWeCannotCheckIsNotLoaded() {
    #expect(throws: TaskTypeError.self) {
      try TaskType(
        name: "bad", title: "Bad", description: "Bad.", inputSchema: ["$dynamicRef": "#x"],
        outputSchema: [:])
    }
  }
}
