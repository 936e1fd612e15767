import JSON
import MCP
import TaskStore
import Tasks

/// Is stored content and what is known of it.
package struct FoundContent: Sendable {
  package var cid: ContentID
  package var size: Int
  package var contentType: String
  var title: String
  /// Is the content itself where it stands in a task's record and in no file of its own.
  var inline: [UInt8]?

  func note(hint: String) -> JSONObject {
    [
      "cid": .string(cid.description), "contentType": .string(contentType),
      "sizeBytes": .integer(size), "hint": .string(hint),
    ]
  }
}

extension TaskRecord {
  /// Finds the task's input, or the output of an attempt, by the content id that names it.
  func payload(_ cid: ContentID, attempt number: Int?) -> FoundContent? {
    let attempts = attempts.filter { number == nil || $0.attemptN == number }
    let output = attempts.first { $0.outputCid == cid }?.output
    guard output != nil || number == nil && spec.inputCid == cid else { return nil }
    let value = output ?? spec.input
    let bytes: [UInt8]
    // It has been named by its canonical form, so it has one.
    do throws(CanonicalFormError) { bytes = try value.canonical } catch { return nil }
    return FoundContent(
      cid: cid, size: bytes.count, contentType: ContentType.json,
      title: output == nil ? "input" : "output", inline: bytes)
  }
}

extension Workshop {
  /// Finds an artifact of a task by its content id, as a page asks for it.
  package func artifact(
    _ cid: String, of task: TaskReference
  ) throws(ToolFailure) -> FoundContent {
    let task = try find(TaskPlace(task: task, team: nil, diary: nil))
    return try content(of: task) { $0.cid.description == cid }
  }

  /// Finds the first artifact of a task that is meant.
  func content(
    of task: TaskRecord, where isMeant: (Artifact) -> Bool
  ) throws(ToolFailure) -> FoundContent {
    guard let artifact = task.artifacts.first(where: isMeant) else {
      throw ToolFailure(
        code: FailureCode.notFound.rawValue,
        summary: "Task \(task.spec.name) has no such artifact.",
        faults: [Fault(pointer: JSONPointer(tokens: ["cid"]), message: "unknown content id")],
        nextStep: "Call tasks_artifacts_list to see which there are.")
    }
    let view = ArtifactView(artifact, of: task.id)
    return FoundContent(
      cid: artifact.cid, size: artifact.sizeBytes, contentType: view.contentType,
      title: view.title)
  }

  /// Finds content by its id alone: who knows the id of bytes has had them, or was told.
  func staged(
    _ cid: ContentID, at place: JSONPointer = JSONPointer(tokens: ["cid"]), _ title: String? = nil
  ) throws(ToolFailure) -> FoundContent {
    let store = try store()
    let size = try naming { () throws(StoreError) in try store.blobs.size(cid) }
    guard let size else {
      throw ToolFailure(
        code: FailureCode.notFound.rawValue, summary: "Nothing is stored under this content id.",
        faults: [Fault(pointer: place, message: "unknown content id")],
        nextStep: "Call tasks_artifacts_list with a task_id to see which there are.")
    }
    let beginning = try naming { () throws(StoreError) in
      try store.blobs.read(cid, offset: 0, count: min(size, ContentType.probe))
    }
    return FoundContent(
      cid: cid, size: size, contentType: ContentType.guess(name: title, beginning: beginning),
      title: "content")
  }
}
