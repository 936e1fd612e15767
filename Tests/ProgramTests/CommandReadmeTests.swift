import JSON
import Posix
import TestSupport
import Testing

/// Checks that what the front page says is so.
struct CommandReadmeTests {
  /// Is the top of the repository.
  static let root = Path.parent(Path.parent(Path.parent(#filePath)))

  @Test func itIsShort() throws {
    let lines = try readText(Self.root + "/README.md").split(
      separator: "\n", omittingEmptySubsequences: false)
    #expect(lines.count - 1 <= 150)
  }

  @Test func itsTableOfToolsIsThatOfTheContract() throws {
    let readme = try readText(Self.root + "/README.md")
    let table = readme.split(separator: "<!-- tools -->\n\n").last?
      .split(separator: "\n<!-- /tools -->").first
    let expected = try Self.table(of: JSONValue.parse(readText(Self.root + "/tools.json")))
    #expect(table.map(String.init) == expected, "the table should be:\n\(expected)")
  }

  @Test func eachSentenceOfTheGuaranteeNamesATestThatExists() throws {
    let readme = try readText(Self.root + "/README.md")
    let part = readme.split(separator: "## What you can rely on\n").last?.split(separator: "\n##")
      .first
    let sentences = try #require(part).split(separator: "\n").filter { $0.hasPrefix("- ") }
    #expect(sentences.count == 4)
    let tests = try Self.sources(in: Self.root + "/Tests").map(readText)
    for sentence in sentences {
      let words = sentence.split(separator: "`", omittingEmptySubsequences: false)
      let names = words.enumerated().filter { $0.offset % 2 == 1 }.map { String($0.element) }
        .filter { $0.count > 15 }
      #expect(!names.isEmpty, "\(sentence)")
      for name in names {
        let rest = name.hasPrefix("…") ? String(name.dropFirst()) : name
        let isThere = tests.contains { $0.contains("\(rest)(") && $0.contains("@Test") }
        #expect(isThere, "\(name)")
      }
    }
  }

  private static func sources(in folder: String) throws -> [String] {
    let files = RealFileSystem()
    return try files.list(folder).flatMap { name -> [String] in
      let path = Path.join(folder, name)
      if try files.status(path, followingLinks: false)?.kind == .directory {
        return try sources(in: path)
      }
      return name.hasSuffix(".swift") ? [path] : []
    }
  }

  @Test func everyCommandItShowsExists() throws {
    let readme = try readText(Self.root + "/README.md")
    let known = try Set(CommandHelpTests.commands().map { String($0.split(separator: " ")[0]) })
    for line in readme.split(separator: "\n") where line.hasPrefix("errand ") {
      let verb = line.split(separator: " ")[1]
      #expect(known.contains(String(verb)), "\(line)")
    }
  }

  /// Says of some sets in a line what all their tools are for, or to whom they are offered.
  private static let special = [
    "artifacts": "What a task left behind or is given, by content id (CID).",
    "review": "Accept or reject what came, try again, change what is said of a task.",
    "manage":
      "Only where asked for, as by `errand serve --toolsets tasks,artifacts,review,manage`.",
    "worker": "For workers outside (`--toolsets tasks,worker`), which take tasks by lease.",
    "attempt": "Only for an agent inside an attempt, beside those that read, create and upload.",
  ]

  /// Says in one line what two tools are for that stand side by side.
  private static let pairs = [
    ("tasks_list", "tasks_get", "Lists tasks in short; shows one."),
    (
      "tasks_attempts_list", "tasks_messages_list",
      "Shows the attempts of a task; what one said and did, in order."
    ),
  ]

  /// Draws the table: each tool with the first clause of its description.
  static func table(of contract: JSONValue) throws -> String {
    let tools = try #require(contract["tools"]?.arrayValue)
    var lines = ["| tool | set | what it does |", "|---|---|---|"]
    for tool in tools {
      let name = try #require(tool["name"]?.stringValue)
      let set = try #require(tool["toolset"]?.stringValue)
      if let whom = special[set] {
        let names = tools.filter { $0["toolset"]?.stringValue == set }.compactMap {
          $0["name"]?.stringValue.map { "`\($0)`" }
        }
        let line = "| \(names.joined(separator: ", ")) | \(set) | \(whom) |"
        if lines.last != line { lines.append(line) }
        continue
      }
      if let pair = pairs.first(where: { [$0.0, $0.1].contains(name) }) {
        if name == pair.0 { lines.append("| `\(pair.0)`, `\(pair.1)` | \(set) | \(pair.2) |") }
        continue
      }
      let description = try #require(tool["description"]?.stringValue)
      let end = [". ", ": ", "; "].compactMap { description.firstRange(of: $0)?.lowerBound }.min()
      let clause = description[..<(end ?? description.endIndex)]
      lines.append("| `\(name)` | \(set) | \(clause)\(clause.hasSuffix(".") ? "" : ".") |")
    }
    return lines.joined(separator: "\n")
  }
}
