import Posix

/// Lends a fresh directory, resolved and private, and removes it with all that is in it.
package func withTemporaryDirectory<Result>(
  _ body: (String) throws -> Result
) throws -> Result {
  let files = RealFileSystem()
  let base = try Environment.realPath(Environment.value("TMPDIR") ?? "/tmp")
  let path = Path.join(base, "errand-\(String(UInt64.random(in: 0 ... .max), radix: 36))")
  try files.createDirectory(path)
  defer {
    // A test that has failed must tell its own error, not that its leftovers could not be removed.
    try? files.removeTree(path)
  }
  return try body(path)
}

/// Writes a file whole; for scripts say `permissions: 0o700`.
package func writeFile(
  _ path: String, _ text: String, permissions: UInt32 = 0o600
) throws(SystemError) {
  let file = try Descriptor.open(
    path, [.write, .create, .truncate], permissions: permissions)
  try file.write(Array(text.utf8))
}

/// Reads a small file as text.
package func readText(_ path: String) throws(SystemError) -> String {
  String(decoding: try RealFileSystem().read(path), as: UTF8.self)
}
