/// Refuses a task before anything is stored; each case carries its code and its cure.
package enum PreflightError: Error, Sendable, Hashable, CustomStringConvertible {
  /// No agent at all, or the program of the one that was named.
  case agentMissing(profile: String?, reason: String)
  case profileUnknown(String, known: [String])
  /// The configured default runs commands, which must be named each time.
  case profileRequired(refusedDefault: String)
  case directoryNotAbsolute(String)
  case directoryMissing(String)
  /// Whether it is there cannot be known.
  case directoryUnreadable(String, reason: String)
  case directoryNotADirectory(String)
  case directoryForbidden(String, reason: String)

  package var code: String {
    switch self {
    case .agentMissing: "agent_missing"
    case .profileUnknown: "profile_unknown"
    case .profileRequired: "profile_required"
    case .directoryNotAbsolute: "directory_not_absolute"
    case .directoryMissing: "directory_missing"
    case .directoryUnreadable: "directory_unreadable"
    case .directoryNotADirectory: "directory_not_a_directory"
    case .directoryForbidden: "directory_forbidden"
    }
  }

  package var description: String {
    switch self {
    case .agentMissing(nil, let reason): "No agent can run here: \(reason)."
    case .agentMissing(let profile?, let reason): "Profile \(profile) cannot run: \(reason)."
    case .profileUnknown(let name, let known):
      "There is no profile \(name); there are \(known.joined(separator: ", "))."
    case .profileRequired(let name):
      "No profile was named, and defaultProfile \(name) runs commands, which is never a default."
    case .directoryNotAbsolute(let path): "The directory \(path) is not an absolute path."
    case .directoryMissing(let path): "The directory \(path) does not exist."
    case .directoryUnreadable(let path, let reason):
      "The directory \(path) cannot be looked at: \(reason)."
    case .directoryNotADirectory(let path): "\(path) is not a directory."
    case .directoryForbidden(let path, let reason): "Tasks may not work in \(path): \(reason)."
    }
  }

  package var nextStep: String {
    switch self {
    case .agentMissing:
      "Install an agent such as claude or codex and log in, or name a profile that is available."
    case .profileUnknown: "Name one of these, or leave the profile out."
    case .profileRequired:
      "Name a profile, or set defaultProfile to an agent in the configuration."
    case .directoryNotAbsolute: "Give the directory from the root, beginning with a slash."
    case .directoryMissing, .directoryNotADirectory: "Name an existing directory."
    case .directoryUnreadable: "Check the path and its permissions, or name another directory."
    case .directoryForbidden:
      "Name a directory under an allowed root, or add one to `roots` in the configuration."
    }
  }

  /// The argument at fault, as a JSON Pointer.
  package var pointer: String {
    switch self {
    case .agentMissing, .profileUnknown, .profileRequired: "/profile"
    case .directoryNotAbsolute, .directoryMissing, .directoryUnreadable, .directoryNotADirectory,
      .directoryForbidden:
      "/directory"
    }
  }
}
