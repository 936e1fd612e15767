import JSON
import Testing

@Suite struct CodecTests {
  @Test(arguments: [
    (#"{"task_id":"a"}"#, #"{"task_id":"a"}"#),
    (#"{"taskId":"a","timeoutSec":3}"#, #"{"task_id":"a","timeout_sec":3}"#),
    (#"{"id":"a","timeout_sec":null,"tags":[]}"#, #"{"task_id":"a"}"#),
    (#"{"id":"a","tags":null}"#, #"{"task_id":"a"}"#),
    (
      #"{"tags":["x"],"timeout_sec":3.0,"id":"a"}"#,
      #"{"task_id":"a","timeout_sec":3,"tags":["x"]}"#
    ),
    (
      #"{"id":"a","budget":{"usd":1,"shares":{"b":2,"a":1},"later":0},"status":"input_required"}"#,
      #"{"task_id":"a","budget":{"usd":1.0,"shares":{"a":1,"b":2}},"status":"input_required"}"#
    ),
    (
      #"{"id":"a","since":"2026-11-21T10:30:00+01:00","note":[1,{"x":null}]}"#,
      #"{"task_id":"a","since":"2026-11-21T09:30:00.000Z","note":[1,{"x":null}]}"#
    ),
  ])
  func readsLooselyAndWritesOneForm(_ source: String, _ written: String) throws {
    let input = try WaitInput.json.decode(try JSONValue.parse(source))
    #expect(String(decoding: WaitInput.json.encode(input), as: UTF8.self) == written)
    #expect(try WaitInput.json.decode(WaitInput.json.value(of: input)) == input)
  }

  @Test(arguments: [
    ("[]", ["expected an object, found an array"]),
    ("{}", ["/task_id: required"]),
    (#"{"id":"a","task_id":"b"}"#, [#"/id: given twice, also as "task_id""#]),
    (
      #"{"id":"a","timout_sec":1,"zzzzzzzz":2}"#,
      [
        #"/timout_sec: unknown key "timout_sec"; nearest is "timeout_sec""#,
        #"/zzzzzzzz: unknown key "zzzzzzzz""#,
      ]
    ),
    (
      #"{"zzzzzzzz":2,"tags":1,"id":"b","task_id":""}"#,
      [
        #"/id: given twice, also as "task_id""#,
        #"/task_id: expected a string of 1 to 64 characters, found """#,
        "/tags: expected an array, found 1", #"/zzzzzzzz: unknown key "zzzzzzzz""#,
      ]
    ),
    (
      #"{"id":"","timeout_sec":46,"tags":[1,"a",null],"budget":{"usd":"1"},"status":"runing"}"#,
      [
        #"/id: expected a string of 1 to 64 characters, found """#,
        "/timeout_sec: expected an integer, 0 to 45, found 46",
        "/tags/0: expected a string, found 1", "/tags/2: expected a string, found null",
        #"/budget/usd: expected a number from 0.0 to 1000.0, found "1""#,
        #"/status: expected one of "queued", "running", "input_required", found "runing""#
          + #"; nearest is "running""#,
      ]
    ),
    (
      #"{"id":"\#(String(repeating: "é", count: 65))"}"#,
      ["/id: expected a string of 1 to 64 characters, found one of 65"]
    ),
    (#"{"id":"a","tags":["1","2","3","4"]}"#, ["/tags: expected 0 to 3 items, found 4"]),
    (
      #"{"id":"a","since":"now"}"#, [#"/since: expected a time as RFC 3339 writes it, found "now""#]
    ),
  ])
  func namesEveryFaultAndItsPlace(_ source: String, _ faults: [String]) throws {
    let value = try JSONValue.parse(source)
    let mismatch = try #require(throws: Mismatch.self) { try WaitInput.json.decode(value) }
    #expect(mismatch.faults.map(\.description) == faults)
    // The schema agrees that the value is wrong, except where a name has two spellings.
    if !source.contains("task_id") {
      #expect(!(try Schema(WaitInput.json.schema).validate(value)).isEmpty)
    }
  }

  @Test func membersMayStandInAnyOrder() throws {
    let members = [
      #""task_id":"a""#, #""timeout_sec":3"#, #""tags":["x"]"#, #""status":"queued""#, #""note":1"#,
    ]
    let orders = members.indices.reduce([[Int]]([[]])) { orders, next in
      orders.flatMap { order in
        (0...order.count).map { place in
          order[..<place] + [next] + order[place...]
        }
      }
    }
    #expect(orders.count == 120)
    let first = try WaitInput.json.decode(.parse("{\(members.joined(separator: ","))}"))
    for order in orders {
      let text = "{\(order.map { members[$0] }.joined(separator: ","))}"
      #expect(try WaitInput.json.decode(.parse(text)) == first, "\(text)")
    }
  }

  @Test func noTwoFieldsAnswerToOneKey() async {
    await #expect(processExitsWith: .failure) {
      _ = Codec<Int>.object(
        { $0 + $1 }, required("task_id", { $0 }, .int), required("b", { $0 }, .int, alias: "taskId")
      )
    }
    await #expect(processExitsWith: .success) {
      _ = Codec<Int>.object(
        { $0 + $1 }, required("task_id", { $0 }, .int), required("b", { $0 }, .int, alias: "id"))
    }
  }

  @Test func faultsAreBounded() throws {
    let value = JSONValue.array(Array(repeating: "x", count: 1000))
    let mismatch = try #require(throws: Mismatch.self) {
      try Codec<[Int]>.array(of: .int).decode(value)
    }
    #expect(mismatch.faults.count == Faults.limit)
  }

  @Test(arguments: [
    (Event.created(Budget(dollars: 2)), #"{"type":"created","usd":2.0}"#),
    (.held(reason: "q", until: nil), #"{"type":"held","reason":"q"}"#),
    (.text("a\nb"), #"{"type":"text","text":"a\nb"}"#),
    (
      .strict(WaitInput(taskID: "t", tags: [])), #"{"type":"strict","task_id":"t"}"#
    ),
    (.released, #"{"type":"released"}"#),
  ])
  func unionsCarryTheirTagAmongTheMembers(_ event: Event, _ written: String) throws {
    #expect(String(decoding: Event.json.encode(event), as: UTF8.self) == written)
    let value = try JSONValue.parse(written)
    #expect(try Event.json.decode(value) == event)
    #expect(try Schema(Event.json.schema).validate(value) == [])
  }

  @Test(arguments: [
    (#"{"usd":1}"#, "/type: required"),
    (
      #"{"type":"creatd"}"#,
      #"/type: expected one of "created", "held", "text", "strict", "released", "#
        + #"found "creatd"; nearest is "created""#
    ),
    (#"{"type":"created"}"#, "/usd: required"),
    (
      #"{"type":"strict","task_id":"t","task":1}"#,
      #"/task: unknown key "task"; nearest is "task_id""#
    ),
  ])
  func unionsNameWhatIsWrong(_ source: String, _ fault: String) throws {
    let value = try JSONValue.parse(source)
    let mismatch = try #require(throws: Mismatch.self) { try Event.json.decode(value) }
    #expect(mismatch.description == fault)
  }

  @Test func theSchemaSaysWhatTheCodecDoes() throws {
    let wanted = #"""
      {"type":"object","properties":{
      "task_id":{"type":"string","minLength":1,"maxLength":64,"description":"Id or name."},
      "timeout_sec":{"type":"integer","minimum":0,"maximum":45,
      "description":"Longest wait in seconds."},
      "tags":{"type":"array","items":{"type":"string"},"maxItems":3,"description":"Labels.",
      "default":[]},
      "budget":{"type":"object","properties":{"usd":{"type":"number","minimum":0.0,
      "maximum":1000.0},"shares":{"type":"object","additionalProperties":{"type":"integer"},
      "default":{}}},"required":["usd"]},
      "status":{"type":"string","enum":["queued","running","input_required"]},
      "since":{"type":"string","format":"date-time"},"note":{}},
      "required":["task_id"],"additionalProperties":false}
      """#
    #expect(WaitInput.json.schema == (try JSONValue.parse(wanted)))
  }

  @Test func aMapRefusesWithItsOwnWords() throws {
    let even = Codec<Int>.int.map(
      { $0 % 2 == 0 ? $0 / 2 : nil }, expected: "an even number", from: { $0 * 2 })
    #expect(try even.decode(8) == 4)
    #expect(even.encode(4) == Array("8".utf8))
    #expect(throws: Mismatch(faults: [Fault(pointer: .root, message: "expected an even number")])) {
      try even.decode(7)
    }
  }

  @Test func aWrappedValueOfFullDepthBecomesAValue() throws {
    let deep = (0..<JSONValue.usualDepth).reduce(JSONValue.null) { inner, _ in [inner] }
    let input = WaitInput(taskID: "t", tags: [], note: deep)
    #expect(WaitInput.json.value(of: input)["note"] == deep)
  }

  @Test(
    arguments: [
      ("staus", "status"), ("TASK_ID", "task_id"), ("task", "task_id"), ("nothing_alike", nil),
      ("tasg", "tags"), ("satuts", "status"), ("bogus", nil), ("stag", nil),
      ("", nil), (String(repeating: "a", count: 10_000), nil),
    ] as [(String, String?)])
  func theNearestWordIsFound(_ word: String, _ nearest: String?) {
    #expect(Nearest.match(for: word, among: ["tags", "task_id", "status"]) == nearest)
  }

  @Test func nullableKeepsNull() throws {
    let codec = Codec<Int>.int.nullable
    #expect(try codec.decode(nil) == nil)
    #expect(try codec.decode(3) == 3)
    #expect(codec.encode(nil) == Array("null".utf8))
    #expect(throws: Mismatch.self) { try codec.decode("x") }
  }

  @Test func bytesAndIDsHaveTheirForms() throws {
    #expect(try Codec<[UInt8]>.base64.decode("Zm8=") == Array("fo".utf8))
    #expect(throws: Mismatch.self) { try Codec<[UInt8]>.base64.decode("Zm8") }
    let id = ContentID(raw: [1])
    #expect(try Codec<ContentID>.contentID.decode(.string(id.description)) == id)
    #expect(throws: Mismatch.self) { try Codec<ContentID>.contentID.decode("bafk") }
  }
}
