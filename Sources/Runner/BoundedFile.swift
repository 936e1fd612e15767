import Posix

/// Keeps a stream in a file up to a limit, and then says once that the rest is missing.
struct BoundedFile {
  private let file: any AppendFile
  private var left: Int
  private let limit: Int
  /// Tells that the file says already that it was cut.
  private var isMarked = false

  init(_ path: String, limit: Int, files: any FileSystem) throws(SystemError) {
    file = try files.openForAppending(path)
    self.limit = limit
    let size = try file.size()
    left = max(0, limit - size)
    isMarked = size > limit
  }

  mutating func append(_ bytes: [UInt8]) throws(SystemError) {
    if isMarked || bytes.isEmpty { return }
    if bytes.count <= left {
      try file.append(bytes)
      left -= bytes.count
      return
    }
    let mark = "\n[cut after \(limit) bytes, the limit]\n"
    try file.append(Array(bytes.prefix(left)) + Array(mark.utf8))
    left = 0
    isMarked = true
  }
}
