import JSON

/// Bounds everything that could grow: the table of those limits that a person may set.
///
/// Sizes are in bytes here and in MiB in the configuration.
package struct Limits: Sendable, Hashable {
  /// Tasks that wait to be started, in one store.
  package var queued = 10_000
  /// Tasks one task may make, and how deep they may be nested.
  package var subtasks = 100
  package var depth = 4
  /// Schedules of one store.
  package var schedules = 1000
  /// What all attempts of a task may say.
  package var messages = 1024 << 20
  /// What is kept of an attempt's raw output, and of its error output.
  package var transcript = 64 << 20
  package var errors = 8 << 20
  /// Files an attempt may leave as artifacts, how large each and all may be.
  package var artifactFiles = 200
  package var artifact = 256 << 20
  package var artifacts = 1024 << 20

  package init() {}
}

extension Limits: JSONCodable {
  package static let json = Codec.object(
    {
      (
        queued: Int, subtasks: Int, depth: Int, schedules: Int, messages: Int,
        transcript: Int, errors: Int, artifactFiles: Int, artifact: Int, artifacts: Int
      ) in
      var made = Limits()
      made.queued = queued
      made.subtasks = subtasks
      made.depth = depth
      made.schedules = schedules
      made.messages = messages
      made.transcript = transcript
      made.errors = errors
      made.artifactFiles = artifactFiles
      made.artifact = artifact
      made.artifacts = artifacts
      return made
    },
    defaulted("queued", \.queued, .int(1...100_000), standard.queued, "Tasks that wait."),
    defaulted("subtasks", \.subtasks, .int(0...10_000), standard.subtasks, "Made by one task."),
    defaulted("depth", \.depth, .int(0...100), standard.depth, "Of tasks made by tasks."),
    defaulted("schedules", \.schedules, .int(0...10_000), standard.schedules, "Standing orders."),
    defaulted(
      "messagesMiB", \.messages, .mebibytes, standard.messages, "What a task's attempts may say."),
    defaulted(
      "transcriptMiB", \.transcript, .mebibytes, standard.transcript, "Raw output of an attempt."),
    defaulted("errorsMiB", \.errors, .mebibytes, standard.errors, "Error output of an attempt."),
    defaulted(
      "artifactFiles", \.artifactFiles, .int(0...1000), standard.artifactFiles,
      "Files an attempt leaves."),
    defaulted("artifactMiB", \.artifact, .mebibytes, standard.artifact, "One of these files."),
    defaulted("artifactsMiB", \.artifacts, .mebibytes, standard.artifacts, "All of them."))

  private static let standard = Limits()
}

extension Codec<Int> {
  /// Writes bytes as whole MiB.
  fileprivate static var mebibytes: Codec<Int> {
    Codec<Int>.int(1...1_048_576).map(
      { $0 << 20 }, expected: "a number of MiB", from: { max(1, $0 >> 20) })
  }
}

extension StoreError {
  static func tooManyQueued(_ count: Int) -> StoreError {
    .limit(
      "\(count) tasks wait already, which is the limit (limits.queued).",
      next: "Wait until tasks have ended, cancel some, or have the user raise limits.queued.")
  }

  static func tooManySubtasks(_ count: Int) -> StoreError {
    .limit(
      "This task has made \(count) tasks, which is the limit (limits.subtasks).",
      next: "Do the rest in the task itself, or have the user raise limits.subtasks.")
  }

  static func tooDeep(_ depth: Int) -> StoreError {
    .limit(
      "Tasks made by tasks are nested \(depth) deep already, which is the limit (limits.depth).",
      next: "Do the work in the task itself, or have the user raise limits.depth.")
  }

  static func tooManySchedules(_ count: Int) -> StoreError {
    .limit(
      "There are \(count) schedules, which is the limit (limits.schedules).",
      next: "Remove some with schedules_delete, or have the user raise limits.schedules.")
  }

  static func tooLongALine(_ bytes: Int, limit: Int) -> StoreError {
    .limit(
      "A change of \(bytes) bytes is more than the \(limit >> 20) MiB the journal takes of one.",
      next: "Put large content into a file or an artifact, and name it.")
  }
}
