import JSON

/// States what a tool does to the world; clients decide by it what runs in parallel and what needs
/// leave.
package struct ToolHints: Sendable, Hashable {
  package var readOnly: Bool
  package var destructive: Bool
  package var idempotent: Bool
  package var openWorld: Bool

  /// Takes all four: a hint left out means something else to each client.
  package init(readOnly: Bool, destructive: Bool, idempotent: Bool, openWorld: Bool) {
    self.readOnly = readOnly
    self.destructive = destructive
    self.idempotent = idempotent
    self.openWorld = openWorld
  }

  /// Only reads what is ours.
  package static let reading = ToolHints(
    readOnly: true, destructive: false, idempotent: true, openWorld: false)

  /// The title is not among them: it stands in the entry itself.
  var annotations: JSONValue {
    [
      "readOnlyHint": .bool(readOnly),
      "destructiveHint": .bool(destructive), "idempotentHint": .bool(idempotent),
      "openWorldHint": .bool(openWorld),
    ]
  }
}
