import Agents
import JSON
import Posix
import TaskStore
import Tasks

/// Is the conversation an attempt goes on with, found, put back and held.
struct SessionRevival {
  let conversation: Brief.Conversation
  /// What was known of it when it was left.
  let session: AttemptSession?
  /// What the agent should hear of it, and people, too.
  var notes: [String] = []
  /// What people alone should: where its files were is nothing to an agent that goes on.
  private(set) var asides: [String] = []
  /// Stands in a judge's prompt where it has no copy of what it judges.
  var background: String?
  /// Nobody else writes to the conversation while this lives.
  private let held: Held?

  private final class Held: Sendable {
    let lock: FileLock
    init(_ lock: consuming FileLock) { self.lock = lock }
  }

  static let none = SessionRevival(conversation: .new, session: nil, held: nil)

  private init(conversation: Brief.Conversation, session: AttemptSession?, held: Held?) {
    self.conversation = conversation
    self.session = session
    self.held = held
  }

  /// Finds what the attempt goes on with; a conversation that cannot be had ends the attempt, since
  /// an empty one in its place would do harm unseen.
  static func prepare(
    for record: TaskRecord, in store: TaskStore,
    environment: [String: String], directory: String
  ) throws(Unfit) -> SessionRevival {
    if let earlier = record.attempts.last?.resumes {
      guard let session = record.attempts.first(where: { $0.attemptN == earlier })?.session
      else { throw unavailable("attempt \(earlier) has no conversation") }
      let folder = AttemptFolders(layout: store.layout, record: record, attemptN: earlier)
      var revival = try revive(session, .extend, folder, record, store, environment, directory)
      revival.notes += record.answers(to: earlier)
      return revival
    }
    guard let source = record.spec.continuation else { return .none }
    guard record.judges else {
      return try carriedOn(source, record, store, environment, directory)
    }
    do throws(Unfit) {
      var copy = try carriedOn(source, record, store, environment, directory)
      copy.background = JudgedWork.text(for: record, in: store)
      copy.notes.append(
        copy.conversation == .new
          ? "The judge has no copy of the conversation it judges: it starts from a briefing."
          : "This is a copy of the conversation of attempt \(source.attemptN) of task "
            + "\(source.taskId). You are its judge now, and nobody else will see it go on.")
      return copy
    } catch {
      // A judge can read by its tools what it was to have a copy of.
      var anew = Self.none
      anew.notes = ["The judge has no copy of the conversation it judges. \(error.error.message)"]
      anew.background = JudgedWork.text(for: record, in: store, because: error.error.message)
      return anew
    }
  }

  private static func carriedOn(
    _ source: Continuation, _ record: TaskRecord, _ store: TaskStore,
    _ environment: [String: String], _ directory: String
  ) throws(Unfit) -> SessionRevival {
    guard let session = source.session else { return .none }
    guard let task = try task(source.taskId, store) else {
      throw unavailable("the task it belongs to is gone")
    }
    let folder = AttemptFolders(layout: store.layout, record: task, attemptN: source.attemptN)
    var revival = try revive(
      session, source.mode, folder, record, store, environment, directory)
    revival.notes += task.answers(to: source.attemptN)
    return revival
  }

  private static func task(_ id: TaskID, _ store: TaskStore) throws(Unfit) -> TaskRecord? {
    do throws(StoreError) { return try store.lastKnown(id: id) } catch {
      throw Unfit(.storeError, "The source of the conversation cannot be read: \(error).")
    }
  }

  private static func revive(
    _ session: AttemptSession, _ mode: Continuation.Mode, _ source: AttemptFolders,
    _ record: TaskRecord, _ store: TaskStore, _ environment: [String: String],
    _ directory: String
  ) throws(Unfit) -> SessionRevival {
    let (id, plan) = (session.agentSessionId, record.spec.launch)
    guard session.canBeTakenUp(by: plan),
      let home = SessionHome.of(plan, environment: environment), SessionHome.isPlain(id)
    else { throw unavailable("this agent cannot take it up") }
    var held: Held?
    if mode == .extend {
      guard let lock = try lock(session, store.layout) else {
        throw unavailable("another attempt is writing to it")
      }
      held = Held(lock)
    }
    var notes: [String] = []
    var asides: [String] = []
    let files = SessionFiles()
    let isThere = try fit { () throws(SystemError) in try files.has(id, in: home) }
    let isWhole = try fit { () throws(SystemError) in try files.isWhole(id, in: home) }
    // A copy begins with what was kept, since the original may have gone on: where conversations
    // follow the directory, the kept one is put where the new one is looked for first.
    if !isThere || !isWhole || (mode == .fork && home.followsDirectory) {
      let isKept = try fit { () throws(SystemError) in
        try files.restore(id, from: source.session.files, to: home, directory: directory)
      }
      guard isKept || isThere else { throw unavailable("its file is gone, and none was kept") }
      if !isThere {
        asides.append("The agent's own file of the conversation was gone; the kept one is back.")
      }
    }
    if directory != session.directory {
      notes.append("The conversation was held in \(session.directory); it goes on in \(directory).")
    }
    let conversation: Brief.Conversation =
      mode == .extend
      ? .resume(id: id, spent: session.totals) : .fork(id: id, spent: session.totals)
    var revival = SessionRevival(conversation: conversation, session: session, held: held)
    revival.notes = notes
    revival.asides = asides
    return revival
  }

  /// Waits a moment: the attempt before may be on its way out.
  private static func lock(
    _ session: AttemptSession, _ layout: StoreLayout
  ) throws(Unfit) -> FileLock? {
    try fit { () throws(SystemError) in
      try RealFileSystem().createDirectories(layout.sessionLocks)
      let name = "\(session.adapter.rawValue)-\(session.agentSessionId)"
      return try FileLock.acquire(
        Path.join(layout.sessionLocks, name + ".lock"), until: .after(.seconds(5)))
    }
  }

  private static func unavailable(_ why: String) -> Unfit {
    Unfit(.sessionUnavailable, "The conversation cannot be gone on with: \(why).")
  }
}
