import JSON
import Posix
import TestSupport
import Testing

/// Checks that a refusal is told in the words of the verb that was called.
struct CommandWordsTests {
  struct Refusal: Sendable, CustomTestStringConvertible {
    var words: [String]
    var says: [String]
    var testDescription: String { words.joined(separator: " ") }
  }

  static let refusals: [Refusal] = [
    Refusal(
      words: ["answer", "done", "yes", "--request", "q1"],
      says: ["--request: it has asked no such thing", "use `errand answer` again"]),
    Refusal(
      words: ["answer", "done", "yes", "--message", "because"],
      says: ["--message: does not go together", "use `errand answer` again"]),
    Refusal(
      words: ["send", "done", "--cancel", "s1"],
      says: ["--cancel: nothing was said under it", "use `errand send` again"]),
    Refusal(
      words: ["run", "-p", "shell", "--tag", "", "true"],
      says: ["--tag: ", "use `errand run` again"]),
    Refusal(
      words: ["create", "-p", "shell", "--tag", "", "true"],
      says: ["--tag: ", "use `errand create` again"]),
    Refusal(words: ["continue", "done", "go on"], says: ["with --session new"]),
    Refusal(
      words: ["create", "-p", "shell", "--ref", "nobody", "true"], says: ["--ref: names no task"]),
    Refusal(words: ["logs", "done", "--attempt", "9"], says: ["`errand get` with the task alone"]),
    Refusal(words: ["schemas", "nothing"], says: ["<type>: "]),
    Refusal(words: ["artifacts", "put", "done", "/etc/passwd"], says: ["<file>: /etc/passwd"]),
    Refusal(
      words: ["reject", "done", "--attempt", "9"], says: ["no attempt 9"]),
    Refusal(words: ["list", "--inbox", "--tag", "a"], says: ["--inbox and --tag do not go"]),
    Refusal(words: ["list", "--queued-after", "soon"], says: ["--queued-after: expected a time"]),
  ]

  @Test func whatIsWrongIsNamedAsItWasTyped() throws {
    try withCommandDesk { desk in
      _ = try desk.task("true", name: "done")
      for refusal in Self.refusals {
        let outcome = try desk.errand(refusal.words)
        #expect(outcome.status != .exited(code: 0), "\(refusal)")
        for words in refusal.says {
          #expect(outcome.errorText.contains(words), "\(refusal): \(outcome.errorText)")
        }
        for line in outcome.errorText.split(separator: "\n") {
          #expect(!line.hasPrefix("  /"), "a place in a tool's arguments: \(line)")
        }
      }
      let missing = try desk.errand(["get", "nobody"]).errorText
      #expect(missing.split(separator: "\n").count == 2, "what was said is said again: \(missing)")
    }
  }
}
