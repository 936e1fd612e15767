import Agents
import Posix
import TaskStore
import Tasks

/// Says how our own programs are started: their arguments, environment and inherited descriptors.
package enum SuperviseCommand {
  /// The number under which a supervisor finds its attempt's lock, taken before it was born.
  package static let lockDescriptor: Int32 = 3

  package static func arguments(_ task: TaskID, _ attempt: Int) -> [String] {
    ["supervise", task.description, "\(attempt)"]
  }

  /// Carries over what finds the configuration, and names the store; no attempt's marker.
  package static func environment(
    _ environment: [String: String], root: String
  ) -> [String: String] {
    var kept = environment
    for name in AgentEnvironment.Name.ours { kept[name] = nil }
    kept["ERRAND_HOME"] = root
    return kept
  }
}
