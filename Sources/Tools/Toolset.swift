/// Names the groups of tools that are switched on or off together.
package enum Toolset: String, Sendable, CaseIterable {
  case tasks, artifacts, review
  /// Is offered to an agent inside an attempt, and to nobody else.
  case attempt

  /// Those among which a client may choose.
  package static let chosen: [Toolset] = [.tasks, .artifacts, .review]
}
