import Agents
import JSON
import Posix
import TaskStore
import Tasks

/// Lets an agent's own tools act for its attempt: the secret in it is the attempt's lease.
///
/// It lies beside the secrets, closed to other users, for as long as the attempt lasts; its path is
/// in the agent's environment, and in the environment of the server that is named to it.
package struct AttemptPass: Sendable, Hashable {
  package var store: String
  package var task: TaskID
  package var attemptN: Int
  package var leaseId: String
  /// The longest one call may keep the agent waiting.
  package var patienceSec: Int
  /// Is the file whose limits, profiles and types hold for what the agent makes; its own
  /// environment may name another, or none.
  package var configuration: String?

  /// Names the attempt as its processes do.
  package var marker: String { "\(task)/\(attemptN)" }

  /// Says who acts with it, for the audit trail.
  package var actor: Actor { Actor(kind: .attempt, name: marker) }

  package init(
    store: String, task: TaskID, attemptN: Int, leaseId: String, patienceSec: Int,
    configuration: String? = nil
  ) {
    self.store = store
    self.task = task
    self.attemptN = attemptN
    self.leaseId = leaseId
    self.patienceSec = patienceSec
    self.configuration = configuration
  }

  /// Reads the pass that the environment names; nil where it names none.
  package static func named(
    in environment: [String: String]
  ) throws(PassError) -> AttemptPass? {
    guard let path = environment[AgentEnvironment.Name.pass] else { return nil }
    let bytes: [UInt8]
    do throws(SystemError) {
      bytes = try RealFileSystem().read(path, limit: 64 << 10)
    } catch {
      throw .unreadable(path, error)
    }
    do {
      return try json.decode(JSONValue.parse(bytes))
    } catch {
      throw .malformed(path)
    }
  }

  /// Writes it, and names the server that acts with it.
  func tools(
    writtenTo path: String, executable: String, mark: AttemptMark, files: any FileSystem
  ) throws(SystemError) -> AgentTools {
    try files.createDirectories(Path.parent(path))
    try files.createFile(path).append(Self.json.encode(self))
    return AgentTools(
      command: executable, arguments: ["serve"],
      environment: [
        AgentEnvironment.Name.attempt: marker, AgentEnvironment.Name.pass: path,
        "ERRAND_HOME": store,
      ].merging(mark.variable) { $1 })
  }
}

extension AttemptPass: JSONCodable {
  package static let json = Codec.object(
    Self.init(store:task:attemptN:leaseId:patienceSec:configuration:),
    required("store", \.store, .string, "The store's folder."),
    required("task", \.task, TaskID.json, "The task."),
    required("attemptN", \.attemptN, .int(1 ... .max), "The attempt."),
    required("leaseId", \.leaseId, .string, "Its secret."),
    required("patienceSec", \.patienceSec, .int(0...86_400), "Longest wait of one call."),
    optional("configuration", \.configuration, .string, "The configuration's file."))
}

/// Says why a pass lets nobody in.
package enum PassError: Error, Sendable, CustomStringConvertible {
  case unreadable(String, SystemError)
  case malformed(String)

  package var description: String {
    switch self {
    case .unreadable(let path, let error): "the attempt's file \(path) cannot be read: \(error)"
    case .malformed(let path): "\(path) is no attempt's file"
    }
  }
}
