import JSON
import Testing

@Suite struct SchemaTests {
  @Test(arguments: [
    (#"{"foo":1}"#, SchemaError.unsupportedKeyword("foo", at: JSONPointer(tokens: ["foo"]))),
    (
      ##"{"properties":{"a":{"$dynamicRef":"#x"}}}"##,
      .unsupportedKeyword(
        "$dynamicRef", at: JSONPointer(tokens: ["properties", "a", "$dynamicRef"]))
    ),
    (
      #"{"format":"colour"}"#, .unknownFormat("colour", at: JSONPointer(tokens: ["format"]))
    ),
    (
      #"{"$ref":"https://example.com/x"}"#,
      .unresolvedReference("https://example.com/x", at: JSONPointer(tokens: ["$ref"]))
    ),
    (
      ##"{"$ref":"#/$defs/a"}"##,
      .unresolvedReference("#/$defs/a", at: JSONPointer(tokens: ["$ref"]))
    ),
    (##"{"$ref":"#"}"##, .endlessReference(at: .root)),
    (
      ##"{"$defs":{"a":{"allOf":[{"$ref":"#/$defs/a"}]}}}"##,
      .endlessReference(at: JSONPointer(tokens: ["$defs", "a"]))
    ),
    (
      #"{"pattern":"(?=a)"}"#,
      .unsupportedPattern(
        "(?=a)", at: JSONPointer(tokens: ["pattern"]), reason: "lookahead cannot be used here")
    ),
  ])
  func whatCannotBeCheckedIsRefused(_ source: String, _ wanted: SchemaError) throws {
    let document = try JSONValue.parse(source)
    #expect(throws: wanted) { try Schema(document) }
  }

  @Test(arguments: [
    "1", "[]", #"{"type":"text"}"#, #"{"type":[]}"#, #"{"type":["string","string"]}"#,
    #"{"enum":[]}"#, #"{"enum":1}"#, #"{"minimum":"1"}"#, #"{"multipleOf":0}"#,
    #"{"minLength":-1}"#, #"{"maxItems":1.5}"#, #"{"required":[1]}"#, #"{"required":"a"}"#,
    #"{"items":[{}]}"#, #"{"allOf":[]}"#, #"{"anyOf":{}}"#, #"{"properties":[]}"#,
    #"{"properties":{"a":1}}"#, #"{"uniqueItems":1}"#, #"{"title":1}"#, #"{"examples":1}"#,
    #"{"$schema":"https://json-schema.org/draft/2019-09/schema"}"#, #"{"then":1}"#,
    #"{"items":{"$schema":"https://json-schema.org/draft/2020-12/schema"}}"#, #"{"$ref":1}"#,
    #"{"$defs":{"a":{"$anchor":"x"},"b":{"$anchor":"x"}}}"#, #"{"dependentRequired":{"a":1}}"#,
    #"{"minContains":"1"}"#, #"{"$defs":{"a":"b"}}"#,
  ])
  func whatIsNoSchemaIsRefused(_ source: String) throws {
    let document = try JSONValue.parse(source)
    let error = try #require(throws: SchemaError.self) { try Schema(document) }
    guard case .malformed = error else {
      Issue.record("\(source): \(error)")
      return
    }
  }

  @Test func annotationsAreAccepted() throws {
    let schema = try Schema([
      "$schema": "http://json-schema.org/draft-07/schema#", "$id": "https://example.com/s",
      "title": "t", "description": "d", "$comment": "c", "default": 1, "examples": [1],
      "deprecated": true, "readOnly": false, "writeOnly": false, "contentEncoding": "base64",
      "contentMediaType": "text/plain", "definitions": ["a": ["type": "integer"]],
      "properties": ["x": ["$ref": "https://example.com/s#/definitions/a"]],
    ])
    #expect(schema.validate(["x": 1]) == [])
    #expect(schema.validate(["x": "1"]).count == 1)
  }

  @Test(arguments: [
    (#"{"type":["string","null"]}"#, "1", "expected null or a string, found 1"),
    (#"{"enum":["a",2]}"#, #""b""#, #"expected one of "a", 2, found "b""#),
    (#"{"minimum":3}"#, "2", "expected at least 3, found 2"),
    (#"{"multipleOf":0.1}"#, "0.35", "expected a multiple of 0.1, found 0.35"),
    (#"{"maxLength":2}"#, #""abc""#, "expected at most 2 characters, found 3"),
    (#"{"pattern":"^a"}"#, #""b""#, #"expected a string that matches ^a, found "b""#),
    (#"{"format":"date"}"#, #""b""#, #"expected a date such as 2026-11-21, found "b""#),
    (
      #"{"properties":{"a":{"items":{"type":"null"}}}}"#, #"{"a":[null,0]}"#,
      "/a/1: expected null, found 0"
    ),
    (#"{"required":["a/b"]}"#, "{}", "/a~1b: required"),
    (#"{"additionalProperties":false}"#, #"{"x":1}"#, "/x: nothing may stand here"),
    (#"{"uniqueItems":true}"#, "[1,1.0]", "/1: stands in the array before"),
    (
      #"{"anyOf":[{"required":["a","b","c"]},{"required":["d"]}]}"#, "{}",
      "matches none of 2 alternatives; the nearest one says: /d: required"
    ),
    // The tag says which was meant, whichever has the fewest faults.
    (
      #"""
      {"oneOf":[{"properties":{"k":{"const":"a"}}},
        {"properties":{"k":{"const":"b"}},"required":["k","d"]}]}
      """#, #"{"k":"b"}"#, "/d: required"
    ),
    (
      #"{"oneOf":[{},true]}"#, "1", "matches 2 of 2 alternatives, where one must match"
    ),
    (#"{"dependentRequired":{"a":["b"]}}"#, #"{"a":1}"#, #"/b: required beside "a""#),
    (
      #"{"contains":{"const":1},"minContains":2}"#, "[1]",
      "expected at least 2 matching items, found 1"
    ),
  ])
  func faultsSayWhatAndWhere(_ schema: String, _ value: String, _ fault: String) throws {
    let faults = try Schema(try JSONValue.parse(schema)).validate(try JSONValue.parse(value))
    #expect(faults.map(\.description) == [fault])
  }

  @Test func recursionFollowsTheValueAndIsBounded() throws {
    let schema = try Schema([
      "$ref": "#/$defs/node",
      "$defs": [
        "node": ["type": "array", "items": ["allOf": [["$ref": "#/$defs/node"]]]]
      ],
    ])
    func nested(_ depth: Int, _ inmost: JSONValue) -> JSONValue {
      (0..<depth).reduce(inmost) { inner, _ in [inner] }
    }
    #expect(schema.validate(nested(30, [])) == [])
    #expect(schema.validate(nested(30, 1)).count == 1)
    let deep = schema.validate(nested(1_000, []))
    #expect(deep.map(\.message) == ["too deep or too costly to check with this schema"])
  }

  @Test func aSchemaThatWouldTakeForeverIsCutShort() throws {
    var definitions: JSONObject = ["d0": ["type": "string"]]
    for level in 1...40 {
      let below: JSONValue = ["$ref": .string("#/$defs/d\(level - 1)")]
      definitions["d\(level)"] = ["anyOf": [below, below]]
    }
    let schema = try Schema(["$defs": .object(definitions), "not": ["$ref": "#/$defs/d40"]])
    // Unfinished is never taken for valid, not even under a negation.
    #expect(!schema.validate(1).isEmpty)
  }

  @Test func aSchemaThatNestsTooDeepIsRefused() throws {
    func nested(_ depth: Int) -> JSONValue {
      (0..<depth).reduce(["type": "null"]) { inner, _ in ["not": inner] }
    }
    #expect(try Schema(nested(90)).validate(1) == Schema(nested(2)).validate(1))
    #expect(try Schema(nested(128)).validate(1).count == 1)
    #expect(throws: SchemaError.tooLarge) { try Schema(nested(129)) }
    let wide = JSONValue.array(Array(repeating: true, count: 10_000))
    #expect(throws: SchemaError.tooLarge) { try Schema(["anyOf": wide]) }
  }

  @Test func faultsAreBounded() throws {
    let schema = try Schema(["items": ["type": "string"]])
    #expect(schema.validate(.array(Array(repeating: 1, count: 500))).count == Faults.limit)
  }

  @Test(arguments: [
    ("0.3", "0.1", true), ("0.35", "0.1", false), ("1e308", "1e-8", true), ("7", "3.5", true),
    ("12345678901234567890123", "3", true), ("12345678901234567890124", "3", false),
    ("0", "7", true), ("-21", "7", true), ("1e22", "3", false), ("3e22", "3", true),
  ])
  func multiplesAreDecimal(_ value: String, _ divisor: String, _ isMultiple: Bool) throws {
    let schema = try Schema(["multipleOf": try JSONValue.parse(divisor)])
    #expect(schema.validate(try JSONValue.parse(value)).isEmpty == isMultiple)
  }
}
