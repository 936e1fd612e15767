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
  }

  package let entries: [Entry]
  /// The name of the profile taken when none is given, if there is one.
  package let defaultName: String?
  /// The name of a configured default that is not taken, since it runs commands.
  package let refusedDefault: String?

  /// Merges configured profiles, known agents and the built-in one; the configured win by name.
  package init(
    configured: [AgentProfile], defaultName: String?, path: String,
    find: (_ program: String, _ path: String) -> String? = ProfileCatalog.findOnPath
  ) {
    var profiles = configured
    for profile in AgentProfile.known + [.shell]
    where !profiles.contains(where: { $0.name == profile.name }) {
      profiles.append(profile)
    }
    let entries = profiles.map { profile in
      Entry(profile: profile, availability: Self.availability(of: profile, path: path, find: find))
    }
    self.entries = entries
    // Commands are never run because nobody said otherwise: `shell` needs to be named.
    let isRefused = entries.contains {
      $0.profile.name == defaultName && $0.profile.adapter == .shell
    }
    refusedDefault = isRefused ? defaultName : nil
    // Nobody who asked for another profile is given an agent, which may cost money.
    let first = entries.first { $0.isAvailable && $0.profile.adapter != .shell }
    self.defaultName = isRefused ? nil : defaultName ?? first?.profile.name
  }

  package subscript(name: String) -> Entry? { entries.first { $0.profile.name == name } }

  package static func findOnPath(_ program: String, _ path: String) -> String? {
    Environment.which(program, path: path)
  }

  private static func availability(
    of profile: AgentProfile, path: String, find: (String, String) -> String?
  ) -> Availability {
    guard let executable = profile.executable else {
      return profile.adapter == .shell
        ? .available(executable: nil) : .unavailable(reason: "the profile names no executable")
    }
    guard let found = find(executable, path) else {
      return .unavailable(reason: reason(executable))
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
