/// Chooses what of the creator's environment an agent sees: an allow-list, never a copy.
package enum AgentEnvironment {
  package static let allowed = ["PATH", "HOME", "USER", "SHELL", "LANG", "TERM"]
  package static let allowedPrefix = "LC_"

  /// Names the attempt to its own processes.
  package enum Name {
    package static let task = "ERRAND_TASK_ID"
    package static let attemptN = "ERRAND_ATTEMPT_N"
    /// Task and attempt: who finds it here, or in an ancestor, works for that attempt.
    package static let attempt = "ERRAND_ATTEMPT"
    /// Task, attempt and store; the mark by which left-over processes are found.
    package static let mark = "ERRAND_ATTEMPT_MARK"
    package static let artifacts = "ERRAND_ARTIFACTS"
    /// Task and attempt, to the supervisor, which ends all that carries the marker: what an agent
    /// lets go of becomes a child of it.
    package static let supervised = "ERRAND_SUPERVISES"
    /// The file with which its own commands act for the attempt.
    package static let pass = "ERRAND_ATTEMPT_FILE"
    package static let temporary = "TMPDIR"
    package static let ours = [task, attemptN, attempt, mark, artifacts, pass]
  }

  package struct Chosen: Sendable, Hashable {
    /// Stored with the task.
    package var plain: [String: String]
    /// Kept in a file of the task's own until it ends.
    package var secret: [String: String]
  }

  /// Takes the allowed variables and the profile's own; what is passed by name counts as secret.
  package static func choose(
    from environment: [String: String], profile: AgentProfile, alsoPassing names: [String] = []
  ) -> Chosen {
    var plain = environment.filter { name, _ in
      allowed.contains(name) || name.hasPrefix(allowedPrefix)
    }
    for (name, value) in profile.environment { plain[name] = value }
    var secret: [String: String] = [:]
    for name in profile.passedNames + names where plain[name] == nil && !Name.ours.contains(name) {
      secret[name] = environment[name]
    }
    return Chosen(plain: plain, secret: secret)
  }

  /// Leaves of an agent's environment what a command that checks its work sees: the fixed few, what
  /// the configuration passes to all, and whose attempt it is; no key of the agent's, and nothing
  /// with which to act in its name.
  package static func ofCheck(
    _ environment: [String: String], alsoPassing names: [String]
  ) -> [String: String] {
    let kept = Set(allowed + names + Name.ours + [Name.temporary]).subtracting([Name.pass])
    return environment.filter { name, _ in kept.contains(name) || name.hasPrefix(allowedPrefix) }
  }
}
