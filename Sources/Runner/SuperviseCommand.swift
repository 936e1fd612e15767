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

  /// Carries over what finds the configuration, and names the store; no attempt's marker, and none
  /// of the creator's secrets, since an agent can read what its supervisor was started with.
  package static func environment(
    _ environment: [String: String], root: String
  ) -> [String: String] {
    var kept = environment.filter { name, _ in
      AgentEnvironment.allowed.contains(name) || finding.contains(name)
        || name.hasPrefix(AgentEnvironment.allowedPrefix)
    }
    kept["ERRAND_HOME"] = root
    // They stand in another directory, where a relative path would mean another file.
    if kept["ERRAND_CONFIG"] != nil {
      kept["ERRAND_CONFIG"] = Configuration.path(environment: environment)
    }
    // A crash reporter would inherit, and so hold on to, the lock of the attempt that crashed.
    kept["SWIFT_BACKTRACE"] = "enable=no"
    return kept
  }

  /// Names what says where configuration, store and temporary files are.
  private static let finding: Set<String> = ["ERRAND_CONFIG", "XDG_CONFIG_HOME", "TMPDIR"]
}
