import Posix
import Tasks

/// Lists every profile there is, and for each whether it can run here and why not.
package struct ProfileCatalog: Sendable {
  package enum Availability: Sendable, Hashable {
    /// With the program's absolute path, where the profile has a program.
    case available(executable: String?)
    case unavailable(reason: String)
  }

  package struct Entry: Sendable, Hashable {
    package let profile: AgentProfile
    package let availability: Availability

    package var isAvailable: Bool {
      if case .available = availability { true } else { false }
    }

    package var reason: String? {
      if case .unavailable(let reason) = availability { reason } else { nil }
    }

    /// Gives the environment in which its agent would run.
    package func environment(
      from own: [String: String], passing names: [String]
    ) -> [String: String] {
      let chosen = AgentEnvironment.choose(from: own, profile: profile, alsoPassing: names)
      return chosen.plain.merging(chosen.secret) { $1 }
    }
  }

  private let profiles: [AgentProfile]
  private let configuredDefault: String?
  private let path: String
  private let find: @Sendable (_ program: String, _ path: String) -> String?
  /// Tells whether somebody is logged in to an agent; nil where that cannot be known.
  private let isLoggedIn: @Sendable (Entry) -> Bool?

  /// Merges configured profiles, known agents and the built-in one; the configured win by name.
  ///
  /// Programs are looked for when they are asked about: most callers name one profile.
  package init(
    configured: [AgentProfile], defaultName: String?, path: String,
    find: @escaping @Sendable (_ program: String, _ path: String) -> String? = { program, path in
      Environment.which(program, path: path)
    },
    isLoggedIn: @escaping @Sendable (Entry) -> Bool? = { _ in nil }
  ) {
    profiles =
      configured
      + (AgentProfile.known + [.shell]).filter { known in
        !configured.contains { $0.name == known.name }
      }
    configuredDefault = defaultName
    self.path = path
    self.find = find
    self.isLoggedIn = isLoggedIn
  }

  package var entries: [Entry] { profiles.map(entry) }
  package var names: [String] { profiles.map(\.name) }

  package subscript(name: String) -> Entry? {
    profiles.first { $0.name == name }.map(entry)
  }

  /// The name of a configured default that is not taken, since it runs commands: nothing is run
  /// because nobody said otherwise, so `shell` needs to be named.
  package var refusedDefault: String? {
    profiles.contains { $0.name == configuredDefault && $0.adapter == .shell }
      ? configuredDefault : nil
  }

  /// The name of the profile taken when none is given, if there is one: the first that is installed
  /// and logged in. To find it may take asking programs.
  package var defaultName: String? {
    if refusedDefault != nil { return nil }
    // Nobody who asked for another profile is given an agent, which may cost money.
    if let configuredDefault { return configuredDefault }
    return profiles.first { profile in
      let entry = entry(profile)
      return profile.isAgent && entry.isAvailable && mayBeLoggedIn(entry)
    }?.name
  }

  /// Takes a program for logged in that does not answer, and one that its user named; any other must
  /// say so, since its name alone does not make it the agent of that name.
  private func mayBeLoggedIn(_ entry: Entry) -> Bool {
    isLoggedIn(entry) ?? (entry.profile.source != .found || AgentInquiry.knowsLogin(entry))
  }

  /// Says of the first agents why they are not the default, and of all that are here, where there is
  /// none.
  package var absences: [String] {
    let agents = entries.filter(\.profile.isAgent)
    let first = agents.filter { $0.isAvailable || $0.profile.source != .found }.map(\.profile.name)
    let told = Set(first + agents.prefix(2).map(\.profile.name))
    return agents.filter { told.contains($0.profile.name) }.map { entry in
      let standing =
        isLoggedIn(entry) == false ? "nobody is logged in" : "it is only run by its name"
      return "\(entry.profile.name): \(entry.reason ?? standing)"
    }
  }

  private func entry(_ profile: AgentProfile) -> Entry {
    Entry(profile: profile, availability: availability(of: profile))
  }

  private func availability(of profile: AgentProfile) -> Availability {
    guard let executable = profile.executable else {
      return profile.adapter == .shell || profile.adapter == .worker
        ? .available(executable: nil) : .unavailable(reason: "the profile names no executable")
    }
    guard let found = find(executable, path) else {
      return .unavailable(reason: Self.reason(executable))
    }
    return .available(executable: found)
  }

  /// Says why a program was not found; what cannot be looked at is never called missing.
  private static func reason(_ executable: String) -> String {
    guard executable.hasPrefix("/") else { return "\(executable) is not on PATH" }
    do throws(SystemError) {
      return try FileStatus.of(executable) == nil
        ? "\(executable) does not exist" : "\(executable) is not an executable file"
    } catch {
      return "\(executable) cannot be looked at: \(error.reason)"
    }
  }
}
