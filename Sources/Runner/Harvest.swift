import Agents
import JSON
import Posix
import TaskStore
import Tasks

/// Gathers what an attempt hands in: files, the change of the work tree, its output.
///
/// Trouble here is told in the messages; it never takes the result away.
struct Harvest {
  private let ledger: AttemptLedger
  private(set) var artifacts: [Artifact] = []
  /// What went wrong or was left out, in words for the messages.
  private(set) var notes: [String] = []

  private let limits: Limits
  private let redactor: Redactor

  /// Takes what is bound already, so that nothing is bound twice.
  init(
    ledger: AttemptLedger, limits: Limits, redactor: Redactor = Redactor([:]),
    bound: [Artifact] = []
  ) {
    self.ledger = ledger
    artifacts = bound.filter { $0.attemptN == ledger.attemptN }
    self.limits = limits
    self.redactor = redactor
  }

  /// Keeps the files of an attempt that nobody saw through; what cannot be kept is told in its
  /// messages.
  static func takeRest(
    of record: TaskRecord, _ ledger: AttemptLedger, in folders: AttemptFolders, _ limits: Limits,
    _ redactor: Redactor, files: any FileSystem
  ) {
    var harvest = Harvest(
      ledger: ledger, limits: limits, redactor: redactor, bound: record.artifacts)
    harvest.takeFiles(from: folders.artifacts, files: files)
    for note in harvest.notes {
      Reconciler.tell(.info(text: note, data: nil), in: folders, of: ledger.store)
    }
  }

  /// Keeps the files of the artifact folder; those that were kept before, as they are, once.
  mutating func takeFiles(from folder: String, files: any FileSystem) {
    let drop: ArtifactDrop
    do throws(SystemError) {
      guard try files.status(folder, followingLinks: false)?.kind == .directory else { return }
      drop = try ArtifactDrop(folder, limits: limits, files: files)
    } catch {
      notes.append("The artifact folder cannot be read: \(error).")
      return
    }
    notes += drop.leftOut
    for file in drop.found { keep(file, in: folder) }
  }

  /// Keeps the change of a work tree as a patch; answers how the workspace was left.
  mutating func takeChanges(
    of workTree: WorkTreeRecord, _ voice: inout AgentVoice
  ) -> AttemptWorkspace {
    do throws(GitFailure) {
      let (workspace, changes) = try workTree.end()
      voice.note(changes.headline, changes.asValue)
      keep(changes)
      warn(of: changes, workTree)
      return workspace
    } catch {
      notes.append("The change of the work tree is not known: \(error).")
      return workTree.workspace
    }
  }

  private mutating func warn(of changes: GitChanges, _ workTree: WorkTreeRecord) {
    guard !changes.isEmpty else { return }
    do {
      let neighbours = try Neighbours(of: ledger.task, beside: workTree.place, in: ledger.store)
      for found in try neighbours.findings(on: changes.files.map(\.path), workTree) {
        if let told = try ledger.warn(of: found) { notes.append(told) }
      }
    } catch {
      notes.append("Whether others have changed the same files is not known: \(error).")
    }
  }

  private mutating func keep(_ changes: GitChanges) {
    guard !changes.patch.isEmpty else { return }
    // The patch is words of ours on what changed, so no secret is shown in it; the files in the
    // directory, which it describes, are not ours to alter.
    let patch = redactor.redacted(changes.patch)
    if patch != changes.patch {
      notes.append("Secrets in the change were replaced; the patch does not restore them.")
    }
    do throws(StoreError) {
      let (cid, size) = try ledger.store.blobs.put(patch)
      try bind(
        cid, size, kind: "diff", title: "changes.diff", contentType: "text/x-diff")
    } catch {
      notes.append("The change could not be kept: \(error).")
    }
    if changes.patchCut { notes.append("The change is kept only in part: it is too large.") }
  }

  private mutating func keep(_ file: ArtifactDrop.Found, in folder: String) {
    let path = folder + "/" + file.path
    do throws(StoreError) {
      let (cid, size) = try ledger.store.blobs.put(path: path, limit: limits.artifact)
      let title = redactor.redacted(CleanText.line(file.path, limit: 300))
      if artifacts.contains(where: { $0.cid == cid && $0.title == title }) { return }
      let beginning = try ledger.store.blobs.read(cid, offset: 0, count: ArtifactDrop.Limit.probe)
      // Named by its content, a file is kept byte for byte or not at all; that it holds a secret
      // can only be told.
      if redactor.marks(beginning) {
        notes.append(
          "\(CleanText.line(file.path, limit: 200)) holds what looks like a secret; "
            + "it is kept as it is.")
      }
      try bind(
        cid, size, kind: ContentKind.kind(of: file.path),
        title: title,
        contentType: ContentType.guess(
          name: file.path, beginning: beginning, isWhole: beginning.count == size))
    } catch {
      notes.append("\(CleanText.line(file.path, limit: 200)) could not be kept: \(error).")
    }
  }

  private mutating func bind(
    _ cid: ContentID, _ size: Int, kind: String, title: String, contentType: String
  ) throws(StoreError) {
    let artifact = Artifact(
      id: RandomName.make(), attemptN: ledger.attemptN, kind: kind,
      title: redactor.redacted(title),
      contentType: contentType, sizeBytes: size, cid: cid,
      createdAt: .now, createdBy: ledger.actor)
    try ledger.bind(artifact)
    artifacts.append(artifact)
  }
}

extension GitChanges {
  fileprivate var headline: String {
    guard !isEmpty else { return "Nothing changed in the work tree." }
    let commits = commits.isEmpty ? "" : ", \(Self.count(commits.count, "new commit"))"
    let files = Self.count(files.count, "file")
    return "\(filesCut ? "At least " : "")\(files) changed\(commits)."
  }

  private static func count(_ number: Int, _ thing: String) -> String {
    "\(number) \(thing)\(number == 1 ? "" : "s")"
  }

  /// Lists what changed, shortly.
  fileprivate var asValue: JSONValue {
    let listed = files.prefix(100).map { file -> JSONValue in
      ["status": .string(file.status), "path": .string(CleanText.line(file.path, limit: 300))]
    }
    let lines = commits.prefix(20).map { JSONValue.string(CleanText.line($0, limit: 300)) }
    return ["files": .array(listed), "commits": .array(lines)]
  }
}
