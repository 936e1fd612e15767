import JSON
import MCP

/// Says no more than that something was taken, and how to go on.
package struct Acknowledgement: JSONCodable, ToolOutput {
  var hint: String

  package static let json = Codec.object(Self.init, required("hint", \.hint, .string)).lean
}
