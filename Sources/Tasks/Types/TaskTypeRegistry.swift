import JSON
import Synchronization

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
  package static func isOwn(_ name: String) -> Bool { !makers.contains { $0.name == name } }

  /// The types that need no file of the user's.
  package static let builtIn = TaskTypeRegistry(makers.map { made($0.make) })

  /// Gives one of them: who needs no other is spared the reading of all their schemas.
  package static func builtIn(named name: String) -> TaskType? {
    known.withLock { known in
      if let type = known[name] { return type }
      let type = makers.first { $0.name == name }.map { made($0.make) }
      known[name] = type
      return type
    }
  }

  /// Keeps what was made: workers ask once for each task they might take.
  private static let known = Mutex<[String: TaskType]>([:])

  private typealias Maker = @Sendable () throws(TaskTypeError) -> TaskType

  private static let makers: [(name: String, make: Maker)] = [
    ("freeform", TaskType.freeform), ("fulfill_brief", TaskType.fulfillBrief),
    ("assess_brief", TaskType.assessBrief), ("curate_pack", TaskType.curatePack),
    ("render_pack", TaskType.renderPack), ("judge_pack", TaskType.judgePack),
    ("run_eval", TaskType.runEval), ("judge_eval_attempt", TaskType.judgeEvalAttempt),
    ("pr_review", TaskType.prReview), ("command", TaskType.command),
  ]

  private static func made(_ make: Maker) -> TaskType {
    do throws(TaskTypeError) {
      return try make()
    } catch {
      // Literals of ours: a test loads them, so this is a build that was never tested.
      preconditionFailure(error.description)
    }
  }

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
