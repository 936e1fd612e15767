import Posix

/// Decides which directories tasks may work in; paths are resolved before they are judged.
package struct DirectoryPolicy: Sendable {
  /// Allowed roots, resolved.
  package let roots: [String]
  private let closed: [(path: String, reason: String)]

  /// Credentials live in these below any home; this list is the only one.
  package static let credentialFolders = [
    ".ssh", ".gnupg", ".aws", ".azure", ".kube", ".docker", ".netrc", ".pki", ".password-store",
    ".git-credentials", ".npmrc", ".pypirc", ".vault-token", ".terraform.d", ".config/gh",
    ".config/gcloud", ".config/op", ".config/git/credentials", ".local/share/keyrings",
    "library/keychains",
  ]

  private static let framedFolders = credentialFolders.map {
    (name: $0, framed: Array("/\($0)/".utf8))
  }

  /// Takes the configured roots, or by default the home and the start directory.
  package init(
    roots: [String]?, home: String, startDirectory: String, storeRoot: String,
    configurationFolder: String
  ) {
    let home = Self.resolved(home)
    let start = Self.resolved(startDirectory)
    if let roots {
      self.roots = roots.map { Self.resolved(Self.expanded($0, home: home)) }
    } else {
      // A program started in / or above the home would otherwise open the whole machine.
      self.roots = start == "/" || Self.contains(start, home) ? [home] : [home, start]
    }
    closed = [
      (Self.resolved(storeRoot), "it is inside the store"),
      (Self.resolved(configurationFolder), "it is inside the configuration folder"),
    ]
  }

  /// Returns the resolved path of a directory that tasks may work in.
  package func check(_ path: String) throws(PreflightError) -> String {
    guard path.hasPrefix("/") else { throw .directoryNotAbsolute(path) }
    // The system would read a path only up to a zero byte, and so another one than was judged.
    guard !path.utf8.contains(0) else { throw .directoryMissing(path) }
    let (resolved, kind) = try look(path)
    guard kind == .directory else { throw .directoryNotADirectory(path) }
    if let reason = refusal(of: resolved) { throw .directoryForbidden(path, reason: reason) }
    guard roots.contains(where: { Self.contains($0, resolved) }) else {
      throw .directoryForbidden(path, reason: "it is outside the allowed roots")
    }
    return resolved
  }

  /// Resolves a path; that it cannot be looked at is another thing than that it is not there.
  private func look(_ path: String) throws(PreflightError) -> (String, FileStatus.Kind) {
    do throws(SystemError) {
      let resolved = try Environment.realPath(path)
      if let status = try FileStatus.of(resolved) { return (resolved, status.kind) }
    } catch {
      guard error.isNotFound || error.isNotDirectory else {
        throw .directoryUnreadable(path, reason: error.reason)
      }
    }
    throw .directoryMissing(path)
  }

  /// Says why a resolved path is closed to tasks and their tools, whatever the roots.
  package func refusal(of resolved: String) -> String? {
    if let place = closed.first(where: { Self.contains($0.path, resolved) }) {
      return place.reason
    }
    // Compared without case, since a file system may ignore it.
    let framed = Array("\(resolved.lowercased())/".utf8)
    let places = framed.indices.filter { framed[$0] == UInt8(ascii: "/") }
    let folder = Self.framedFolders.first { folder in
      places.contains { framed[$0...].starts(with: folder.framed) }
    }
    return folder.map { "\($0.name) may hold credentials" }
  }

  /// Tells whether a resolved path lies in a resolved folder, or is that folder.
  package static func contains(_ folder: String, _ path: String) -> Bool {
    folder == "/" || path == folder || path.hasPrefix(folder + "/")
  }

  private static func expanded(_ path: String, home: String) -> String {
    path == "~" ? home : path.hasPrefix("~/") ? home + path.dropFirst(1) : path
  }

  /// Resolves what exists of a path, so that a store not yet made is recognised as well.
  private static func resolved(_ path: String) -> String {
    if let resolved = Look.resolve(path) { return resolved }
    guard let slash = path.lastIndex(of: "/"), slash != path.startIndex else { return path }
    let name = path[path.index(after: slash)...]
    return resolved(String(path[..<slash])) + (name.isEmpty ? "" : "/\(name)")
  }
}
