/// Adds up what lies in a folder, following no links, up to bounds.
package struct FolderSize: Sendable, Equatable {
  package private(set) var bytes = 0
  package private(set) var entries = 0
  /// A bound was reached; there is more.
  package private(set) var isCut = false

  package static func of(
    _ folder: String, bytes: Int = .max, entries: Int = 1_000_000,
    files: any FileSystem = RealFileSystem()
  ) throws(SystemError) -> FolderSize {
    var size = FolderSize()
    var folders = [folder]
    while let next = folders.popLast() {
      for name in try files.list(next) {
        size.entries += 1
        let path = Path.join(next, name)
        // What went away between the two looks takes no room.
        guard let found = try files.status(path, followingLinks: false) else { continue }
        if found.kind == .directory { folders.append(path) } else { size.bytes += found.size }
        if size.bytes > bytes || size.entries > entries {
          size.isCut = true
          return size
        }
      }
    }
    return size
  }
}
