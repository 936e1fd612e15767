import JSON
import Tasks
import Testing

/// Checks conditions on other tasks: verdicts, bounds, and their form in JSON.
@Suite struct ClaimConditionTests {
  static let done = Sample.id(1)
  static let running = Sample.id(2)
  static let failed = Sample.id(3)
  static let accepted = Sample.id(4)
  static let missing = Sample.id(5)

  static func standing(_ id: TaskID) -> ClaimCondition.Standing? {
    switch id {
    case done: .init(status: .completed, isAccepted: false)
    case accepted: .init(status: .completed, isAccepted: true)
    case running: .init(status: .running, isAccepted: false)
    case failed: .init(status: .failed, isAccepted: false)
    default: nil
    }
  }

  static func completed(_ id: TaskID) -> ClaimCondition { .taskStatus(id, [.completed]) }

  static let verdicts: [(condition: ClaimCondition, verdict: ClaimCondition.Verdict)] = [
    (completed(done), .satisfied),
    (completed(running), .pending),
    (completed(failed), .unsatisfiable(by: failed)),
    (completed(missing), .unsatisfiable(by: missing)),
    (.taskStatus(failed, [.completed, .failed]), .satisfied),
    (.taskStatus(running, [.running]), .satisfied),
    (.taskStatus(done, [.running]), .unsatisfiable(by: done)),
    (.taskAccepted(accepted), .satisfied),
    (.taskAccepted(done), .pending),
    (.taskAccepted(running), .pending),
    (.taskAccepted(failed), .unsatisfiable(by: failed)),
    (.taskAccepted(missing), .unsatisfiable(by: missing)),
    (.all([completed(done), completed(accepted)]), .satisfied),
    (.all([completed(done), completed(running)]), .pending),
    // What can never come decides before what may still come.
    (.all([completed(running), completed(failed)]), .unsatisfiable(by: failed)),
    (.any([completed(failed), completed(done)]), .satisfied),
    (.any([completed(running), completed(done)]), .satisfied),
    (.any([completed(failed), completed(running)]), .pending),
    (.any([completed(failed), completed(missing)]), .unsatisfiable(by: failed)),
    (.all([.any([completed(failed), completed(done)]), .taskAccepted(accepted)]), .satisfied),
    (.any([.all([completed(done), completed(failed)]), completed(running)]), .pending),
    (.completed([done, accepted]), .satisfied),
    (.completed([done, missing]), .unsatisfiable(by: missing)),
  ]

  @Test(arguments: verdicts)
  func theVerdictFollowsFromWhatTheTasksAre(
    condition: ClaimCondition, verdict: ClaimCondition.Verdict
  ) throws {
    #expect(condition.evaluate(Self.standing) == verdict)
    let bytes = ClaimCondition.json.encode(condition)
    #expect(try ClaimCondition.json.decode(.parse(bytes)) == condition)
  }

  @Test(arguments: [(1, 2), (8, 2), (9, 3), (64, 3)])
  func asManyAsMayBeNamedFitTheLimits(count: Int, depth: Int) throws {
    let ids = (1...count).map { Sample.id(UInt64($0)) }
    let condition = ClaimCondition.completed(ids)
    #expect(condition.tasks == ids && condition.depth == depth)
    #expect(
      try ClaimCondition.json.decode(.parse(ClaimCondition.json.encode(condition))) == condition)
  }

  @Test func onlyWhatIsStillToComeIsAwaited() {
    let condition = ClaimCondition.all([
      .completed([Self.done, Self.running]), .taskAccepted(Self.done),
      .any([Self.completed(Self.failed), .taskAccepted(Self.accepted)]),
    ])
    #expect(condition.awaited(Self.standing) == [Self.running, Self.done])
  }

  @Test func itsTasksAreNamedOnceInOrder() {
    let condition = ClaimCondition.all([
      .taskAccepted(Self.done), .any([Self.completed(Self.failed), Self.completed(Self.done)]),
    ])
    #expect(condition.tasks == [Self.done, Self.failed])
    #expect(condition.depth == 3)
  }

  @Test func theFormInJSONIsTheTrades() throws {
    let condition = ClaimCondition.all([Self.completed(Self.done), .taskAccepted(Self.done)])
    #expect(
      ClaimCondition.json.value(of: condition) == [
        "op": "all",
        "conditions": [
          [
            "op": "task_status", "taskId": .string(Self.done.description),
            "statuses": ["completed"],
          ],
          ["op": "task_accepted", "taskId": .string(Self.done.description)],
        ],
      ])
  }

  /// Nests a condition under `all` until it is so deep.
  static func nested(_ depth: Int) -> JSONValue {
    var value: JSONValue = ["op": "task_accepted", "taskId": .string(done.description)]
    for _ in 1..<depth { value = ["op": "all", "conditions": [value]] }
    return value
  }

  @Test func depthAndBreadthAreBounded() throws {
    #expect(try ClaimCondition.json.decode(Self.nested(4)).depth == 4)
    #expect(throws: Mismatch.self) { try ClaimCondition.json.decode(Self.nested(5)) }
    for (count, fits) in [(0, false), (1, true), (8, true), (9, false)] {
      let branches = JSONValue.array(Array(repeating: Self.nested(1), count: count))
      let value: JSONValue = ["op": "any", "conditions": branches]
      if fits {
        #expect(throws: Never.self) { try ClaimCondition.json.decode(value) }
      } else {
        #expect(throws: Mismatch.self) { try ClaimCondition.json.decode(value) }
      }
    }
  }

  @Test func theSchemaDescribesEveryLevelInLittleSpace() throws {
    let schema = ClaimCondition.json.schema
    let deepest =
      ["properties", "conditions", "items", "properties", "conditions", "items"]
      + ["properties", "conditions", "items"]
    #expect(JSONPointer(tokens: deepest).evaluate(in: schema) != nil)
    #expect(schema.bytes.count < 4000)
  }

  static let malformed: [JSONValue] = [
    [:], ["op": "none"], ["op": "task_status", "taskId": "x", "statuses": ["completed"]],
    ["op": "task_status", "taskId": .string(done.description), "statuses": []],
    ["op": "task_status", "taskId": .string(done.description), "statuses": ["finished"]],
    ["op": "all"], "all", nil,
  ]

  @Test(arguments: malformed)
  func whatIsNoConditionIsRefused(value: JSONValue) {
    #expect(throws: Mismatch.self) { try ClaimCondition.json.decode(value) }
  }
}
