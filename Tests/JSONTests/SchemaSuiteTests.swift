import JSON
import TestSupport
import Testing

/// Runs the chosen part of the official JSON Schema test suite (draft 2020-12), formats asserted.
@Suite struct SchemaSuiteTests {
  @Test(arguments: SuiteFile.keywords + SuiteFile.formats)
  func theOfficialSuiteAgrees(_ file: String) throws {
    var refused: [String] = []
    var count = 0
    for group in try SuiteFile.groups(file) {
      let title = group["description"]?.stringValue ?? ""
      let document = try #require(group["schema"])
      let schema: Schema
      do throws(SchemaError) {
        schema = try Schema(document)
      } catch {
        refused.append(error.subject)
        continue
      }
      for test in group["tests"]?.arrayValue ?? [] {
        let faults = schema.validate(try #require(test["data"]))
        let wanted: Bool = test["valid"] == true
        count += 1
        let name = test["description"]?.stringValue ?? ""
        #expect(faults.isEmpty == wanted, "\(file): \(title): \(name): \(faults)")
      }
    }
    #expect(refused == SuiteFile.refused[file] ?? [])
    #expect(count > 0)
  }
}

extension SchemaError {
  /// Gives the word or reference that was refused.
  fileprivate var subject: String {
    switch self {
    case .unsupportedKeyword(let name, _): name
    case .unresolvedReference(let reference, _): reference
    case .malformed, .unknownFormat, .unsupportedPattern, .endlessReference, .tooLarge:
      description
    }
  }
}

/// Finds the suite's files beside this one.
private enum SuiteFile {
  static let keywords = [
    "additionalProperties", "allOf", "anchor", "anyOf", "bignum", "boolean_schema", "const",
    "contains", "content", "default", "dependentRequired", "dependentSchemas",
    "ecmascript-regex", "enum", "exclusiveMaximum", "exclusiveMinimum", "float-overflow",
    "if-then-else", "infinite-loop-detection", "items", "maxContains", "maxItems", "maxLength",
    "maxProperties", "maximum", "minContains", "minItems", "minLength", "minProperties",
    "minimum", "multipleOf", "non-bmp-regex", "not", "oneOf", "pattern", "patternProperties",
    "prefixItems", "properties", "propertyNames", "ref", "required", "type",
    "unevaluatedItems", "unevaluatedProperties", "uniqueItems",
  ]

  static let formats = [
    "date", "date-time", "duration", "email", "hostname", "ipv4", "ipv6", "json-pointer",
    "regex", "time", "uri", "uri-reference", "uuid",
  ].map { "format/" + $0 }

  /// Names what the schemas that are refused when they are loaded ask for.
  static let refused: [String: [String]] = [
    "anchor": Array(repeating: "$id below the root", count: 3),
    "content": ["contentSchema"],
    "ecmascript-regex": [metaschema],
    "ref": [metaschema] + Array(repeating: "$id below the root", count: 11),
    "unevaluatedItems": ["$id below the root"],
    "unevaluatedProperties": ["$id below the root"],
  ]
  private static let metaschema = "https://json-schema.org/draft/2020-12/schema"

  static func groups(_ file: String) throws -> [JSONValue] {
    let folder = "\(#filePath)".split(separator: "/").dropLast().joined(separator: "/")
    let text = try readText("/\(folder)/Fixtures/draft2020-12/\(file).json")
    return try #require(try JSONValue.parse(text).arrayValue)
  }
}
