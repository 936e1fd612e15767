import JSON

/// Writes JSON for reading and comparing: two blanks a level, short values on one line.
struct IndentedText {
  let text: String

  init(_ value: JSONValue) { text = Self.write(value, indent: 0) }

  private static let width = 100

  private static func write(_ value: JSONValue, indent: Int) -> String {
    let line = value.text
    if line.utf8.count + indent <= width { return line }
    let blanks = String(repeating: " ", count: indent + 2)
    let end = "\n" + String(repeating: " ", count: indent)
    switch value {
    case .object(let object):
      let lines = object.map { key, value in
        blanks + JSONValue.string(key).text + ": " + write(value, indent: indent + 2)
      }
      return "{\n" + lines.joined(separator: ",\n") + end + "}"
    case .array(let items):
      let lines = items.map { blanks + write($0, indent: indent + 2) }
      return "[\n" + lines.joined(separator: ",\n") + end + "]"
    case .null, .bool, .integer, .bigInteger, .double, .string: return line
    }
  }
}
