import Agents
import Posix
import Runner
import TaskStore
import Tasks

/// Takes secrets out of what ended attempts have said, in logs older than today's rules for them.
struct Redaction {
  private let files = RealFileSystem()
  private let redactor = Redactor([:])
  private let store: TaskStore
  private var changed = 0
  private var left = 0

  /// Gives what was done, in words.
  static func carryOut(_ root: String) throws(Complaint) -> [String] {
    try Repair.refuseInside()
    do throws(StoreError) {
      var redaction = Redaction(store: try TaskStore.open(root))
      var query = TaskQuery()
      query.teamId = nil
      repeat {
        let page = try redaction.store.list(query)
        for task in page.items { try redaction.clean(task) }
        query.cursor = page.nextCursor
      } while query.cursor != nil
      return redaction.words
    } catch {
      throw Complaint(
        "The logs could not be redacted in full.", why: ["\(error)"], next: error.nextStep,
        code: .tryLater)
    }
  }

  private init(store: TaskStore) { self.store = store }

  private var words: [String] {
    var words = ["took secrets out of \(changed) files; the journal is sealed and stays as it is"]
    if left > 0 { words.append("left \(left) attempts that still run") }
    return words
  }

  private mutating func clean(_ task: TaskRecord) throws(StoreError) {
    for attempt in task.attempts {
      let folder = store.layout.attemptFolder(of: task, attempt.attemptN)
      guard try exists(folder) else { continue }
      guard try store.damaged(among: [task.id]).isEmpty,
        let lock = try store.lockAttempt(task.id, attempt.attemptN)
      else {
        left += 1
        continue
      }
      let isProtocol = [.claude, .codex, .acp].contains(task.spec.launch.adapter)
      do throws(SystemError) { try cleanFiles(in: folder, isProtocol) } catch { throw .disk(error) }
      lock.release()
    }
  }

  private func exists(_ path: String) throws(StoreError) -> Bool {
    do throws(SystemError) { return try files.exists(path) } catch { throw .disk(error) }
  }

  private mutating func cleanFiles(in folder: String, _ isProtocol: Bool) throws(SystemError) {
    for name in try files.list(folder) where name.hasSuffix(".jsonl") || name.hasSuffix(".log") {
      let path = Path.join(folder, name)
      guard try files.status(path, followingLinks: false)?.kind == .file else { continue }
      let bytes = try files.read(path)
      var clean = redactor.marks(bytes) ? redactor.redacted(bytes) : bytes
      if isProtocol, name == "transcript.jsonl" { clean = StreamPiece.removed(from: clean) }
      guard clean != bytes else { continue }
      try files.replace(path, with: clean)
      changed += 1
    }
  }
}
