#if canImport(Darwin)
  import Darwin
#endif

/// Looks up users.
enum UserDatabase {
  struct Entry {
    let name: String
    let home: String
  }

  /// Finds a user by number; nil if unknown.
  static func entry(of user: UInt32) -> Entry? {
    #if canImport(Darwin)
      var found = passwd()
      var result: UnsafeMutablePointer<passwd>?
      var text = [CChar](repeating: 0, count: 16384)
      guard unsafe getpwuid_r(user, &found, &text, text.count, &result) == 0, unsafe result != nil
      else { return nil }
      return unsafe Entry(name: String(cString: found.pw_name), home: String(cString: found.pw_dir))
    #else
      // Read as text: the library's own lookup loads plugins, which a static program cannot.
      guard let file = try? Descriptor.open("/etc/passwd"),
        let bytes = try? file.readToEnd(limit: 1 << 20)
      else { return nil }  // Without the file nobody is known.
      return entry(of: user, in: String(decoding: bytes, as: UTF8.self))
    #endif
  }

  /// Finds a user in the text of a passwd file.
  static func entry(of user: UInt32, in text: String) -> Entry? {
    for line in text.split(separator: "\n") {
      let fields = line.split(separator: ":", omittingEmptySubsequences: false)
      if fields.count >= 6, UInt32(fields[2]) == user {
        return Entry(name: String(fields[0]), home: String(fields[5]))
      }
    }
    return nil
  }
}
