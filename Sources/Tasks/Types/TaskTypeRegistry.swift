import JSON

/// Holds the task types that may be named, in the order they are listed.
package struct TaskTypeRegistry: Sendable {
  /// Names a file that holds no type that can be used, and says why.
  package struct Problem: Sendable, Hashable {
    package var file: String
    package var reason: String

    package init(file: String, reason: String) {
      self.file = file
      self.reason = reason
    }
  }

  package private(set) var types: [TaskType]
  package private(set) var problems: [Problem] = []

  package init(_ types: [TaskType]) {
    self.types = types
  }

  package subscript(name: String) -> TaskType? { types.first { $0.name == name } }

  package var names: [String] { types.map(\.name) }

  /// Tells whether a type is the user's own.
  package static func isOwn(_ name: String) -> Bool { builtIn[name] == nil }

  /// The types that need no file of the user's.
  package static let builtIn: TaskTypeRegistry = {
    do throws(TaskTypeError) {
      return TaskTypeRegistry([
        try .freeform(), try .fulfillBrief(), try .assessBrief(), try .curatePack(),
        try .renderPack(), try .judgePack(), try .runEval(), try .judgeEvalAttempt(),
        try .prReview(), try .command(),
      ])
    } catch {
      // Literals of ours: a test loads them, so this is a build that was never tested.
      preconditionFailure(error.description)
    }
  }()

  /// Adds a type from its file; one that cannot be used is noted and stops nothing else.
  package mutating func add(file: String, _ bytes: [UInt8]) {
    do {
      let type = try TaskType(file: JSONValue.parse(bytes))
      guard self[type.name] == nil else {
        note(
          file,
          Self.isOwn(type.name)
            ? "there is another type named \(type.name)"
            : "\(type.name) is built in and cannot be replaced")
        return
      }
      types.append(type)
    } catch {
      note(file, CleanText.line("\(error)", limit: 600))
    }
  }

  /// Notes a file that could not even be read.
  package mutating func note(_ file: String, _ reason: String) {
    problems.append(Problem(file: file, reason: reason))
  }
}
