import Agents
import JSON
import Posix
import TaskStore
import Tasks

/// Takes what an agent left in its artifact folder, following no links and within bounds.
struct ArtifactDrop {
  enum Limit {
    static let depth = 6
    /// How much of a file is looked at to tell text from bytes.
    static let probe = 64 << 10
    /// How many that are left out are told by name.
    static let told = 20
  }

  /// One file that may be kept.
  struct Found: Sendable, Hashable {
    /// Relative to the folder.
    var path: String
    var size: Int
  }

  private(set) var found: [Found] = []
  /// What was left out, and why, in words.
  private(set) var leftOut: [String] = []
  private var untold = 0
  private var total = 0
  private let limits: Limits

  /// Lists a folder whose writers are gone.
  init(_ folder: String, limits: Limits, files: any FileSystem) throws(SystemError) {
    self.limits = limits
    try list(folder, "", 0, files)
    if untold > 0 { leftOut.append("\(untold) more were left out.") }
  }

  private mutating func list(
    _ folder: String, _ prefix: String, _ depth: Int, _ files: any FileSystem
  ) throws(SystemError) {
    for name in try files.list(folder) {
      let path = prefix + name
      guard let status = try files.status(folder + "/" + name, followingLinks: false) else {
        // Its writers are gone: it is there under a name that cannot be said.
        refuse(path, "its name is not UTF-8")
        continue
      }
      switch status.kind {
      case .directory where depth < Limit.depth:
        try list(folder + "/" + name, path + "/", depth + 1, files)
      case .directory: refuse(path, "the folder is too deep")
      case .file: take(Found(path: path, size: status.size))
      case .symbolicLink: refuse(path, "it is a symbolic link")
      case .fifo, .socket, .other: refuse(path, "it is not a file")
      }
    }
  }

  private mutating func take(_ file: Found) {
    if found.count >= limits.artifactFiles {
      refuse(
        file.path, "there are more than \(limits.artifactFiles) files (limits.artifactFiles)")
    } else if file.size > limits.artifact {
      refuse(file.path, "it is larger than \(limits.artifact >> 20) MiB (limits.artifactMiB)")
    } else if total + file.size > limits.artifacts {
      refuse(
        file.path,
        "all files together are larger than \(limits.artifacts >> 20) MiB (limits.artifactsMiB)")
    } else {
      total += file.size
      found.append(file)
    }
  }

  private mutating func refuse(_ path: String, _ reason: String) {
    guard leftOut.count < Limit.told else {
      untold += 1
      return
    }
    leftOut.append("\(CleanText.line(path, limit: 200)) was left out: \(reason).")
  }
}
