import JSON
import JSONRPC
import MCP
import Posix
import TaskStore
import Tasks

/// Is content that is stored, and what is known of it.
struct StoredContent: Sendable {
  var cid: ContentID
  var size: Int
  var contentType: String
  /// Is the file's own name, where it came from a file.
  var fileName: String?
}

extension Workshop {
  /// Bounds a file that is copied; text and base 64 are bounded by the line they come in.
  static let artifactLimit = 1 << 30
  /// Bounds how long a file is copied, below the time a call may take.
  private static let copyTime = Duration.seconds(40)

  /// Stores what was handed in; `task` opens its own places for paths.
  func keep(
    _ given: GivenContent, for task: TaskRecord?, tool: String, _ caller: Caller
  ) throws(ToolFailure) -> StoredContent {
    let store = try store()
    switch (given.text, given.bytes, given.path) {
    case (let text?, nil, nil):
      let (cid, size) = try naming { () throws(StoreError) in
        try store.blobs.put(Array(text.utf8))
      }
      return StoredContent(
        cid: cid, size: size, contentType: given.contentType ?? ContentType.text)
    case (nil, let bytes?, nil):
      let (cid, size) = try naming { () throws(StoreError) in try store.blobs.put(bytes) }
      let guess = ContentType.guess(name: nil, beginning: Array(bytes.prefix(ContentType.probe)))
      return StoredContent(cid: cid, size: size, contentType: given.contentType ?? guess)
    case (nil, nil, let path?):
      return try copy(path, given.contentType, for: task, caller)
    case (nil, nil, nil):
      throw .argument(
        "content_base64", "required: exactly one of text, content_base64 and path", tool: tool)
    default:
      throw .argument(
        given.path == nil ? "text" : "path", "give only one of text, content_base64 and path",
        tool: tool)
    }
  }

  private func copy(
    _ path: String, _ contentType: String?, for task: TaskRecord?, _ caller: Caller
  ) throws(ToolFailure) -> StoredContent {
    let (store, resolved) = (try store(), try allowedFile(path, for: task))
    let deadline = MonotonicTime.after(Self.copyTime)
    let stored: BlobStore.Stored
    do throws(StoreError) {
      stored = try store.blobs.put(path: resolved, limit: Self.artifactLimit) {
        !caller.cancellation.isCancelled && deadline > .now
      }
    } catch {
      throw Self.failure(error, copying: path, resolved, caller)
    }
    let beginning = try naming { () throws(StoreError) in
      try store.blobs.read(stored.cid, offset: 0, count: ContentType.probe)
    }
    let name = Path.name(resolved)
    let guess = ContentType.guess(name: name, beginning: beginning)
    return StoredContent(
      cid: stored.cid, size: stored.size, contentType: contentType ?? guess, fileName: name)
  }

  /// Tells trouble with the file from trouble with the store, and both from having been given up.
  private static func failure(
    _ error: StoreError, copying path: String, _ resolved: String, _ caller: Caller
  ) -> ToolFailure {
    guard case .disk(let cause) = error else { return ToolFailure(error) }
    if cause.isCancelled { return caller.cancellation.isCancelled ? .cancelled : .tooSlow(path) }
    guard cause.subject == resolved else { return ToolFailure(error) }
    if cause.isTooLarge {
      return .path(path, "it is larger than \(artifactLimit >> 20) MiB", .tooLarge)
    }
    return .path(path, "it cannot be read: \(cause.reason)", .unreadable)
  }
}

extension ToolFailure {
  fileprivate static let cancelled = ToolFailure(
    code: "cancelled",
    summary: "The call was cancelled while the file was copied. Nothing was stored.",
    nextStep: "Call again if it is still wanted.")

  fileprivate static func tooSlow(_ path: String) -> ToolFailure {
    .path(path, "copying it took longer than a call may take", .tooSlow)
  }
}
