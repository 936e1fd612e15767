import CPosix

#if canImport(Darwin)
  import Darwin
#else
  import Glibc
#endif

/// Tells what this process was given by whoever started it.
package enum Environment {
  /// Gives a copy of the environment; of a name that stands twice the first counts.
  package static var current: [String: String] {
    var found: [String: String] = [:]
    guard var entry = unsafe cposix_environment() else { return found }
    while let text = unsafe entry.pointee {
      let whole = unsafe String(cString: text)
      if let equals = whole.utf8.firstIndex(of: UInt8(ascii: "=")) {
        let name = String(whole[..<equals])
        if found[name] == nil { found[name] = String(whole[whole.utf8.index(after: equals)...]) }
      }
      unsafe entry += 1
    }
    return found
  }

  /// Gives one value; nil if it is not set.
  package static func value(_ name: String) -> String? {
    guard let text = unsafe getenv(name) else { return nil }
    return unsafe String(cString: text)
  }

  /// Gives the arguments, the program's name first.
  package static var arguments: [String] { CommandLine.arguments }

  package static func currentDirectory() throws(SystemError) -> String {
    guard let path = unsafe getcwd(nil, 0) else { throw SystemError("getcwd", errno) }
    defer { unsafe free(path) }
    return unsafe String(cString: path)
  }

  package static func changeDirectory(_ path: String) throws(SystemError) {
    try retrying("chdir", path) { unsafe chdir(path) }
  }

  /// Gives HOME, else what the user database says.
  package static var homeDirectory: String? {
    if let home = value("HOME"), home.utf8.first == UInt8(ascii: "/") { return home }
    return UserDatabase.entry(of: getuid())?.home
  }

  /// Gives the name of the user: from the user database, else USER or LOGNAME, else the number.
  package static var userName: String {
    UserDatabase.entry(of: getuid())?.name ?? value("USER") ?? value("LOGNAME") ?? "\(getuid())"
  }

  package static var userID: UInt32 { getuid() }

  /// Counts the processors, once: the C library reads a file for every answer.
  package static let processorCount = max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN)))

  package static var hostName: String {
    unsafe withUnsafeTemporaryAllocation(of: CChar.self, capacity: 256) { text in
      unsafe text.initialize(repeating: 0)
      guard let base = text.baseAddress, unsafe gethostname(base, 255) == 0 else {
        return "localhost"
      }
      return unsafe String(cString: base)
    }
  }

  /// Gives the resolved path of the program that runs.
  package static func executablePath() throws(SystemError) -> String {
    let (result, path) = unsafe withUnsafeTemporaryAllocation(of: CChar.self, capacity: 4097) {
      text -> (Int32, String) in
      guard let base = text.baseAddress else { return (-ENOMEM, "") }
      unsafe text.initialize(repeating: 0)
      let result = unsafe cposix_executable_path(base, 4097)
      return (result, unsafe String(cString: base))
    }
    try checked("executable", "", result)
    #if os(macOS)
      return try realPath(path)
    #else
      return path
    #endif
  }

  /// Resolves every symbolic link and dot of a path that exists.
  package static func realPath(_ path: String) throws(SystemError) -> String {
    guard let resolved = unsafe realpath(path, nil) else {
      throw SystemError("realpath", errno, path)
    }
    defer { unsafe free(resolved) }
    return unsafe String(cString: resolved)
  }

  /// Gives the target of a symbolic link, as written.
  package static func readLink(_ path: String) throws(SystemError) -> String {
    let (count, code, text) = unsafe withUnsafeTemporaryAllocation(
      byteCount: 4096, alignment: 1
    ) { buffer -> (Int, Int32, String) in
      let base = unsafe buffer.assumingMemoryBound(to: CChar.self).baseAddress
      let count = unsafe readlink(path, base!, buffer.count)
      if count < 0 { return (count, errno, "") }
      return (count, 0, unsafe String(decoding: buffer.prefix(count), as: UTF8.self))
    }
    if count < 0 { throw SystemError("readlink", code, path) }
    return text
  }

  /// Finds a program the way a shell does; a name with a slash is only checked.
  package static func which(_ program: String, path: String?) -> String? {
    if program.utf8.contains(UInt8(ascii: "/")) { return isProgram(program) ? program : nil }
    for directory in (path ?? "").split(separator: ":") where directory.utf8.first == 47 {
      let candidate = Path.join(String(directory), program)
      if !program.isEmpty, isProgram(candidate) { return candidate }
    }
    return nil
  }

  private static func isProgram(_ path: String) -> Bool {
    // What cannot be looked at cannot be started either.
    guard let found = try? FileStatus.of(path), found.kind == .file else { return false }
    return unsafe access(path, X_OK) == 0
  }

  /// Fails where files could not be made in a directory, and makes none.
  package static func checkWritable(_ directory: String) throws(SystemError) {
    try retrying("access", directory) { unsafe access(directory, W_OK | X_OK) }
  }

  package static func isTerminal(_ descriptor: Int32) -> Bool { isatty(descriptor) == 1 }

  /// Gives the columns of a terminal; nil if it is none.
  package static func terminalWidth(_ descriptor: Int32) -> Int? {
    let width = Int(cposix_terminal_width(descriptor))
    return width > 0 ? width : nil
  }
}

/// Ends the process at once: no other thread is waited for, and what `print` holds back is lost.
package func exitNow(_ code: Int32) -> Never { _exit(code) }
