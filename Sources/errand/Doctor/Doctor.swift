import JSON
import Posix
import TaskStore
import Tasks

extension Command {
  static let doctor = Command(
    path: ["doctor"], summary: "Look at store, configuration and agents; say what is wrong.",
    options: [
      Options.fix.spec, Options.verify.spec, Options.redact.spec, Options.json.spec,
    ],
    notes: """
      Ends with 1 if there is a problem. Each finding says what it means and what to do. Without
      --fix nothing is changed; with it nothing is deleted: what is in the way, or damaged, is moved
      to the store's folder damaged/. --redact rewrites old messages, transcripts and stderr logs in
      which something has the looks of a secret.
      """,
    examples: [
      Example("errand doctor", "What is wrong here, and the cure."),
      Example("errand doctor --fix", "Mend what can be mended safely, then look again."),
      Example("errand doctor --verify", "Check the whole hash chain, all messages and artifacts."),
      Example("errand doctor --json | jq '.findings[] | select(.level == \"problem\")'", "JSON."),
    ],
    run: Doctor.examine)
}

/// Looks at everything the program stands on.
enum Doctor {
  static func examine(_ call: Invocation) throws(Complaint) -> ExitCode {
    let environment = Environment.current
    let root = StoreLayout.defaultRoot(environment: environment)
    var done = call[Options.fix] ? try Repair.carryOut(root, isDeep: call[Options.verify]) : []
    if call[Options.redact] { done += try Redaction.carryOut(root) }
    var findings =
      [.ok("errand", "version \(ThisBuild.version)")]
      + StoreExamination(root: root, isWalked: call[Options.verify]).findings()
    var audit: StoreAudit?
    if call[Options.verify] {
      audit = StoreWalk.audit(root, &findings)
    }
    findings += SettingsExamination(environment: environment).findings() + [git(environment)]
    let problems = findings.count { $0.level == .problem }
    if call[Options.json] {
      try call.terminal.print(report(findings, done, audit).text)
    } else {
      for what in done { try call.terminal.print("mended: \(what)") }
      for finding in findings { try call.terminal.print(finding.text(call.terminal)) }
      let count = problems == 1 ? "1 problem." : "\(problems) problems."
      try call.terminal.print("\n" + (problems == 0 ? "All is well." : count))
    }
    return problems == 0 ? .ok : .taskFailed
  }

  private static func report(
    _ findings: [Finding], _ done: [String], _ audit: StoreAudit?
  ) -> JSONValue {
    var report: JSONObject = [
      "version": .string(ThisBuild.version),
      "problems": .integer(findings.count { $0.level == .problem }),
      "findings": .array(findings.map(\.json)),
      "mended": .array(done.map { .string($0) }),
    ]
    report["audit"] = audit.map(StoreWalk.json)
    return .object(report)
  }

  private static func git(_ environment: [String: String]) -> Finding {
    guard let git = Environment.which("git", path: environment["PATH"]) else {
      return .note(
        "git", "not on PATH", means: "Changes of tasks in repositories are not kept as diffs.",
        next: "Install git.")
    }
    let answer = SmallCommand.run(git, ["--version"], environment: environment)
    let version = answer.flatMap { $0.status.isSuccess ? $0.text : nil }
    return .ok("git", "\(git) (\(version ?? "no version"))")
  }
}
