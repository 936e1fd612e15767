import JSON
import Posix
import Tasks
import TestSupport
import Testing

/// Feeds changed schemas, values and patterns to the validator, and changed types to their reader.
struct SchemaFuzzTests {
  /// Holds the official suite's schemas and the values it tries on them.
  static func corpus() throws -> (schemas: [JSONValue], values: [JSONValue]) {
    let folder = Path.join(Path.parent(Path.parent(#filePath)), "JSONTests/Fixtures/draft2020-12")
    var schemas: [JSONValue] = []
    var values: [JSONValue] = []
    for file in try RealFileSystem().list(folder) where file.hasSuffix(".json") {
      let bytes = try RealFileSystem().read(Path.join(folder, file), limit: 1 << 20)
      for group in try JSONValue.parse(bytes).arrayValue ?? [] {
        schemas.append(group["schema"] ?? true)
        values += (group["tests"]?.arrayValue ?? []).compactMap { $0["data"] }
      }
    }
    return (schemas, values)
  }

  @Test func everySchemaIsCheckedOrRefusedAndEveryValueJudged() throws {
    let (schemas, values) = try Self.corpus()
    try Fuzz.run("schema", seeds: values.map(\.bytes), rounds: 200) { input, mutation in
      var document = schemas[mutation.number(below: schemas.count)]
      for _ in 0...mutation.number(below: 4) { document = mutation.graft(document, from: schemas) }
      guard let schema = Self.compiled(document) else { return }
      var value = values[mutation.number(below: values.count)]
      _ = schema.validate(value)
      value = mutation.graft(value, from: values + [document])
      guard schema.validate(value) == schema.validate(value) else {
        throw Fuzz.Finding("the same value is judged in two ways by \(document.text)")
      }
      do { _ = schema.validate(try JSONValue.parse(input)) } catch is JSONSyntaxError {}
    }
  }

  private static func compiled(_ document: JSONValue) -> Schema? {
    do throws(SchemaError) {
      return try Schema(document)
    } catch {
      #expect(!error.description.isEmpty)
      return nil
    }
  }

  static let patterns = [
    #"^(\d{3}-)?\d{4}$"#, "^[a-z][a-z0-9_]{2,39}$", #"\p{L}+|\w*?\b"#, "(a|aa)+$",
    "^(([a-z])+.)+[A-Z]",
    "(x+x+)+y", "[^\\]-]{2,}", "(?:a|b(?:c|d))*", #"\u{1F600}|\cA|\x41|\0"#, "a{2}{3}", "a{0,1000}",
    "((a{0,20}){0,20}){0,20}", "(.*)(.*)(.*)(.*)(.*)(.*)$",
  ]

  @Test func everyPatternIsRefusedOrMatchesInTimeThatGrowsNoFasterThanItsText() throws {
    let texts = [
      "", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!", "xxxxxxxxxxxxxxxxxxxxxxxxxx", "é😀\n",
    ]
    try Fuzz.run("pattern", seeds: Self.patterns.map { Array($0.utf8) }, rounds: 80) {
      input, mutation in
      let source = String(decoding: input, as: UTF8.self)
      do throws(Pattern.Refusal) {
        let pattern = try Pattern(source)
        for text in texts { _ = pattern.matches(text) }
        _ = pattern.matches(String(repeating: "a", count: 1 + mutation.number(below: 200)))
        _ = pattern.matches(String(source.prefix(200)))
      } catch {
        #expect(!error.reason.isEmpty)
      }
    }
  }

  @Test func everyTypeIsTakenOrNamedInItsError() throws {
    let (schemas, values) = try Self.corpus()
    try Fuzz.run("task type", seeds: values.map(\.bytes), rounds: 80) { _, mutation in
      let input = mutation.graft(schemas[mutation.number(below: schemas.count)], from: schemas)
      let output = mutation.graft(schemas[mutation.number(below: schemas.count)], from: schemas)
      do throws(TaskTypeError) {
        let type = try TaskType(
          name: "t", title: "T", description: "d", inputSchema: input, outputSchema: output)
        for _ in 0..<3 {
          let value = mutation.graft(values[mutation.number(below: values.count)], from: values)
          let spec = TaskSpec(
            name: "n", title: "t", taskType: "t", input: value,
            inputCid: type.inputSchemaCid, inputSchemaCid: type.inputSchemaCid,
            launch: LaunchPlan(profile: "p", adapter: .text, executable: nil))
          _ = (type.faults(inInput: value), type.faults(inOutput: value, of: spec))
        }
      } catch {
        #expect(error.description.contains("task type t"))
      }
    }
  }
}
