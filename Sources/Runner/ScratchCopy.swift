import Agents
import Posix
import Tasks

/// Copies a directory for an attempt to work in, up to a size that nobody regrets.
enum ScratchCopy {
  /// Bounds what is copied.
  enum Limit {
    static let bytes = 1 << 30
    static let entries = 100_000
  }

  /// Copies everything with its modes; links stay links. `target` must not exist.
  static func make(
    of source: String, at target: String, environment: [String: String],
    until deadline: MonotonicTime, bytes: Int = Limit.bytes, entries: Int = Limit.entries
  ) throws(Unfit) {
    guard Look.at(target, followingLinks: false) == nil else {
      throw Unfit(.workspaceError, "\(target) exists already.")
    }
    // The copy itself would be part of what is copied.
    guard !Path.isInside(target, source) else {
      throw Unfit(.workspaceError, "\(source) holds the folder its copy would be made in.")
    }
    let size = try fit { () throws(SystemError) in
      try FolderSize.of(source, bytes: bytes, entries: entries)
    }
    guard !size.isCut else {
      throw Unfit(
        .workspaceError,
        "\(source) is in no git repository and too large to copy (more than \(bytes >> 20) MiB "
          + "or \(entries) files). Use the workspace shared_mount, or make it a repository.")
    }
    // -R -P copies links as links on every system; -p keeps what may be run runnable.
    let spec = ProcessSpec(
      executable: "/bin/cp", arguments: ["-RPp", source + "/.", target], environment: environment,
      directory: "/")
    try fit { () throws(SystemError) in try RealFileSystem().createDirectory(target) }
    do throws(SpawnFailure) {
      try see(try ChildProcess.spawnPatiently(spec, until: deadline), source, until: deadline)
    } catch {
      throw Unfit(.workspaceError, "\(source) could not be copied: \(error).")
    }
  }

  private static func see(
    _ child: ChildProcess, _ source: String, until deadline: MonotonicTime
  ) throws(SpawnFailure) {
    do throws(SystemError) {
      guard try child.waitForExit(until: deadline) != nil else {
        try child.endNow()
        throw SystemError.timedOut("cp", source)
      }
      let status = try child.reap()
      guard status.isSuccess else { throw SystemError.invalid("cp", source) }
    } catch {
      throw .system(error)
    }
  }
}
