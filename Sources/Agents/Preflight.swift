import Tasks

/// Settles who would run a task and where, before anything is stored.
package struct Preflight: Sendable {
  package let catalog: ProfileCatalog
  package let directories: DirectoryPolicy
  private let environment: [String: String]
  private let passedNames: [String]

  /// Holds a resolved launch whose environment is not yet stored.
  package struct Resolved: Sendable, Hashable {
    package var plan: LaunchPlan
    package var environment: [String: String]
    package var secrets: [String: String]
    package var profile: AgentProfile
  }

  package init(
    catalog: ProfileCatalog, directories: DirectoryPolicy, environment: [String: String],
    passedNames: [String] = []
  ) {
    self.catalog = catalog
    self.directories = directories
    self.environment = environment
    self.passedNames = passedNames
  }

  /// Resolves a profile by name, or the default one.
  package func resolve(profile name: String?) throws(PreflightError) -> Resolved {
    guard let chosen = name ?? catalog.defaultName else {
      if let refused = catalog.refusedDefault { throw .profileRequired(refusedDefault: refused) }
      throw .agentMissing(profile: nil, reason: catalog.absences.joined(separator: "; "))
    }
    guard let entry = catalog[chosen] else {
      // Those that are known and not here would help nobody.
      let here = catalog.entries.filter { $0.isAvailable || $0.profile.source != .found }
      throw .profileUnknown(chosen, known: here.prefix(20).map(\.profile.name))
    }
    switch entry.availability {
    case .unavailable(let reason): throw .agentMissing(profile: chosen, reason: reason)
    case .available(let executable): return resolved(entry.profile, executable)
    }
  }

  /// Resolves the directory a task would work in.
  package func directory(_ path: String) throws(PreflightError) -> String {
    try directories.check(path)
  }

  private func resolved(_ profile: AgentProfile, _ executable: String?) -> Resolved {
    // An outside worker has an environment of its own, and no secret of the user's.
    let chosen =
      profile.adapter == .worker
      ? AgentEnvironment.Chosen(plain: [:], secret: [:])
      : AgentEnvironment.choose(from: environment, profile: profile, alsoPassing: passedNames)
    let plan = LaunchPlan(
      profile: profile.name, adapter: profile.adapter, executable: executable,
      arguments: profile.arguments, secretNames: chosen.secret.keys.sorted(),
      settings: profile.settings,
      // Profiles of one program use one login, unless they set variables of their own.
      account: profile.account ?? (profile.environment.isEmpty ? executable : nil),
      setup: profile.setup, setupTimeoutSec: profile.setupTimeoutSec)
    return Resolved(
      plan: plan, environment: chosen.plain, secrets: chosen.secret, profile: profile)
  }
}
