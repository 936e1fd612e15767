import Agents
import JSON
import Posix
import TaskStore
import Tasks

// What is known of an attempt that its output must agree with.
extension AttemptLedger {
  /// Gives the facts beside artifacts that are not bound yet; nil where nobody has looked for those.
  func facts(beside unbound: [Artifact]?) throws(StoreError) -> OutputFacts {
    let record = try record()
    let bound = record.artifacts.filter { $0.attemptN == attemptN }
    return OutputFacts(
      artifacts: unbound.map { bound + $0 }, variantLabel: try variantLabel(judgedBy: record.spec))
  }

  /// Gives the same to who sees an attempt through: what cannot be read is held against no output.
  func facts(beside unbound: [Artifact]?, _ voice: inout AgentVoice) -> OutputFacts {
    do throws(StoreError) { return try facts(beside: unbound) } catch {
      voice.fail(error)
      return OutputFacts()
    }
  }

  private func variantLabel(judgedBy spec: TaskSpec) throws(StoreError) -> String? {
    guard spec.taskType == "judge_eval_attempt",
      let target = spec.input["targetTaskId"]?.stringValue.flatMap({ TaskID($0) })
    else { return nil }
    return try store.task(id: target, evenInDoubt: true)?.spec.input["variantLabel"]?.stringValue
  }

  /// Names what lies in an artifact folder by its content, of which nothing is bound yet.
  func seen(in folder: String, limits: Limits, files: any FileSystem) -> [Artifact]? {
    do {
      guard try files.status(folder, followingLinks: false)?.kind == .directory else { return [] }
      return try ArtifactDrop(folder, limits: limits, files: files).found.map { file in
        let (cid, size) = try store.blobs.put(
          path: folder + "/" + file.path, limit: limits.artifact)
        return Artifact(
          id: "", attemptN: attemptN, kind: ContentKind.kind(of: file.path), title: file.path,
          contentType: ContentType.bytes, sizeBytes: size, cid: cid, createdAt: .now,
          createdBy: actor)
      }
    } catch {
      // Whoever takes the files at the end says what is wrong with them.
      return nil
    }
  }
}
