import JSON
import MCP
import TaskStore
import Tasks
import Testing

@testable import Tools

/// Checks what of a question fits a form, and what an answer in the form means.
struct RequestFormTests {
  private static let object: JSONValue = [
    "type": "object",
    "properties": [
      "size": ["type": "string", "enum": ["s", "m"], "title": "Size"],
      "count": ["type": "integer"], "really": ["type": "boolean"],
      "extras": ["type": "array", "items": ["type": "string", "enum": ["a", "b"]]],
    ], "required": ["size"],
  ]

  struct Case: Sendable {
    var options: [String] = []
    var schema: JSONValue?
    var permission: PermissionWish?
    var given: JSONObject
    var answer: JSONValue?
  }

  static let cases: [Case] = [
    Case(given: ["answer": "as you like"], answer: "as you like"),
    Case(options: ["red", "blue"], given: ["answer": "red"], answer: "red"),
    Case(options: ["red", "blue"], given: ["answer": "green"]),
    Case(schema: ["type": "integer"], given: ["answer": 3], answer: 3),
    Case(schema: ["type": "integer", "maximum": 2], given: ["answer": 3]),
    Case(schema: ["type": "number"], given: ["answer": 2.5], answer: 2.5),
    Case(schema: ["type": "number"], given: ["answer": 2], answer: 2),
    Case(schema: ["type": "number"], given: ["answer": "2.5"]),
    Case(
      schema: object, given: ["size": "m", "extras": ["b"]],
      answer: ["size": "m", "extras": ["b"]]),
    Case(schema: object, given: ["count": 1]),
    Case(
      permission: PermissionWish(tool: "Bash", arguments: ["command": "ls"]),
      given: ["answer": "allow"], answer: ["decision": "allow"]),
    Case(permission: PermissionWish(tool: "Bash"), given: ["answer": "allow_always"]),
  ]

  private func form(_ one: Case) throws -> RequestForm? {
    var found: RequestForm?
    try withHouse { house in
      let options = one.permission == nil ? one.options : ["allow", "deny", "allow_always"]
      let request = InputRequest(
        requestId: "q1", attemptN: 1, question: "Well?", options: options, schema: one.schema,
        permission: one.permission, askedAt: .now)
      found = RequestForm(request, of: try house.task())
    }
    return found
  }

  @Test(arguments: cases)
  func anAnswerIsReadInTheShapeThatWasAskedFor(_ one: Case) throws {
    let form = try #require(try form(one))
    #expect(form.answer(one.given) == one.answer)
  }

  @Test(
    arguments: [
      ["type": "object"], ["type": "array", "items": ["type": "string"]],
      ["type": "object", "properties": ["inner": ["type": "object"]]], ["oneOf": [[:]]],
    ] as [JSONValue])
  func whatHasNoFormIsLeftToTheOtherWays(_ schema: JSONValue) throws {
    #expect(try form(Case(schema: schema, given: [:])) == nil)
  }

  @Test func whatAToolWouldDoIsShownWithTheQuestion() throws {
    let wish = PermissionWish(tool: "Bash", arguments: ["command": "rm it"])
    let form = try #require(try form(Case(permission: wish, given: [:])))
    #expect(form.form.message.contains("rm it"))
  }
}
