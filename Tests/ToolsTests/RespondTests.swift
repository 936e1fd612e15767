import JSON
import MCP
import Posix
import TaskStore
import Tasks
import TestSupport
import Testing

@testable import Tools

/// Checks how a task's questions are answered: by the first, as asked, and never from inside.
struct RespondTests {
  private static func ask(
    _ house: House, _ id: String, options: [String] = [], schema: JSONValue? = nil,
    permission: PermissionWish? = nil, isOwned: Bool = true
  ) throws -> JSONObject {
    let task = try house.start(try house.task())
    if isOwned { try house.own(task) }
    try house.tell(
      task,
      .inputRequested(
        InputRequest(
          requestId: id, attemptN: 1, question: "Which?", options: options, schema: schema,
          permission: permission, askedAt: .now)))
    return ["task_id": .string(task.spec.name)]
  }

  private static let leave = PermissionWish(tool: "Bash")
  private static let choices = ["allow", "allow_always", "deny"]

  @Test func theFirstAnswerWinsAndALateOneIsToldWhichThatWas() throws {
    try withHouse { house in
      var call = try Self.ask(house, "q1", options: ["SQLite", "Postgres"])
      call["answer"] = "postgres"
      let first = try house.call("tasks_respond", call, as: House.client)
      #expect(first["outcome"] == "answered" && first["answer"] == "Postgres")
      #expect(first["status"] == "running")
      call["answer"] = "SQLite"
      call["request_id"] = "q1"
      let late = try house.call("tasks_respond", call)
      #expect(late["outcome"] == "already_answered" && late["answer"] == "Postgres")
      #expect(late["answeredBy"] == "client test-client 1.0")
      call["request_id"] = nil
      let unnamed = try house.call("tasks_respond", call)
      #expect(unnamed["outcome"] == "already_answered" && unnamed["requestId"] == "q1")
      #expect(unnamed["answer"] == "Postgres")
    }
  }

  private static func answer(
    _ house: House, _ call: JSONObject, _ option: String
  ) throws {
    var call = call
    call["option"] = .string(option)
    try house.call("tasks_respond", call)
  }

  @Test func ofTwoWhoAnswerAtOnceOneWins() throws {
    try withHouse { house in
      var call = try Self.ask(house, "q1", options: ["a", "b"])
      call["request_id"] = "q1"
      let mine = call
      let other = try Thread.start(name: "answer") {
        do {
          try Self.answer(house, mine, "a")
        } catch { Issue.record(error) }
      }
      try Self.answer(house, mine, "b")
      other.join()
      let name = try #require(call["task_id"]?.stringValue)
      let task = try house.store().task(TaskReference(name))
      #expect(task.requests.count == 1 && task.requests[0].answer != nil)
      // Created, claimed, started, asked, answered: once.
      #expect(task.revision == 5)
    }
  }

  @Test(arguments: [
    ("2", "b"), ("B", "b"), ("a", "a"),
  ])
  func anOptionIsUnderstoodByItsWordsOrItsNumber(_ given: String, _ option: String) throws {
    try withHouse { house in
      var call = try Self.ask(house, "q1", options: ["a", "b"])
      call["option"] = .string(given)
      #expect(try house.call("tasks_respond", call)["answer"] == .string(option))
    }
  }

  @Test func whatDoesNotFitIsRefusedAndTheQuestionStaysOpen() throws {
    try withHouse { house in
      let schema: JSONValue = [
        "type": "object", "properties": ["port": ["type": "integer"]], "required": ["port"],
      ]
      var call = try Self.ask(house, "q1", schema: schema)
      call["answer"] = #"{"port":"high"}"#
      let refusal = try house.refusal("tasks_respond", call)
      #expect(refusal.code == "answer_invalid")
      // Two verbs of the terminal call this tool, so that naming it would name the wrong one.
      #expect(refusal.nextStep == "Correct it, then call again.")
      #expect(refusal.faults.first?.pointer.description.hasPrefix("/answer") == true)
      call["answer"] = #"{"port":8080}"#
      #expect(try house.call("tasks_respond", call)["answer"] == ["port": 8080])
      var other = try Self.ask(house, "q1", options: ["a"])
      other["answer"] = "c"
      #expect(try house.refusal("tasks_respond", other).code == "answer_invalid")
    }
  }

  @Test func whatIsWrongInAnObjectIsToldOfItsMembers() throws {
    try withHouse { house in
      let schema: JSONValue = [
        "type": "object", "properties": ["answer1": ["type": "string"]], "required": ["answer1"],
        "additionalProperties": false,
      ]
      var call = try Self.ask(house, "q1", schema: schema)
      call["answer"] = #"{"0":"SQLite"}"#
      let faults = try house.refusal("tasks_respond", call).faults
      #expect(faults.contains { $0.pointer.description == "/answer/answer1" }, "\(faults)")
      #expect(faults.contains { $0.pointer.description == "/answer/0" }, "\(faults)")
    }
  }

  @Test func anAnswerWhoseAgentWasLostIsKeptAndTheTaskSeenToHaveEnded() throws {
    try withHouse { house in
      var call = try Self.ask(house, "q1", options: ["a", "b"], isOwned: false)
      call["answer"] = "b"
      let answer = try house.call("tasks_respond", call)
      #expect(answer["outcome"] == "answered" && answer["status"] == "failed")
      #expect(answer["hint"]?.stringValue?.contains("session resume") == true)
      let name = try #require(call["task_id"]?.stringValue)
      let task = try house.store().task(TaskReference(name))
      #expect(task.error?.code == .interrupted)
      #expect(task.requests.first?.answer?.value == "b")
      call["answer"] = "a"
      #expect(try house.call("tasks_respond", call)["outcome"] == "already_answered")
    }
  }

  @Test func onlyThePersonAtTheTerminalAllowsForEver() throws {
    try withHouse { house in
      var call = try Self.ask(house, "q1", options: Self.choices, permission: Self.leave)
      call["decision"] = "allow_always"
      #expect(
        try house.refusal("tasks_respond", call, as: House.client).code == "terminal_only")
      let answer = try house.call("tasks_respond", call)
      #expect(answer["answer"] == ["decision": "allow_always"])
    }
  }

  @Test func aDenialTakesWordsAndTurnsAnyQuestionAway() throws {
    try withHouse { house in
      for permission in [Self.leave, nil] {
        var call = try Self.ask(
          house, "q1", options: permission == nil ? ["a"] : Self.choices, permission: permission)
        call["decision"] = "deny"
        call["message"] = "not in main"
        let answer = try house.call("tasks_respond", call, as: House.client)
        #expect(answer["answer"] == ["decision": "deny", "message": "not in main"])
      }
    }
  }

  @Test func severalOpenQuestionsMustBeNamed() throws {
    try withHouse { house in
      var call = try Self.ask(house, "q1")
      let name = try #require(call["task_id"]?.stringValue)
      let task = try house.store().task(TaskReference(name))
      try house.tell(
        task,
        .inputRequested(
          InputRequest(requestId: "q2", attemptN: 1, question: "And?", askedAt: .now)))
      call["answer"] = "yes"
      #expect(
        try house.refusal("tasks_respond", call).faults.first?.message.contains("q1, q2") == true)
      call["request_id"] = "q2"
      let answer = try house.call("tasks_respond", call)
      #expect(answer["openRequestIds"] == ["q1"] && answer["status"] == "input_required")
    }
  }

  @Test func whatMakesNoSenseIsRefused() throws {
    try withHouse { house in
      let idle: JSONObject = ["task_id": .string(try house.task().spec.name)]
      let table: [(JSONObject, String)] = [
        ([:], "invalid_arguments"), (["answer": "x"], "nothing_asked"),
        (["answer": "x", "option": "y"], "invalid_arguments"),
        (["answer": "x", "message": "y"], "invalid_arguments"),
        (["message": "hello"], "not_running"), (["cancel_send_id": "s"], "message_unknown"),
        (["answer": "x", "request_id": "q9"], "request_unknown"),
      ]
      for (arguments, code) in table {
        let call = arguments.members.reduce(into: idle) { $0[$1.key] = $1.value }
        #expect(try house.refusal("tasks_respond", call).code == code, "\(arguments)")
      }
      var running = idle
      try house.start(try house.store().task(TaskReference(idle["task_id"]?.stringValue ?? "")))
      running["message"] = "hello"
      #expect(try house.refusal("tasks_respond", running).code == "not_supported")
    }
  }

  @Test func anAgentCannotAnswerItsOwnQuestion() throws {
    try withTemporaryDirectory { root in
      let house = try House(root)
      var call = try Self.ask(house, "q1")
      call["answer"] = "yes"
      var setting = house.workshop.setting
      setting.environment["ERRAND_ATTEMPT"] = "some/1"
      let inside = Toolbox(Workshop(setting))
      #expect {
        try inside.perform("tasks_respond", call, House.client)
      } throws: { ($0 as? ToolFailure)?.code == "attempt_scope" }
    }
  }
}
