import JSON
import Posix
import TestSupport
import Testing

/// Checks that a command that cannot be carried out says what, why, and what to do.
struct CommandUsageTests {
  struct Mistake: Sendable, CustomTestStringConvertible {
    var words: [String]
    var says: [String]
    var code: Int32 = 2
    var testDescription: String { words.joined(separator: " ") }
  }

  static let mistakes: [Mistake] = [
    Mistake(words: ["lst"], says: ["no command `lst`", "nearest is `list`", "errand help"]),
    Mistake(words: ["--nope"], says: ["no option `--nope`"]),
    Mistake(words: ["artifacts", "gt"], says: ["`get`", "list, get, put"]),
    Mistake(words: ["run", "--wach", "x"], says: ["`--wach`", "nearest is `--watch`"]),
    Mistake(words: ["list", "--sta", "x"], says: ["nearest is `--status`"]),
    Mistake(words: ["list", "--limit"], says: ["--limit needs a value"]),
    Mistake(words: ["list", "--limit", "0"], says: ["from 1 to 100000", "`0`"]),
    Mistake(words: ["list", "--limit=many"], says: ["from 1 to 100000", "`many`"]),
    Mistake(words: ["list", "--json=yes"], says: ["--json takes no value"]),
    Mistake(words: ["list", "--limit", "5", "-l", "6"], says: ["--limit is given twice"]),
    Mistake(words: ["list", "more"], says: ["`more` is one word too many"]),
    Mistake(words: ["list", "--status", "sleeping"], says: ["sleeping"]),
    Mistake(words: ["get"], says: ["<task> is missing", "Usage: errand get"]),
    Mistake(words: ["wait", "x", "--until", "never"], says: ["`never`", "terminal, needs_me"]),
    Mistake(words: ["create"], says: ["brief is missing or empty"]),
    Mistake(words: ["create", "  "], says: ["brief is missing or empty"]),
    Mistake(words: ["create", "a", "--file", "b"], says: ["given twice", "--file"]),
    Mistake(words: ["create", "--input", "{a"], says: ["--input is not JSON"]),
    Mistake(words: ["create", "--file", "nowhere.md"], says: ["nowhere.md", "No such file"]),
    Mistake(words: ["create", "x", "--profile", "nobody"], says: ["nobody"]),
    Mistake(words: ["create", "x", "--profile", "shell", "--dir", "gone"], says: ["gone"]),
    Mistake(words: ["create", "x", "--budget-usd", "lots"], says: ["a number", "`lots`"]),
    Mistake(words: ["create", "x", "--profile", "shell", "--name", "No Good"], says: ["name"]),
    Mistake(words: ["create", "--type", "command", "--input", "{}"], says: ["/input"]),
    Mistake(words: ["completions", "tcsh"], says: ["`tcsh`", "bash, zsh, fish"]),
    Mistake(words: ["help", "lst"], says: ["nearest is `list`"]),
    Mistake(words: ["supervise", "x", "1"], says: ["errand runner"]),
    Mistake(words: ["serve", "--toolsets", "nope"], says: ["nope", "tasks"]),
    Mistake(words: ["serve", "--tools", "nope"], says: ["nope"]),
    Mistake(words: ["get", "no-such-task"], says: ["no-such-task"], code: 3),
    Mistake(words: ["logs", "no-such-task"], says: ["no-such-task"], code: 3),
    Mistake(words: ["wait", "no-such-task"], says: ["no-such-task"], code: 3),
    Mistake(words: ["cancel", "no-such-task"], says: ["no-such-task"], code: 3),
    Mistake(words: ["artifacts", "list", "no-such-task"], says: ["no-such-task"], code: 3),
    Mistake(words: ["artifacts", "get", "no-such-task", "x"], says: ["no-such-task"], code: 3),
    Mistake(words: ["artifacts", "put", "no-such-task", "."], says: ["no-such-task"], code: 3),
    Mistake(words: ["schemas", "no-such-type"], says: ["no-such-type"]),
    Mistake(words: ["logs", "x", "-q", "--kind", "info"], says: ["--quiet and --kind"]),
  ]

  @Test(arguments: mistakes)
  func aMistakeIsNamedWithItsNextStep(_ mistake: Mistake) throws {
    try withCommandDesk { desk in
      let outcome = try desk.errand(mistake.words)
      #expect(outcome.status == .exited(code: mistake.code), "\(outcome.errorText)")
      #expect(outcome.text == "", "nothing but results goes to standard output")
      for words in mistake.says { #expect(outcome.errorText.contains(words)) }
      let lines = outcome.errorText.split(separator: "\n")
      #expect(lines.first?.hasPrefix("errand: ") == true)
      #expect(lines.last?.hasPrefix("Next: ") == true, "\(outcome.errorText)")
    }
  }

  @Test(arguments: mistakes)
  func whoAsksForJSONIsToldInJSON(_ mistake: Mistake) throws {
    try withCommandDesk { desk in
      let outcome = try desk.errand(mistake.words + ["--json"])
      #expect(outcome.text == "", "nothing but results goes to standard output")
      let lines = outcome.errorText.split(separator: "\n")
      #expect(lines.count == 1, "\(outcome.errorText)")
      let error = try JSONValue.parse(outcome.errorText.utf8.dropLast())["error"]
      let code = try #require(error?["exitCode"]?.intValue)
      #expect(outcome.status == .exited(code: Int32(code)) && code != 0)
      #expect(error?["code"]?.stringValue?.isEmpty == false)
      #expect(error?["message"]?.stringValue?.hasSuffix(".") == true, "\(outcome.errorText)")
      #expect(error?["next"]?.stringValue?.isEmpty == false)
      if mistake.code == 3 { #expect(error?["code"] == "not_found") }
    }
  }

  @Test func nothingIsStoredByARefusedCreate() throws {
    try withCommandDesk { desk in
      for mistake in Self.mistakes where mistake.words[0] == "create" {
        _ = try desk.errand(mistake.words)
      }
      #expect(try desk.json(["list", "--json"])["total"] == 0)
    }
  }

  @Test func wordsBehindTheDoubleDashAreNoOptions() throws {
    try withCommandDesk { desk in
      let outcome = try desk.errand([
        "create", "--profile", "shell", "--dry-run", "--json", "--", "--watch",
      ])
      #expect(outcome.status == .exited(code: 0), "\(outcome.errorText)")
      #expect(outcome.text.contains(#""brief":"--watch""#))
    }
  }
}
