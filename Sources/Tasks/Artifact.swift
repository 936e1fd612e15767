import JSON

/// Binds immutable bytes, stored once by content, to a task.
package struct Artifact: Sendable, Hashable {
  package var id: String
  /// Absent for what was bound to the task itself.
  package var attemptN: Int?
  /// file, branch, report, diff, log, trace, screenshot, input or another word.
  package var kind: String
  package var title: String
  package var contentType: String
  package var contentEncoding: String?
  package var sizeBytes: Int
  package var cid: ContentID
  package var createdAt: Timestamp
  package var createdBy: Actor

  package init(
    id: String, attemptN: Int?, kind: String, title: String, contentType: String,
    contentEncoding: String? = nil, sizeBytes: Int, cid: ContentID, createdAt: Timestamp,
    createdBy: Actor
  ) {
    self.id = id
    self.attemptN = attemptN
    self.kind = kind
    self.title = title
    self.contentType = contentType
    self.contentEncoding = contentEncoding
    self.sizeBytes = sizeBytes
    self.cid = cid
    self.createdAt = createdAt
    self.createdBy = createdBy
  }
}
