import Agents
import JSON
import Posix
import TaskStore
import Tasks

/// Remembers an attempt's conversation on disk from the moment its agent names it, so that whoever
/// ends the attempt can keep it.
struct SessionKeeper: Sendable {
  private let folders: AttemptFolders
  private let plan: LaunchPlan
  private let conversation: Brief.Conversation
  private let directory: String
  /// The version that led the conversation last.
  private let expectedVersion: String?
  private var noted: AttemptSession?

  init(
    folders: AttemptFolders, plan: LaunchPlan, conversation: Brief.Conversation,
    directory: String, expectedVersion: String?
  ) {
    self.folders = folders
    self.plan = plan
    self.conversation = conversation
    self.directory = directory
    self.expectedVersion = expectedVersion
  }

  /// Notes what the agent says of its conversation; answers what people should know of it.
  mutating func note(_ session: AgentSession, totals: Usage?) -> String? {
    // Another than was asked for is none of this task's.
    guard conversation.admits(session.id) else { return nil }
    let fresh = AttemptSession(
      agentSessionId: session.id, kind: session.isInPlaceOfCopy ? .root : conversation.kind,
      adapter: plan.adapter, program: plan.executable.map(Path.name), directory: directory,
      agentVersion: session.agentVersion, totals: totals)
    guard fresh != noted else { return nil }
    let isFirst = noted == nil
    noted = fresh
    do throws(SystemError) {
      try RealFileSystem().replace(folders.session.note, with: AttemptSession.json.encode(fresh))
    } catch {
      return "The conversation cannot be noted, and will not be kept: \(error)."
    }
    guard isFirst, conversation != .new, let expectedVersion, let now = session.agentVersion,
      now != expectedVersion
    else { return nil }
    return "The conversation was led by version \(expectedVersion) before; this is \(now)."
  }

  /// Keeps the conversation an attempt has noted, once none of its processes lives; nil if it has
  /// noted none. Trouble is told and takes nothing else away.
  static func keep(
    _ folders: AttemptFolders, _ plan: LaunchPlan, environment: [String: String],
    _ tell: (String) -> Void
  ) -> AttemptSession? {
    let files = RealFileSystem()
    do throws(SystemError) {
      guard try files.exists(folders.session.note) else { return nil }
      let bytes = try files.read(folders.session.note, limit: 1 << 20)
      guard let value = try? JSONValue.parse(bytes),
        var session = try? AttemptSession.json.decode(value)
      else {
        // It is replaced whole: such a one was changed by somebody else.
        tell("The note of the conversation cannot be read.")
        return nil
      }
      guard let home = SessionHome.of(plan, environment: environment) else { return session }
      switch try SessionFiles(files: files).save(
        session.agentSessionId, from: home, to: folders.session.files)
      {
      case .stored: session.stored = true
      case .missing: break
      case .tooLarge: tell("The conversation is too large to be kept.")
      }
      return session
    } catch {
      tell("The conversation could not be kept: \(error).")
      return nil
    }
  }
}

extension Brief.Conversation {
  var kind: AttemptSession.Kind {
    switch self {
    case .new: .root
    case .resume: .extend
    case .fork: .fork
    }
  }
}
