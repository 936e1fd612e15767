import JSON
import Posix
import Tasks

/// Stores bytes once, under the hash of what they are; nothing in it ever changes.
package struct BlobStore: Sendable {
  let layout: StoreLayout
  let files: any FileSystem

  /// Is stored content: its name and how long it is.
  package typealias Stored = (cid: ContentID, size: Int)

  package func put(_ bytes: [UInt8]) throws(StoreError) -> Stored {
    let content = ContentID(raw: bytes)
    let path = layout.blob(content)
    try onDisk { () throws(SystemError) in
      if try files.status(path, followingLinks: false)?.size == bytes.count { return }
      try files.createDirectories(Path.parent(path))
      try files.replace(path, with: bytes)
    }
    return (content, bytes.count)
  }

  /// Stores a file's bytes, following no link and taking no more than `limit` of them.
  package func put(path: String, limit: Int) throws(StoreError) -> Stored {
    let bytes = try onDisk { () throws(SystemError) in
      let source = try Descriptor.open(path, [.read, .noFollow, .nonBlocking])
      let status = try source.status()
      guard status.kind == .file else { throw SystemError.invalid("read", path) }
      guard status.size <= limit else { throw SystemError.tooLarge("read", path) }
      return try source.readToEnd(limit: limit)
    }
    return try put(bytes)
  }

  /// Gives the size; nil if there is no such content.
  package func size(_ content: ContentID) throws(StoreError) -> Int? {
    try onDisk { () throws(SystemError) in
      try files.status(layout.blob(content), followingLinks: false)?.size
    }
  }

  package func read(
    _ content: ContentID, offset: Int = 0, count: Int
  ) throws(StoreError) -> [UInt8] {
    try onDisk { () throws(SystemError) in
      try files.read(layout.blob(content), offset..<(offset + max(0, count)))
    }
  }

  package func path(_ content: ContentID) -> String { layout.blob(content) }
}

extension TaskStore {
  package var blobs: BlobStore { BlobStore(layout: layout, files: files) }
}
