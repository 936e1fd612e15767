import JSON

/// Holds the task types that may be named, in the order they are listed.
package struct TaskTypeRegistry: Sendable {
  package let types: [TaskType]

  package init(_ types: [TaskType]) {
    self.types = types
  }

  package subscript(name: String) -> TaskType? { types.first { $0.name == name } }

  package var names: [String] { types.map(\.name) }

  /// The types that need no file of the user's.
  package static let builtIn: TaskTypeRegistry = {
    do throws(TaskTypeError) {
      return TaskTypeRegistry([try .freeform(), try .command()])
    } catch {
      // Literals of ours: a test loads them, so this is a build that was never tested.
      preconditionFailure(error.description)
    }
  }()
}
