import Posix

/// Looks at paths where not being able to look means the same as nothing being there.
package enum Look {
  package static func at(_ path: String, followingLinks: Bool = true) -> FileStatus? {
    do throws(SystemError) {
      return try FileStatus.of(path, followingLinks: followingLinks)
    } catch {
      return nil
    }
  }

  /// Resolves every symbolic link of an existing path.
  package static func resolve(_ path: String) -> String? {
    do throws(SystemError) { return try Environment.realPath(path) } catch { return nil }
  }
}
