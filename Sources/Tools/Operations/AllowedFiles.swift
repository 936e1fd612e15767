import Agents
import JSON
import MCP
import Posix
import TaskStore
import Tasks

extension Workshop {
  /// Resolves a path and checks that a file may be taken from there.
  ///
  /// Allowed are a task's directory, its attempts' workspaces and artifact folders, and what lies
  /// under the start directory.
  func allowedFile(_ path: String, for task: TaskRecord?) throws(ToolFailure) -> String {
    guard path.hasPrefix("/") else { throw .path(path, "it is not absolute", .notAbsolute) }
    // The system would read a path only up to a zero byte, and so another one than was judged.
    guard !path.utf8.contains(0) else { throw .path(path, "there is no such file", .missing) }
    let resolved: String
    let status: FileStatus?
    do throws(SystemError) {
      resolved = try Environment.realPath(path)
      status = try FileStatus.of(resolved, followingLinks: false)
    } catch {
      if error.isNotFound || error.isNotDirectory {
        throw .path(path, "there is no such file", .missing)
      }
      throw .path(path, "it cannot be read: \(error.reason)", .unreadable)
    }
    // What may not be read is not described either: the place is judged before the kind.
    if let reason = try refusal(of: resolved, for: task) {
      throw .path(path, reason, .forbidden)
    }
    guard let status else { throw .path(path, "there is no such file", .missing) }
    guard status.kind == .file else {
      throw .path(path, "it is not a regular file", .notAFile)
    }
    guard status.size <= Self.artifactLimit else {
      throw .path(path, "it is larger than \(Self.artifactLimit >> 20) MiB", .tooLarge)
    }
    return resolved
  }

  private func refusal(
    of resolved: String, for task: TaskRecord?
  ) throws(ToolFailure) -> String? {
    let own = try task.map { (task) throws(ToolFailure) in try ownFolders(of: task) } ?? []
    if own.contains(where: { DirectoryPolicy.contains($0, resolved) }) { return nil }
    let policy = try preflight(configuration()).directories
    if let reason = policy.refusal(of: resolved) { return reason }
    let folders = [task?.spec.directory, usableStart].compactMap { $0 }
    if folders.contains(where: { DirectoryPolicy.contains($0, resolved) }) { return nil }
    return "it lies neither in the task's directories nor under the start directory"
  }

  /// Lists the folders that attempts of the task have of their own, in the store and beside it.
  private func ownFolders(of task: TaskRecord) throws(ToolFailure) -> [String] {
    let layout = try store().layout
    return task.attempts.flatMap { attempt in
      let folder = layout.attemptFolder(of: task, attempt.attemptN)
      let tree = attempt.workspace.flatMap { $0.mode == .dedicatedWorktree ? $0.path : nil }
      return ["artifacts", "work"].map { Path.join(folder, $0) } + (tree.map { [$0] } ?? [])
    }.compactMap { folder in
      // Compared with resolved paths, so resolved itself; one that is not there holds nothing.
      do throws(SystemError) { return try Environment.realPath(folder) } catch { return nil }
    }
  }

  /// Gives the start directory, unless that would open the whole machine or the whole home.
  private var usableStart: String? {
    let start: String
    do throws(SystemError) {
      start = try Environment.realPath(setting.startDirectory)
    } catch {
      return nil
    }
    let home = setting.environment["HOME"] ?? "/"
    return start == "/" || DirectoryPolicy.contains(start, home) ? nil : start
  }
}

extension ToolFailure {
  /// Says what is wrong with a file that was to be taken, as documented.
  enum FileTrouble: String {
    case notAbsolute = "path_not_absolute"
    case missing = "path_missing"
    case unreadable = "path_unreadable"
    case forbidden = "path_forbidden"
    case notAFile = "path_not_a_file"
    case tooLarge = "too_large"
    case tooSlow = "too_slow"
  }

  static func path(_ path: String, _ reason: String, _ trouble: FileTrouble) -> ToolFailure {
    ToolFailure(
      code: trouble.rawValue, summary: "The file cannot be taken. Nothing was stored.",
      faults: [
        Fault(
          pointer: JSONPointer(tokens: ["path"]),
          message: "\(CleanText.line(path, limit: 200)): \(reason)")
      ], nextStep: nextStep(trouble))
  }

  private static func nextStep(_ trouble: FileTrouble) -> String {
    switch trouble {
    case .tooLarge, .tooSlow: "Name a smaller file, or give the path itself in words."
    case .unreadable: "Check the path and its permissions, or pass its content."
    case .notAbsolute, .missing, .forbidden, .notAFile:
      "Name a file in the task's directory or under the start directory, or pass its content."
    }
  }
}
