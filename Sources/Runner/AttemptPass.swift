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

  /// Names the attempt as its processes do.
  package var marker: String { "\(task)/\(attemptN)" }

  /// Says who acts with it, for the audit trail.
  package var actor: Actor { Actor(kind: .attempt, name: marker) }

  package init(store: String, task: TaskID, attemptN: Int, leaseId: String, patienceSec: Int) {
    self.store = store
    self.task = task
    self.attemptN = attemptN
    self.leaseId = leaseId
    self.patienceSec = patienceSec
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
    writtenTo path: String, executable: String, environment: [String: String],
    files: any FileSystem
  ) throws(SystemError) -> AgentTools {
    try files.createDirectories(Path.parent(path))
    try files.createFile(path).append(Self.json.encode(self))
    var handedOn = [
      AgentEnvironment.Name.attempt: marker, AgentEnvironment.Name.pass: path,
      "ERRAND_HOME": store,
    ]
    // By its files the server knows types and profiles; the agent's own may name others.
    for name in ["ERRAND_CONFIG", "XDG_CONFIG_HOME"] { handedOn[name] = environment[name] }
    return AgentTools(command: executable, arguments: ["serve"], environment: handedOn)
  }
}

extension AttemptPass: JSONCodable {
  package static let json = Codec.object(
    Self.init(store:task:attemptN:leaseId:patienceSec:),
    required("store", \.store, .string, "The store's folder."),
    required("task", \.task, TaskID.json, "The task."),
    required("attemptN", \.attemptN, .int(1 ... .max), "The attempt."),
    required("leaseId", \.leaseId, .string, "Its secret."),
    required("patienceSec", \.patienceSec, .int(0...86_400), "Longest wait of one call."))
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
