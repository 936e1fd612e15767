import JSON

/// Introduces the server: one set of words for both eras.
package struct ServerCard: Sendable {
  package var name: String
  package var title: String
  package var version: String
  /// Is static text, at most 1,500 characters.
  package var instructions: String

  package init(name: String, title: String, version: String, instructions: String) {
    self.name = name
    self.title = title
    self.version = version
    self.instructions = instructions
  }

  var implementation: JSONValue {
    ["name": .string(name), "title": .string(title), "version": .string(version)]
  }
}
