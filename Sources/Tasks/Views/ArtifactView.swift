import JSON

/// Shows one artifact of a task, without its bytes.
package struct ArtifactView: Sendable, Hashable {
  package var id: String
  package var taskId: TaskID
  package var attemptN: Int?
  package var kind: String
  package var title: String
  package var contentType: String
  package var contentEncoding: String?
  package var sizeBytes: Int
  package var cid: ContentID
  package var sha256: String
  package var createdAt: Timestamp
  package var createdBy: Actor
}

extension ArtifactView {
  package init(_ artifact: Artifact, of task: TaskID) {
    self.init(
      id: artifact.id.cleanedWord, taskId: task, attemptN: artifact.attemptN,
      kind: CleanText.line(artifact.kind, limit: ViewLimit.tag),
      title: CleanText.line(artifact.title, limit: ViewLimit.title),
      contentType: CleanText.line(artifact.contentType, limit: ViewLimit.title),
      contentEncoding: artifact.contentEncoding.map {
        CleanText.line($0, limit: ViewLimit.tag)
      },
      sizeBytes: artifact.sizeBytes, cid: artifact.cid,
      sha256: Hex.encode(artifact.cid.digest), createdAt: artifact.createdAt,
      createdBy: artifact.createdBy.cleaned)
  }
}

extension ArtifactView: JSONCodable {
  package static let json = Codec.object(
    Self.init(
      id:taskId:attemptN:kind:title:contentType:contentEncoding:sizeBytes:cid:sha256:createdAt:
      createdBy:),
    required("id", \.id, .string, "Names the binding."),
    required("taskId", \.taskId, TaskID.json, "The task it belongs to."),
    optional("attemptN", \.attemptN, .int, "The attempt that left it."),
    required("kind", \.kind, .string, "file, report, diff or another word."),
    required("title", \.title, .string, "Its title."),
    required("contentType", \.contentType, .string, "Media type."),
    optional("contentEncoding", \.contentEncoding, .string, "How the bytes are packed."),
    required("sizeBytes", \.sizeBytes, .int, "How many bytes."),
    required("cid", \.cid, .contentID, "Content id; names it for download."),
    required("sha256", \.sha256, .string, "Hash of the bytes, hexadecimal."),
    required("createdAt", \.createdAt, .timestamp, "When it was bound."),
    required("createdBy", \.createdBy, Actor.json, "Who bound it."))
}
