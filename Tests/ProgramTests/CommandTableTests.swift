import Posix
import TestSupport
import Testing

/// Checks that what is laid out in columns fits the reader's terminal.
struct CommandTableTests {
  /// Counts columns: what is drawn here is one wide up to the East Asian blocks, and two in them.
  private static func width(_ line: Substring) -> Int {
    line.unicodeScalars.reduce(0) { $0 + ($1.value >= 0x2E80 ? 2 : 1) }
  }

  @Test func everyTableFitsTheTerminal() throws {
    try withCommandDesk { desk in
      let name = "a-name-of-sixty-three-characters-which-is-the-longest-there-may-be"
      let task = try desk.task("echo done", name: String(name.prefix(63)))
      _ = try desk.task("echo 日本語の長い題名と結果をここに書きます日本語の長い題名と結果 && exit 3")
      let file = desk.folder + "/report.txt"
      try writeFile(file, "x")
      let put = try desk.errand(["artifacts", "put", task, file, "--title", "日本語の長い題名"])
      #expect(put.status == .exited(code: 0), "\(put.errorText)")
      let tables = [
        ["list"], ["list", "--inbox"], ["artifacts", "list", task], ["schemas"], ["tools"],
        ["config"],
      ]
      for columns in [40, 60, 80, 120] {
        for table in tables {
          let outcome = try desk.errand(table, environment: ["COLUMNS": "\(columns)"])
          #expect(outcome.status == .exited(code: 0), "\(table): \(outcome.errorText)")
          let lines = outcome.text.split(separator: "\n")
          #expect(!lines.isEmpty)
          for line in lines where !line.hasPrefix("/") {
            #expect(Self.width(line) <= columns, "\(table): \(line)")
          }
        }
        let list = try desk.errand(["list"], environment: ["COLUMNS": "\(columns)"]).text
        #expect(list.contains("NAME") && list.contains("STATUS") && list.contains("a-name-of"))
      }
    }
  }

  @Test(arguments: [60, 80, 120])
  func helpFitsTheTerminal(_ columns: Int) throws {
    for command in [""] + (try CommandHelpTests.commands()) {
      let words = ["help"] + command.split(separator: " ").map(String.init)
      let help = try Program.run(words, environment: ["COLUMNS": "\(columns)"]).text
      // An example is one line, to be copied.
      let lines = help.split(separator: "\n").prefix { $0 != "Examples:" }
      #expect(!lines.isEmpty)
      for line in lines { #expect(Self.width(line) <= columns, "\(command): \(line)") }
    }
  }
}
