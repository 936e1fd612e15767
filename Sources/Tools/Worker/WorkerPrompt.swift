import JSON
import Runner
import TaskStore
import Tasks

/// Renders what a worker is told of its task, the same whenever it is asked for.
enum WorkerPrompt {
  static let hint = """
    The prompt is cut: tasks_artifacts_download with this task_id, promptCid as cid, and offset \
    set to nextOffset has the rest.
    """

  /// Says where the rest of a prompt is.
  struct Cut {
    var cid: ContentID
    /// Counts the bytes that were shown.
    var nextOffset: Int
  }

  static func text(
    for record: TaskRecord, in store: TaskStore
  ) throws(StoreError) -> String {
    Prompt.render(
      record.spec, try store.type(of: record.spec), feedback: record.feedback,
      background: JudgedWork.text(for: record, in: store))
  }

  static func cid(of prompt: String) -> ContentID { ContentID(raw: Array(prompt.utf8)) }

  /// Finds the prompt by its content id while a worker holds the task: it stands in no file.
  static func content(
    _ cid: ContentID, of record: TaskRecord, in store: TaskStore
  ) throws(StoreError) -> FoundContent? {
    guard record.status.isActive, record.latestAttempt?.worker != nil else { return nil }
    let bytes = Array(try text(for: record, in: store).utf8)
    guard ContentID(raw: bytes) == cid else { return nil }
    return FoundContent(
      cid: cid, size: bytes.count, contentType: ContentType.text, title: "prompt",
      inline: bytes)
  }
}
