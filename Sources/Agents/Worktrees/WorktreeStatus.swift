import Posix
import Tasks

/// Says what would be lost if a worktree were taken away.
package struct WorktreeStatus: Sendable, Hashable {
  /// Names one reason to keep it, with what it is about.
  package enum Reason: Sendable, Hashable {
    case changed(files: Int)
    case untracked(files: Int)
    /// Ignored by git: never in a commit, so nowhere else.
    case ignored(files: Int)
    case stashed(Int)
    /// No branch leads to the commit that is checked out.
    case unreachable(commit: String)
    /// A rebase, merge or the like has begun and not ended.
    case unfinished(String)
  }

  package let branch: String?
  package let head: String?
  /// Empty: everything in it is kept elsewhere.
  package let reasons: [Reason]

  /// Takes the paths out of `git status --porcelain -z`.
  static func paths(_ output: [UInt8]) -> [String] {
    entries(output).map(\.path)
  }

  /// One entry is "XY path"; the old name of a renamed file follows as an entry of its own.
  static func entries(_ output: [UInt8]) -> [(code: String, path: String)] {
    var parts = output.split(separator: 0)[...]
    var found: [(code: String, path: String)] = []
    while let part = parts.popFirst() {
      guard part.count > 3 else { continue }
      let code = String(decoding: part.prefix(2), as: UTF8.self)
      found.append(
        (code, CleanText.line(String(decoding: part.dropFirst(3), as: UTF8.self), limit: 300)))
      if code.contains("R") || code.contains("C") { _ = parts.popFirst() }
    }
    return found
  }
}

extension WorktreeStatus.Reason: CustomStringConvertible {
  package var description: String {
    switch self {
    case .changed(let files): "\(Self.count(files, "changed file"))"
    case .untracked(let files): "\(Self.count(files, "file")) git does not know"
    case .ignored(let files): "\(Self.count(files, "file")) git ignores"
    case .stashed(let count): "\(Self.count(count, "stash", plural: "stashes")) of its branch"
    case .unreachable(let commit): "commit \(commit.prefix(12)) is on no branch"
    case .unfinished(let what): "a \(what) has begun and not ended"
    }
  }

  private static func count(_ number: Int, _ one: String, plural: String? = nil) -> String {
    number == 1 ? "1 \(one)" : "\(number) \(plural ?? one + "s")"
  }
}
