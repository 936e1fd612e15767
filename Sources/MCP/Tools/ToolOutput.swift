import JSON

/// Is what a tool can give back.
package protocol ToolOutput: Sendable {
  /// Promises the shape of the structured content; nil if there is none.
  static var outputSchema: JSONValue? { get }
  var result: ToolResult { get }
}

/// Gives any declared shape as structured content, and the same as compact JSON in one text block.
extension ToolOutput where Self: JSONCodable {
  package static var outputSchema: JSONValue? { json.schema }
  package var result: ToolResult { .structured(Self.json.encode(self)) }
}

/// Gives content blocks only: for texts that are the thing itself, such as an artifact's.
package struct ContentOutput: ToolOutput {
  package var blocks: [ContentBlock]

  package init(_ blocks: [ContentBlock]) { self.blocks = blocks }

  package static var outputSchema: JSONValue? { nil }
  package var result: ToolResult { .content(blocks) }
}

/// Is the result of a call, its output's type forgotten.
package enum ToolResult: Sendable, Hashable {
  /// Holds the compact JSON of an object.
  case structured([UInt8])
  case content([ContentBlock])
  case failure(ToolFailure)

  package init(_ output: some ToolOutput) { self = output.result }

  /// Appends the members of a CallToolResult, without braces.
  func writeMembers(to bytes: inout [UInt8], _ version: ProtocolVersion) {
    switch self {
    case .structured(let json):
      bytes.reserveCapacity(bytes.count + json.count * 9 / 4 + 256)
      bytes += Self.textOpening
      Self.append(quoting: json, to: &bytes)
      bytes += Self.structuredKey
      bytes += json
      bytes += Self.success
    case .content(let blocks):
      let shown = blocks.filter { $0.minimumVersion <= version }.map(\.value)
      bytes += Self.contentKey
      bytes += JSONValue.array(shown).bytes
      bytes += Self.success
    case .failure(let failure):
      bytes += Self.textOpening
      Self.append(quoting: failure.textBytes, to: &bytes)
      bytes += Self.failed
    }
  }

  private static let contentKey = Array(#""content":"#.utf8)
  private static let textOpening = Array(#""content":[{"type":"text","text":""#.utf8)
  private static let structuredKey = Array(#""}],"structuredContent":"#.utf8)
  private static let success = Array(#","isError":false"#.utf8)
  private static let failed = Array(#""}],"isError":true"#.utf8)

  /// Appends text as the inside of a JSON string: compact JSON, or lines, in which nothing else is
  /// to be escaped.
  private static func append(quoting text: [UInt8], to bytes: inout [UInt8]) {
    var start = 0
    for index in text.indices {
      let byte = text[index]
      guard byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") || byte == UInt8(ascii: "\n")
      else { continue }
      bytes += text[start..<index]
      bytes.append(UInt8(ascii: "\\"))
      if byte == UInt8(ascii: "\n") {
        bytes.append(UInt8(ascii: "n"))
        start = index + 1
      } else {
        start = index
      }
    }
    bytes += text[start...]
  }
}
