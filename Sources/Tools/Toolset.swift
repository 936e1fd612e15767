/// Names the groups of tools that are switched on or off together.
package enum Toolset: String, Sendable, CaseIterable {
  case tasks, artifacts, review
  /// Is on only where a client asks for it.
  case manage
  /// Lends tasks to workers outside this program.
  case worker
  /// Is offered, with `tasks`, to clients that show pages beside the conversation.
  case app
  /// Is offered to an agent inside an attempt, and to nobody else.
  case attempt

  /// Those that are offered where nothing is chosen.
  package static let usual: [Toolset] = [.tasks, .artifacts, .review]

  /// Those among which a client may choose.
  package static let chosen: [Toolset] = usual + [.manage, .worker]
}
