import Posix

/// Says why git could not tell what we asked; never a reason to lose an attempt's result.
package enum GitFailure: Error, Sendable, Hashable, CustomStringConvertible {
  case noGit
  case refused(command: String, status: String, complaint: String)
  case tookTooLong(command: String)
  case tooMuch(String)
  case system(String)

  init(_ error: SystemError) { self = .system(error.description) }

  package var description: String {
    switch self {
    case .noGit: "git is not on PATH"
    case .refused(let command, let status, let complaint):
      "git \(command): \(status)\(complaint.isEmpty ? "" : ": \(complaint)")"
    case .tookTooLong(let command): "git \(command) took too long"
    case .tooMuch(let what): what
    case .system(let text): text
    }
  }
}
