import Posix

/// Copies an agent's conversation out of its home and back, byte for byte.
package struct SessionFiles: Sendable {
  private let files: any FileSystem

  package init(files: any FileSystem = RealFileSystem()) { self.files = files }

  /// Bounds what is kept of one conversation.
  package enum Limit {
    package static let bytes = 256 << 20
    package static let entries = 10_000
  }

  /// Says what came of keeping one.
  package enum Kept: Sendable, Hashable { case stored, missing, tooLarge }

  /// Keeps a conversation, and what it is a copy of, in `folder`, which it replaces; whole or not
  /// at all.
  package func save(
    _ id: String, from home: SessionHome, to folder: String
  ) throws(SystemError) -> Kept {
    let found = try home.findLineage(id, files: files).paths
    guard !found.isEmpty else { return .missing }
    let draft = folder + ".draft"
    if try files.exists(draft) { try files.removeTree(draft) }
    try files.createDirectories(draft)
    var room = Limit.bytes
    var entries = Limit.entries
    for path in found {
      let target = Path.join(draft, path)
      try files.createDirectories(Path.parent(target))
      let fits = try copy(Path.join(home.folder, path), to: target, &room, &entries)
      guard fits else {
        try files.removeTree(draft)
        return .tooLarge
      }
    }
    if try files.exists(folder) { try files.removeTree(folder) }
    try files.rename(draft, to: folder)
    try files.syncDirectory(Path.parent(folder))
    return .stored
  }

  /// Puts a kept conversation back into a home, where the agent looks for it when it works in
  /// `directory`; what is there already stays. False if nothing of it is kept.
  package func restore(
    _ id: String, from folder: String, to home: SessionHome, directory: String
  ) throws(SystemError) -> Bool {
    let kept = try SessionHome(folder: folder).findLineage(id, files: files).paths
    for path in kept {
      var parts = path.split(separator: "/").map(String.init)
      if home.followsDirectory, parts.count > 1 { parts[0] = SessionHome.dashed(directory) }
      let target = Path.join(home.folder, parts.joined(separator: "/"))
      try files.createDirectories(Path.parent(target))
      // What is torn by a crash must not pass for the conversation: it comes under its name whole.
      let draft = Path.join(Path.parent(target), ".\(Path.name(target)).errand")
      if try files.status(draft, followingLinks: false)?.kind == .directory {
        try files.removeTree(draft)
      } else {
        try files.removeIfPresent(draft)
      }
      if try isThere(target) { continue }
      var (room, entries) = (Limit.bytes, Limit.entries)
      _ = try copy(Path.join(folder, path), to: draft, &room, &entries)
      try files.rename(draft, to: target)
    }
    return !kept.isEmpty
  }

  /// Tells whether a home has a conversation with anything in it.
  package func has(_ id: String, in home: SessionHome) throws(SystemError) -> Bool {
    for path in try home.find(id, files: files) where try isThere(Path.join(home.folder, path)) {
      return true
    }
    return false
  }

  /// Tells whether all is in a home that a conversation is a copy of.
  package func isWhole(_ id: String, in home: SessionHome) throws(SystemError) -> Bool {
    try home.findLineage(id, files: files).isWhole
  }

  private func isThere(_ path: String) throws(SystemError) -> Bool {
    guard let found = try files.status(path, followingLinks: false) else { return false }
    if found.kind == .file, found.size == 0 {
      try files.remove(path)
      return false
    }
    return true
  }

  /// Copies a file, or a folder with all files in it; false when a bound is reached. What is
  /// neither is no part of a conversation.
  private func copy(
    _ source: String, to target: String, _ room: inout Int, _ entries: inout Int
  ) throws(SystemError) -> Bool {
    entries -= 1
    guard entries >= 0 else { return false }
    switch try files.status(source, followingLinks: false)?.kind {
    case .directory:
      try files.createDirectory(target)
      for name in try files.list(source) {
        let fits = try copy(
          Path.join(source, name), to: Path.join(target, name), &room, &entries)
        if !fits { return false }
      }
      return true
    case .file: return try copyFile(source, to: target, &room)
    case .symbolicLink, .fifo, .socket, .other, nil: return true
    }
  }

  private func copyFile(
    _ source: String, to target: String, _ room: inout Int
  ) throws(SystemError) -> Bool {
    let from = try files.openForReading(source)
    let into = try files.createFile(target)
    var offset = 0
    while true {
      let bytes = try from.read(1 << 20, at: offset)
      if bytes.isEmpty { break }
      room -= bytes.count
      guard room >= 0 else { return false }
      try into.append(bytes)
      offset += bytes.count
    }
    try into.sync()
    return true
  }
}
