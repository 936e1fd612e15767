import Agents
import JSON
import MCP
import Posix
import Runner
import TaskStore
import Tasks

/// Binds bytes to a task as one of its artifacts.
package struct TasksArtifactsUpload: TaskTool {
  package let workshop: Workshop
  package let name = "tasks_artifacts_upload"
  package let title = "Add an artifact"
  package let summary = """
    Adds a file, report or other content to a task's artifacts, from text, base 64 or a file \
    under the task's directory or the start directory.
    """
  package let hints = ToolHints(
    readOnly: false, destructive: false, idempotent: true, openWorld: false)
  package let group = Toolset.artifacts

  package struct Input: JSONCodable {
    var task: TaskReference
    var attemptN: Int?
    var kind: String
    var title: String?
    var text: String?
    var bytes: [UInt8]?
    var path: String?
    var contentType: String?
    var contentEncoding: String?
    var team: String?
    var diary: String?

    var content: GivenContent {
      GivenContent(text: text, bytes: bytes, path: path, contentType: contentType)
    }

    package static let json = Codec.object(
      Self.init, unknownKeys: .refused, TaskPlace.taskField(\.task),
      optional("attempt_n", \.attemptN, .int(1...100_000), "Attempt; absent: the task itself."),
      defaulted("kind", \.kind, word, "file", "file, report, diff, log or another word."),
      optional("title", \.title, .text(1...200), "Its title; for a file, its name."),
      GivenContent.textField(\.text), GivenContent.bytesField(\.bytes),
      GivenContent.pathField(\.path), GivenContent.typeField(\.contentType),
      optional("content_encoding", \.contentEncoding, word, "Such as gzip."),
      TaskPlace.teamField(\.team), TaskPlace.diaryField(\.diary))

    private static let word = Codec<String>.string(
      pattern: "^[a-z][a-z0-9_-]{0,31}$", expected: "a word of a-z, 0-9, _ and -"
    ) { text in
      let bytes = Array(text.utf8)
      return (1...32).contains(bytes.count) && (0x61...0x7A).contains(bytes[0])
        && bytes.allSatisfy {
          (0x61...0x7A).contains($0) || (0x30...0x39).contains($0) || $0 == 0x5F || $0 == 0x2D
        }
    }
  }

  package func waits(_ input: Input) -> Bool { input.content.isLarge }

  package func perform(_ input: Input, _ caller: Caller) throws(ToolFailure) -> Output {
    let own = try workshop.contributing()
    let task = try workshop.find(
      TaskPlace(task: input.task, team: input.team, diary: input.diary))
    let attemptN = own?.ledger.attemptN ?? input.attemptN
    guard own?.record.id ?? task.id == task.id, input.attemptN ?? attemptN == attemptN else {
      throw .notYourTask
    }
    if let number = attemptN {
      _ = try task.attempt(number)
      if task.hasLostWorker(ofAttempt: number, now: .now) { throw .leaseLost(task) }
    }
    guard task.artifacts.count < TaskRecord.Limit.artifacts else { throw .tooManyArtifacts }
    let kept = try workshop.keep(
      input.content, for: task, tool: name, caller)
    let named = CleanText.line(input.title ?? kept.fileName ?? input.kind, limit: 200)
    let title = (own?.redactor ?? Redactor([:])).redacted(named)
    let (store, id) = (try workshop.store(), Self.freshID())
    var bound: Artifact?
    let record = try naming { () throws(StoreError) in
      try store.change(.id(task.id), by: caller.actor) { (record) throws(StoreError) in
        // Its file may have taken long.
        let isLost = attemptN.map { record.hasLostWorker(ofAttempt: $0, now: .now) } ?? false
        if isLost || own.map({ !$0.ledger.owns(record) }) ?? false {
          throw .refused(IllegalTransition(event: "artifact_bound", cause: .lostLease))
        }
        let same = record.artifacts.first {
          $0.cid == kept.cid && $0.kind == input.kind && $0.title == title
            && $0.attemptN == attemptN
        }
        if let same {
          bound = same
          return nil
        }
        let artifact = Artifact(
          id: id, attemptN: attemptN, kind: input.kind, title: title,
          contentType: kept.contentType, contentEncoding: input.contentEncoding,
          sizeBytes: kept.size, cid: kept.cid, createdAt: .now, createdBy: caller.actor)
        bound = artifact
        return .artifactBound(artifact)
      }
    }
    guard let bound else { preconditionFailure("a change was acknowledged that nobody decided") }
    return Output(artifact: ArtifactView(bound, of: record.id), note: Output.Note())
  }

  private static func freshID() -> String {
    var random = SystemRandomNumberGenerator()
    return TaskID.make(at: .now, using: &random).description
  }

  package struct Output: JSONCodable, ToolOutput {
    var artifact: ArtifactView
    var note: Note

    struct Note: JSONCodable {
      var hint = "tasks_artifacts_list shows all of the task's artifacts."
      static let json = Codec.object(
        Self.init(hint:), required("hint", \.hint, .string))
    }

    package static let json = Codec.beside(
      ArtifactView.json, Note.json, make: { Output(artifact: $0, note: $1) },
      parts: { ($0.artifact, $0.note) }
    ).lean
  }
}

extension ToolFailure {
  fileprivate static let notYourTask = ToolFailure(
    code: "attempt_scope",
    summary: "Inside an attempt, artifacts go to its own task only. Nothing was done.",
    faults: [
      Fault(
        pointer: JSONPointer(tokens: ["task_id"]), message: "is not the task you work on")
    ], nextStep: "Name the task you work on.")

  fileprivate static let tooManyArtifacts = ToolFailure(
    code: "limit", summary: "A task holds at most \(TaskRecord.Limit.artifacts) artifacts.",
    nextStep: "Put several files into one archive.")
}
