import CPosix

#if canImport(Darwin)
  import Darwin
#else
  import Glibc
#endif

/// Is the file system of the machine.
package struct RealFileSystem: FileSystem {
  package init() {}

  package func openForAppending(_ path: String) throws(SystemError) -> any AppendFile {
    OpenFile(path, try Self.open(path, [.readWrite, .append, .create, .noFollow]))
  }

  package func createFile(_ path: String) throws(SystemError) -> any AppendFile {
    OpenFile(path, try Self.open(path, [.readWrite, .append, .create, .exclusive, .noFollow]))
  }

  package func openForReading(_ path: String) throws(SystemError) -> any ReadFile {
    OpenFile(path, try Self.open(path))
  }

  /// Opens what must be no pipe: whoever puts one in a file's place would have us wait for its other
  /// end.
  private static func open(
    _ path: String, _ options: OpenOptions = .read
  ) throws(SystemError) -> Descriptor {
    let descriptor = try Descriptor.open(path, options.union(.nonBlocking))
    if try descriptor.status().kind == .fifo { throw .pipe("open", path) }
    return descriptor
  }

  package func map(_ path: String) throws(SystemError) -> MappedFile {
    try MappedFile(path: path)
  }

  package func openLock(_ path: String) throws(SystemError) -> any LockableFile {
    try LockFile(path)
  }

  package func tryLock(_ path: String) throws(SystemError) -> FileLock? {
    try FileLock.tryAcquire(path)
  }

  package func createDirectory(_ path: String) throws(SystemError) {
    do throws(SystemError) {
      try retrying("mkdir", path) { unsafe mkdir(path, 0o700) }
    } catch {
      guard error.isExisting, try status(path)?.kind == .directory else { throw error }
    }
  }

  package func rename(_ path: String, to target: String) throws(SystemError) {
    try retrying("rename", path) { Posix.rename(path, target) }
  }

  package func link(_ path: String, to target: String) throws(SystemError) {
    try retrying("link", target) { Posix.link(path, target) }
  }

  package func remove(_ path: String) throws(SystemError) {
    try retrying("unlink", path) { unsafe unlink(path) }
  }

  package func removeDirectory(_ path: String) throws(SystemError) {
    try retrying("rmdir", path) { unsafe rmdir(path) }
  }

  package func removeTree(_ path: String) throws(SystemError) {
    try checked("rmdir", path, unsafe cposix_remove_tree(path))
  }

  package func syncDirectory(_ path: String) throws(SystemError) {
    let directory = try Descriptor.open(path, .directory)
    #if canImport(Darwin)
      // There plain fsync leaves the disk's own cache as it is.
      try directory.sync()
    #else
      try retrying("fsync", path) { fsync(directory.rawValue) }
    #endif
  }

  package func list(_ path: String) throws(SystemError) -> [String] {
    var names: UnsafeMutablePointer<CChar>?
    let count = try checked("opendir", path, unsafe cposix_list(path, &names))
    guard let block = unsafe names else { return [] }
    defer { unsafe free(block) }
    let bytes = unsafe UnsafeRawBufferPointer(start: block, count: Int(count))
    return unsafe bytes.split(separator: 0).map { unsafe String(decoding: $0, as: UTF8.self) }
      .sorted()
  }

  package func status(
    _ path: String, followingLinks: Bool
  ) throws(SystemError) -> FileStatus? {
    try .of(path, followingLinks: followingLinks)
  }
}

/// Is an open file of the machine; its errors name the path, since a number says nothing to anybody.
private final class OpenFile: AppendFile, ReadFile {
  private let path: String
  private let descriptor: Descriptor

  init(_ path: String, _ descriptor: consuming Descriptor) {
    self.path = path
    self.descriptor = descriptor
  }

  func append(_ bytes: [UInt8]) throws(SystemError) {
    try naming { () throws(SystemError) in try descriptor.write(bytes) }
  }
  func sync() throws(SystemError) {
    try naming { () throws(SystemError) in try descriptor.sync() }
  }
  func truncate(to size: Int) throws(SystemError) {
    try naming { () throws(SystemError) in try descriptor.truncate(to: size) }
  }
  func size() throws(SystemError) -> Int { try status().size }
  func status() throws(SystemError) -> FileStatus {
    try naming { () throws(SystemError) in try descriptor.status() }
  }
  func read(_ count: Int, at offset: Int) throws(SystemError) -> [UInt8] {
    try naming { () throws(SystemError) in try descriptor.read(count, at: offset) }
  }

  private func naming<Result>(
    _ body: () throws(SystemError) -> Result
  ) throws(SystemError) -> Result {
    do throws(SystemError) { return try body() } catch {
      throw SystemError(error.call, error.code, path)
    }
  }
}

// The names of the calls are hidden inside `RealFileSystem` by its own members.
private func rename(_ path: String, _ target: String) -> Int32 {
  #if canImport(Darwin)
    unsafe Darwin.rename(path, target)
  #else
    unsafe Glibc.rename(path, target)
  #endif
}

private func link(_ path: String, _ target: String) -> Int32 {
  #if canImport(Darwin)
    unsafe Darwin.link(path, target)
  #else
    unsafe Glibc.link(path, target)
  #endif
}
