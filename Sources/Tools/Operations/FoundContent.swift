import JSON
import MCP
import TaskStore
import Tasks

/// Is stored content and what is known of it.
struct FoundContent: Sendable {
  var cid: ContentID
  var size: Int
  var contentType: String
  var title: String

  func note(hint: String) -> JSONObject {
    [
      "cid": .string(cid.description), "contentType": .string(contentType),
      "sizeBytes": .integer(size), "hint": .string(hint),
    ]
  }
}

extension Workshop {
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
