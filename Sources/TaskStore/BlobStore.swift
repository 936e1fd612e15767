import JSON
import Posix
import Tasks

/// Stores bytes once, under the hash of what they are; nothing in it ever changes.
package struct BlobStore: Sendable {
  let layout: StoreLayout
  let files: any FileSystem
  let safeNames: SafeNames

  /// Is stored content: its name and how long it is.
  package typealias Stored = (cid: ContentID, size: Int)

  private static let chunk = 1 << 20

  package func put(_ bytes: [UInt8]) throws(StoreError) -> Stored {
    let content = ContentID(raw: bytes)
    let path = layout.blob(content)
    try onDisk { () throws(SystemError) in
      if try isWhole(content, size: bytes.count), try isYoung(path) {
        return try safeNames.keep(path, files)
      }
      try files.createDirectories(Path.parent(path))
      try files.replace(path, with: bytes)
      try safeNames.keep(path, files, isSynced: true)
    }
    return (content, bytes.count)
  }

  /// Stores a file's bytes, following no link and taking no more than `limit` of them; a large file
  /// goes through a piece at a time, and is given up between two once nobody wants it.
  package func put(
    path: String, limit: Int, isWanted: () -> Bool = { true }
  ) throws(StoreError) -> Stored {
    try onDisk { () throws(SystemError) in
      let source = try Descriptor.open(path, [.read, .noFollow, .nonBlocking])
      let status = try source.status()
      guard status.kind == .file else { throw SystemError.invalid("read", path) }
      guard status.size <= limit else { throw SystemError.tooLarge("read", path) }
      try files.createDirectories(layout.blobs)
      let draft = Path.join(layout.blobs, ".\(UInt64.random(in: .min ... .max)).tmp")
      do throws(SystemError) {
        let (hash, size) = try copy(source, to: draft, path, limit: limit, isWanted)
        return try name(draft, ContentID(codec: .raw, digest: hash), size, isWanted)
      } catch {
        // The first error is the one to tell; a leftover with a unique name can harm nobody.
        try? files.removeIfPresent(draft)
        throw error
      }
    }
  }

  private func copy(
    _ source: borrowing Descriptor, to draft: String, _ path: String, limit: Int,
    _ isWanted: () -> Bool
  ) throws(SystemError) -> (hash: [UInt8], size: Int) {
    let file = try files.createFile(draft)
    var hash = SHA256()
    var size = 0
    while true {
      guard isWanted() else { throw SystemError.cancelled("read", path) }
      let piece = try source.read(upTo: Self.chunk)
      if piece.isEmpty { break }
      size += piece.count
      // It may grow while it is read.
      guard size <= limit else { throw SystemError.tooLarge("read", path) }
      hash.update(piece)
      try file.append(piece)
    }
    try file.sync()
    return (hash.finish(), size)
  }

  /// Puts a written draft under its name, or drops it where the same content is there already.
  private func name(
    _ draft: String, _ content: ContentID, _ size: Int, _ isWanted: () -> Bool
  ) throws(SystemError) -> Stored {
    if try isWhole(content, size: size, isWanted), try isYoung(layout.blob(content)) {
      try safeNames.keep(layout.blob(content), files)
      try files.remove(draft)
    } else {
      let path = layout.blob(content)
      try files.createDirectories(Path.parent(path))
      try files.rename(draft, to: path)
      try files.syncDirectory(Path.parent(path))
    }
    return (content, size)
  }

  /// Tells whether what was put here before is still there and will stay, without reading it again.
  func keeps(_ stored: Stored) throws(StoreError) -> Bool {
    try onDisk { () throws(SystemError) in
      guard try self.stored(stored.cid) == stored.size else { return false }
      return try isYoung(layout.blob(stored.cid))
    }
  }

  /// Keeps content that is here from being taken before who names it now has bound it.
  package func hold(_ content: ContentID) throws(StoreError) {
    let path = layout.blob(content)
    if try onDisk({ () throws(SystemError) in try isYoung(path) }) { return }
    _ = try put(path: path, limit: .max)
  }

  /// Tells whether no pruning takes it before who stores it now can bind it; what is older is
  /// written again, and so is young.
  private func isYoung(_ path: String) throws(SystemError) -> Bool {
    let limit = (WallClock.nowMilliseconds() - 3_600_000 * Self.bindingHours) * 1_000_000
    return try files.status(path, followingLinks: false)?.modified ?? 0 > limit
  }

  /// Content bound to no task is kept longer than this.
  private static let bindingHours: Int64 = 24

  /// Tells whether content is there and is what its name says; what is not is written again.
  private func isWhole(
    _ content: ContentID, size: Int, _ isWanted: () -> Bool = { true }
  ) throws(SystemError) -> Bool {
    guard try stored(content) == size else { return false }
    let file = try files.openForReading(layout.blob(content))
    var hash = SHA256()
    var offset = 0
    while offset < size {
      guard isWanted() else { throw SystemError.cancelled("read", layout.blob(content)) }
      let piece = try file.read(min(Self.chunk, size - offset), at: offset)
      if piece.isEmpty { return false }
      hash.update(piece)
      offset += piece.count
    }
    return hash.finish() == content.digest
  }

  /// Gives the size; nil if there is no such content. A link in its place is none.
  private func stored(_ content: ContentID) throws(SystemError) -> Int? {
    let status = try files.status(layout.blob(content), followingLinks: false)
    return status?.kind == .file ? status?.size : nil
  }

  package func size(_ content: ContentID) throws(StoreError) -> Int? {
    try onDisk { () throws(SystemError) in try stored(content) }
  }

  /// Reads a range; fewer bytes only at the end. What is read whole is held against its name.
  package func read(
    _ content: ContentID, offset: Int = 0, count: Int
  ) throws(StoreError) -> [UInt8] {
    let path = layout.blob(content)
    let (bytes, isWhole) = try onDisk { () throws(SystemError) in
      guard let size = try stored(content) else { throw SystemError.notFound("read", path) }
      let start = min(max(0, offset), size)
      let bytes = try files.read(path, start..<start + min(max(0, count), size - start))
      return (bytes, bytes.count == size)
    }
    if isWhole, SHA256.hash(bytes) != content.digest {
      throw .damaged(path: path, offset: 0, reason: "the content is not what its name says")
    }
    return bytes
  }

  package func path(_ content: ContentID) -> String { layout.blob(content) }
}

extension TaskStore {
  package var blobs: BlobStore { BlobStore(layout: layout, files: files, safeNames: safeNames) }
}
