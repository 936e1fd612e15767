import Posix

/// Keeps a stream in a file up to a limit, and then says once that the rest is missing.
struct BoundedFile {
  private let file: any AppendFile
  private var left: Int
  private let limit: Int

  init(_ path: String, limit: Int, files: any FileSystem) throws(SystemError) {
    file = try files.openForAppending(path)
    self.limit = limit
    left = max(0, limit - (try file.size()))
  }

  mutating func append(_ bytes: [UInt8]) throws(SystemError) {
    guard left > 0 else { return }
    if bytes.count <= left {
      try file.append(bytes)
      left -= bytes.count
      return
    }
    try file.append(Array(bytes.prefix(left)) + Array("\n[cut after \(limit) bytes]\n".utf8))
    left = 0
  }
}
