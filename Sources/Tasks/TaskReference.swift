import JSON

/// Names a task the way people and models do: by its id or by its name.
package enum TaskReference: Sendable, Hashable, CustomStringConvertible {
  case id(TaskID)
  case name(String)

  /// Reads any text; what is no id is a name, which then may simply not be found.
  package init(_ text: String) {
    // Ids are made in lower case but pasted in any.
    if text.utf8.count == 36, let id = TaskID(text.lowercased()) {
      self = .id(id)
    } else {
      self = .name(text)
    }
  }

  /// Tells whether a task can be called that at all; the look-up may be spared otherwise.
  package var isWellFormed: Bool {
    switch self {
    case .id: true
    case .name(let name): TaskName.isValid(name)
    }
  }

  package var description: String {
    switch self {
    case .id(let id): id.description
    case .name(let name): name
    }
  }
}

extension TaskReference: JSONCodable {
  package static let json = Codec<String>.string(length: 1...200).map(
    { TaskReference($0) }, expected: "an id or a name of a task", from: { $0.description })
}

extension Codec where Value == TaskReference {
  package static var taskReference: Codec<TaskReference> { TaskReference.json }
}
