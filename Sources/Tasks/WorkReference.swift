import JSON

/// Names earlier work, stored content or something outside that a task is about.
package struct WorkReference: Sendable, Hashable {
  /// Says what it is to the task.
  package enum Role: String, Sendable, Hashable, CaseIterable, JSONCodable {
    case judgedWork = "judged_work"
    case reviewedDiff = "reviewed_diff"
    case targetSource = "target_source"
    case context
    package static let json = Codec<Role>.enumeration
  }

  package enum Target: Sendable, Hashable {
    /// A task's output; without an attempt the one that counts when it is read.
    case task(TaskID, attemptN: Int?, outputCid: ContentID?)
    /// Content that is bound to the task as an artifact when it is created.
    case content(ContentID, contentType: String, sizeBytes: Int)
    case outside(url: String)
  }

  package var role: Role
  package var target: Target
  package var title: String?

  package init(role: Role, target: Target, title: String? = nil) {
    self.role = role
    self.target = target
    self.title = title
  }

  /// Bounds the references of one task.
  package static let most = 20

  /// Names the kind of what is outside, by its address.
  package static func kind(of url: String) -> String {
    let parts = url.split(separator: "/", omittingEmptySubsequences: false)
    guard parts.count >= 7, parts[2] == "github.com", Int(parts[6]) != nil else {
      return "http_url"
    }
    return parts[5] == "pull" ? "github_pr" : parts[5] == "issues" ? "github_issue" : "http_url"
  }
}

extension WorkReference: JSONCodable {
  /// Stands flat: `taskId`, `cid` or `url` tell what it names.
  package static let json = Codec<WorkReference>.object(
    assembled,
    required("role", \.role, Role.json, "What it is to the task."),
    optional("taskId", { Self.task($0.target)?.id }, TaskID.json, "The earlier task."),
    optional("attemptN", { Self.task($0.target)?.attemptN }, .int(1 ... .max), "Its attempt."),
    optional("outputCid", { Self.task($0.target)?.cid }, .contentID, "Its output."),
    optional("cid", { Self.content($0.target)?.cid }, .contentID, "The content."),
    optional("contentType", { Self.content($0.target)?.type }, .string, "Its media type."),
    optional("sizeBytes", { Self.content($0.target)?.size }, .int, "Its size."),
    optional("kind", { Self.url($0.target).map(kind) }, .string, "Kind of what is outside."),
    optional("url", { Self.url($0.target) }, .string, "Where it is."),
    optional("title", \.title, .string, "What it is called."))

  private static func assembled(
    role: Role, task: TaskID?, attemptN: Int?, outputCid: ContentID?, cid: ContentID?,
    contentType: String?, sizeBytes: Int?, kind: String?, url: String?, title: String?
  ) -> WorkReference {
    let target: Target =
      if let task {
        .task(task, attemptN: attemptN, outputCid: outputCid)
      } else if let cid {
        .content(cid, contentType: contentType ?? ContentType.bytes, sizeBytes: sizeBytes ?? 0)
      } else {
        .outside(url: url ?? "")
      }
    return WorkReference(role: role, target: target, title: title)
  }

  private static func task(
    _ target: Target
  ) -> (id: TaskID, attemptN: Int?, cid: ContentID?)? {
    if case .task(let id, let attemptN, let cid) = target { (id, attemptN, cid) } else { nil }
  }

  private static func content(
    _ target: Target
  ) -> (cid: ContentID, type: String, size: Int)? {
    if case .content(let cid, let type, let size) = target { (cid, type, size) } else { nil }
  }

  private static func url(_ target: Target) -> String? {
    if case .outside(let url) = target { url } else { nil }
  }
}

extension TaskSpec {
  /// Binds the content it refers to, so that it can be read before anything has run.
  func boundArtifacts(at moment: Moment) -> [Artifact] {
    references.enumerated().compactMap { index, reference in
      guard case .content(let cid, let type, let size) = reference.target else { return nil }
      return Artifact(
        id: "reference-\(index + 1)", attemptN: nil, kind: "input",
        title: reference.title ?? "input \(index + 1)", contentType: type, sizeBytes: size,
        cid: cid, createdAt: moment.at, createdBy: moment.by)
    }
  }

  /// Lists the tasks it names, which must stay as long as it does.
  package var namedTasks: [TaskID] {
    [parentId].compactMap(\.self) + referredTasks + (claimCondition?.tasks ?? [])
  }

  /// Lists the tasks whose work it is about.
  package var referredTasks: [TaskID] {
    references.compactMap {
      if case .task(let id, _, _) = $0.target { id } else { nil }
    }
  }
}
