import JSON
import Posix

/// Says who may enter the console: codes that open it once, and sessions of browsers.
///
/// A code is a file named by its hash, so whoever removes it has used it, whichever process that is.
/// Sessions are sealed with a key of the store: they outlive every process, until the key goes.
package struct ConsoleDoor: Sendable {
  private let store: TaskStore

  /// How long a code opens the door, and a session keeps it open, in milliseconds.
  package static let codeLife: Int64 = 10 * 60_000
  package static let sessionLife: Int64 = 30 * 86_400_000
  /// Bounds the codes nobody has used yet.
  private static let mostCodes = 100
  private static let keyName = "console"

  package init(_ store: TaskStore) { self.store = store }

  /// Is what a browser keeps: a cookie no page can read, and a token no other page can.
  package struct Session: Sendable, Hashable {
    package var cookie: String
    package var token: String
  }

  private var codes: String { Path.join(store.layout.keys, "console-codes") }

  private func path(of code: String) -> String {
    Path.join(codes, Hex.encode(SHA256.hash(Array(code.utf8))))
  }

  private static func random(_ count: Int) -> String {
    var source = SystemRandomNumberGenerator()
    return Base64.urlEncode((0..<count).map { _ in .random(in: .min ... .max, using: &source) })
  }

  // MARK: Codes

  /// Makes a code that opens the door once.
  package func makeCode(now: Int64 = WallClock.nowMilliseconds()) throws(StoreError) -> String {
    let code = Self.random(24)
    try onDisk { () throws(SystemError) in
      try store.files.createDirectories(codes)
      try sweep(now)
      try store.files.replace(path(of: code), with: Array("\(now + Self.codeLife)".utf8))
    }
    return code
  }

  /// Opens the door by a code, which then opens it no more; nil if it does not, or no longer.
  package func enter(
    by code: String, now: Int64 = WallClock.nowMilliseconds()
  ) throws(StoreError) -> Session? {
    let path = path(of: code)
    let end: Int64?
    do throws(SystemError) {
      end = try self.end(of: path)
      // Two may come with one code: only one of them can remove it.
      try store.files.remove(path)
      // A power cut must not bring back what was used.
      try store.files.syncDirectory(codes)
    } catch {
      if error.isNotFound { return nil }
      throw .disk(error)
    }
    guard let end, end > now, end <= now + Self.codeLife else { return nil }
    return try makeSession(now)
  }

  private func end(of path: String) throws(SystemError) -> Int64? {
    Int64(String(decoding: try store.files.read(path, limit: 64), as: UTF8.self))
  }

  /// Takes away codes that are over, and the oldest where there are too many.
  private func sweep(_ now: Int64) throws(SystemError) {
    var left: [(path: String, end: Int64)] = []
    for name in try store.files.list(codes) {
      let path = Path.join(codes, name)
      do throws(SystemError) {
        let end = try self.end(of: path)
        if let end, end > now { left.append((path, end)) } else { try store.files.remove(path) }
      } catch {
        // Somebody has just used it.
        if !error.isNotFound { throw error }
      }
    }
    let surplus = max(0, left.count + 1 - Self.mostCodes)
    for (path, _) in left.sorted(by: { $0.end < $1.end }).prefix(surplus) {
      try store.files.removeIfPresent(path)
    }
  }

  // MARK: Sessions

  private func makeSession(_ now: Int64) throws(StoreError) -> Session {
    let name = "\(now).\(Self.random(18))"
    let key = try store.key(Self.keyName)
    return Session(
      cookie: "\(name).\(Self.seal(name, "session", key))", token: Self.seal(name, "token", key))
  }

  private static func seal(_ name: String, _ use: String, _ key: [UInt8]) -> String {
    Base64.urlEncode(HMAC.sha256(key: key, Array("\(use) \(name)".utf8)))
  }

  /// Tells whether a browser may be here; both halves must be of one session that is not over.
  package func admits(
    cookie: String, token: String, now: Int64 = WallClock.nowMilliseconds()
  ) throws(StoreError) -> Bool {
    let parts = cookie.split(separator: ".", omittingEmptySubsequences: false)
    guard parts.count == 3, let begin = Int64(parts[0]) else { return false }
    let name = "\(parts[0]).\(parts[1])"
    let key = try store.key(Self.keyName)
    let hasCookie = HMAC.isEqual(Array(Self.seal(name, "session", key).utf8), Array(parts[2].utf8))
    let hasToken = HMAC.isEqual(Array(Self.seal(name, "token", key).utf8), Array(token.utf8))
    return hasCookie && hasToken && begin <= now && now < begin + Self.sessionLife
  }

  /// Ends every session and makes every code useless.
  package func signOut() throws(StoreError) {
    try onDisk { () throws(SystemError) in
      try store.files.removeIfPresent(Path.join(store.layout.keys, "\(Self.keyName).key"))
      if try store.files.exists(store.layout.keys) {
        try store.files.syncDirectory(store.layout.keys)
      }
      guard try store.files.exists(codes) else { return }
      for name in try store.files.list(codes) {
        try store.files.removeIfPresent(Path.join(codes, name))
      }
      try store.files.syncDirectory(codes)
    }
  }
}
