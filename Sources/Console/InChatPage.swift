/// Is the page that a chat client shows beside the conversation: one file, made of the same parts
/// as the console's pages.
package enum InChatPage {
  package static let text = filled()

  /// Are the parts it needs, each after those it takes from.
  private static let parts = [
    "session", "dom", "lists", "moves", "bridge", "poll", "dialogs", "markdown", "artifacts",
    "diff",
    "messages", "fields", "answers", "review", "actions", "chart", "tree", "task", "chatboard",
    "inchat",
  ]
  /// The client calls the tools, and nobody tells of changes: these parts stand for others here.
  private static let instead = ["api": "bridge", "line": "poll"]
  private static let sheets = ["base", "views", "inchat"]

  private static func filled() -> String {
    let styles = sheets.map { source("\($0).css") }.joined(separator: "\n")
    let scripts = parts.map { enclosed($0, source("\($0).js")) }.joined(separator: "\n")
    return source("inchat.html")
      .replacing("/* styles */", with: styles).replacing("/* scripts */", with: scripts)
  }

  private static func source(_ name: String) -> String {
    PageFile.named(name).map { "\($0.text)" } ?? ""
  }

  /// Makes a value of a module, since one script cannot take in another here.
  static func enclosed(_ name: String, _ source: String) -> String {
    var offered: [String] = []
    let lines = source.split(separator: "\n", omittingEmptySubsequences: false).map { line in
      if let taken = line.wholeMatch(of: /import (\{ .+ \}) from "\.\/(\w+)\.js";/) {
        let part = instead[String(taken.output.2)] ?? String(taken.output.2)
        return "const \(taken.output.1) = $\(part);"
      }
      if let made = line.prefixMatch(of: /export (?:async )?(?:function|const|class) (\w+)/) {
        offered.append(String(made.output.1))
        return String(line.dropFirst("export ".count))
      }
      return String(line)
    }
    return """
      const $\(name) = (() => {
      \(lines.joined(separator: "\n"))
      return { \(offered.joined(separator: ", ")) };
      })();
      """
  }
}
