import JSON
import Posix
import TaskStore

extension Command {
  static let doctor = Command(
    path: ["doctor"], summary: "Look at store, configuration and agents; changes nothing.",
    options: [Options.json.spec],
    notes: "Ends with 1 if there is a problem. Each finding says what it means and what to do.",
    examples: [
      Example("errand doctor", "What is wrong here, and the cure."),
      Example("errand doctor --json | jq '.findings[] | select(.level == \"problem\")'", "JSON."),
    ],
    run: Doctor.examine)
}

/// Looks at everything the program stands on.
enum Doctor {
  static func examine(_ call: Invocation) throws(Complaint) -> ExitCode {
    let environment = Environment.current
    let root = StoreLayout.defaultRoot(environment: environment)
    let findings =
      [.ok("errand", "version \(ThisBuild.version)")]
      + StoreExamination(root: root).findings()
      + SettingsExamination(environment: environment).findings()
      + [git(environment)]
    let problems = findings.count { $0.level == .problem }
    if call[Options.json] {
      let report: JSONValue = [
        "version": .string(ThisBuild.version), "problems": .integer(problems),
        "findings": .array(findings.map(\.json)),
      ]
      try call.terminal.print(report.text)
    } else {
      for finding in findings { try call.terminal.print(finding.text(call.terminal)) }
      let count = problems == 1 ? "1 problem." : "\(problems) problems."
      try call.terminal.print("\n" + (problems == 0 ? "All is well." : count))
    }
    return problems == 0 ? .ok : .taskFailed
  }

  private static func git(_ environment: [String: String]) -> Finding {
    guard let git = Environment.which("git", path: environment["PATH"]) else {
      return .note(
        "git", "not on PATH", means: "Changes of tasks in repositories are not kept as diffs.",
        next: "Install git.")
    }
    let answer = SmallCommand.run(git, ["--version"], environment: environment)
    return .ok("git", "\(git) (\(answer ?? "no version"))")
  }
}

/// Runs a small program of the system and reads its first kibibytes.
enum SmallCommand {
  /// Gives what it printed, without the last newline; nil if it did not end well in a few seconds.
  static func run(
    _ program: String, _ arguments: [String], environment: [String: String]
  ) -> String? {
    do {
      let output = try Pipe.make()
      let child = try ChildProcess.spawn(
        ProcessSpec(
          executable: program, arguments: arguments, environment: environment,
          descriptors: [1: output.writing.rawValue]))
      let reading = output.takeReading()
      let hasAnswered = try Poller.isReadable(reading.rawValue, until: .after(.seconds(3)))
      let bytes = hasAnswered ? try reading.read(upTo: 16 << 10) : []
      if try child.waitForExit(until: .after(.seconds(3))) == nil { try child.signal(.kill) }
      guard try child.reap().isSuccess else { return nil }
      let text = String(decoding: bytes, as: UTF8.self)
      return text.hasSuffix("\n") ? String(text.dropLast()) : text
    } catch {
      return nil
    }
  }
}
