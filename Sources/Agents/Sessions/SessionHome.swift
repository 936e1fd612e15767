import JSON
import Posix
import Tasks

/// Knows where an agent keeps its conversations: below one folder, in files named by their ids.
package struct SessionHome: Sendable, Hashable {
  package let folder: String
  /// Whether a conversation lies in a folder named after the directory it was held in, as Claude's.
  package let followsDirectory: Bool

  package init(folder: String, followsDirectory: Bool = false) {
    self.folder = folder
    self.followsDirectory = followsDirectory
  }

  /// Finds the place by the program and the environment it runs in; nil for an agent whose
  /// conversations are elsewhere, or where we do not know.
  package static func of(_ plan: LaunchPlan, environment: [String: String]) -> SessionHome? {
    guard let home = environment["HOME"], home.hasPrefix("/") else { return nil }
    func place(_ variable: String?, _ usual: String, _ rest: String) -> String {
      let given = variable.flatMap { environment[$0] }.flatMap { $0.hasPrefix("/") ? $0 : nil }
      return Path.join(given ?? Path.join(home, usual), rest)
    }
    let claude = SessionHome(
      folder: place("CLAUDE_CONFIG_DIR", ".claude", "projects"), followsDirectory: true)
    let codex = SessionHome(folder: place("CODEX_HOME", ".codex", "sessions"))
    let codebuddy = SessionHome(folder: place(nil, ".codebuddy", "projects"))
    let qwen = SessionHome(folder: place(nil, ".qwen", "projects"))
    switch plan.adapter {
    case .codex: return codex
    case .claude:
      switch ClaudeDialect.of(executable: plan.executable ?? "").kind {
      case .claude: return claude
      case .codebuddy: return codebuddy
      case .qwen: return qwen
      // These keep them on a server, or in a place that was not seen.
      case .qoder, .amp, .cursor: return nil
      }
    case .acp:
      switch Path.name(plan.executable ?? "") {
      case "claude-code-acp", "claude-agent-acp": return claude
      case "codex-acp": return codex
      case "codebuddy": return codebuddy
      case "qwen": return qwen
      case "vibe-acp": return SessionHome(folder: place(nil, ".vibe", "logs/session"))
      case "kimi": return SessionHome(folder: place(nil, ".kimi", "sessions"))
      case "copilot":
        return SessionHome(folder: place("COPILOT_HOME", ".copilot", "session-state"))
      case "openhands": return SessionHome(folder: place(nil, ".openhands", "conversations"))
      default: return nil
      }
    case .shell, .command, .text, .worker: return nil
    }
  }

  /// Bounds the search in a home that may be years old.
  private enum Limit {
    static let depth = 4
    static let names = 200_000
  }

  /// Finds a conversation's files and folders, as paths from the home's folder.
  package func find(
    _ id: String, files: any FileSystem = RealFileSystem()
  ) throws(SystemError) -> [String] {
    // It becomes a part of names; what is none of those finds nothing.
    guard Self.isPlain(id), try files.exists(folder) else { return [] }
    var found: [String] = []
    var level = [""]
    var names = 0
    for _ in 0...Limit.depth where found.isEmpty {
      var below: [String] = []
      for place in level {
        for name in try files.list(Path.join(folder, place)) {
          names += 1
          if names > Limit.names { return found }
          let path = place.isEmpty ? name : "\(place)/\(name)"
          if Self.names(name, id) {
            found.append(path)
          } else if try isFolder(path, files) {
            below.append(path)
          }
        }
      }
      level = below
    }
    return found
  }

  /// Bounds how far back copies of copies are followed, and what is read of one to learn of its
  /// source.
  private enum Lineage {
    static let generations = 32
    static let head = 1 << 20
  }

  /// Finds a conversation and those it was copied from: Codex keeps of a copy only what came after,
  /// and reads the rest where its source is. Not whole if one of them is missing.
  func findLineage(
    _ id: String, files: any FileSystem
  ) throws(SystemError) -> (paths: [String], isWhole: Bool) {
    var paths: [String] = []
    var next: String? = id
    for _ in 0..<Lineage.generations {
      guard let id = next else { return (paths, true) }
      let found = try find(id, files: files)
      guard !found.isEmpty else { return (paths, false) }
      paths += found.filter { !paths.contains($0) }
      next = nil
      for path in found where next == nil { next = try source(of: path, files) }
    }
    return (paths, next == nil)
  }

  /// Reads in a rollout's first line what it is a copy of.
  private func source(of path: String, _ files: any FileSystem) throws(SystemError) -> String? {
    guard Path.name(path).hasPrefix("rollout-"), path.hasSuffix(".jsonl") else { return nil }
    let head = try files.openForReading(Path.join(folder, path)).read(Lineage.head, at: 0)
    let line = head.prefix { $0 != UInt8(ascii: "\n") }
    do throws(JSONSyntaxError) {
      let value = try JSONValue.parse(Array(line), surrogates: .replaced)
      return value["payload"]?["forked_from_id"]?.stringValue
    } catch {
      return nil
    }
  }

  private func isFolder(_ path: String, _ files: any FileSystem) throws(SystemError) -> Bool {
    try files.status(Path.join(folder, path), followingLinks: false)?.kind == .directory
  }

  /// Tells whether a name is a conversation's: the id, or a prefix and the id, with any ending.
  private static func names(_ name: String, _ id: String) -> Bool {
    guard name.contains(id) else { return false }
    let stem =
      name.hasSuffix(".jsonl")
      ? name.dropLast(6)
      : name.hasSuffix(".json")
        ? name.dropLast(5) : Substring(name)
    return stem == id || stem.hasSuffix("-" + id)
  }

  /// Tells an id that is safe as an argument and as a part of a name.
  package static func isPlain(_ id: String) -> Bool {
    guard (4...200).contains(id.utf8.count), let first = id.utf8.first else { return false }
    return (first != UInt8(ascii: "-") && first != UInt8(ascii: "."))
      && id.utf8.allSatisfy { byte in
        (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
          || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20)
          || [UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: ".")].contains(byte)
      }
  }

  /// Names the folder that Claude gives a directory: every other sign than a letter or digit is "-".
  static func dashed(_ directory: String) -> String {
    String(directory.map { $0.isASCII && ($0.isLetter || $0.isNumber) ? $0 : "-" })
  }
}
