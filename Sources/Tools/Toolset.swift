/// Names the groups of tools that are switched on or off together.
package enum Toolset: String, Sendable, CaseIterable {
  case tasks, artifacts, review
}
