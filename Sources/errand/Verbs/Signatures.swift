import JSON
import MCP
import Posix
import Runner
import TaskStore
import Tasks
import Tools

extension Command {
  static let verifySignature = Command(
    path: ["verify-signature"], summary: "Check who signed what an attempt handed in.",
    operands: [.task],
    options: [Options.attempt.spec, Options.signers.spec, Options.json.spec],
    notes: """
      With "signing": {"key": "~/.ssh/id_ed25519"} in the configuration every output is signed by
      ssh-keygen, in the namespace errand-output, over the text of its outputCid. Good is what a
      signer on the list has signed: that of --signers, of "allowedSigners", else the key itself.
      Ends 0 if it is good, else 1.
      """,
    examples: [
      Example(
        "errand verify-signature fix-login-test-k3f9", "The accepted attempt, else the last."),
      Example("errand verify-signature fix-login-test-k3f9 --signers team.txt", "By a list."),
    ],
    run: Signatures.verify)
}

/// Judges signatures of outputs.
enum Signatures {
  static func verify(_ call: Invocation) throws(Complaint) -> ExitCode {
    let setting = try Operations.setting()
    let workshop = Workshop(setting)
    let task: TaskRecord
    let signer: OutputSigner
    do throws(ToolFailure) {
      task = try workshop.shownTask(TaskReference(call.operand(0) ?? ""))
      signer = OutputSigner(
        judging: workshop.usableConfiguration().signing, signers: call[Options.signers],
        setting.environment)
    } catch {
      throw Complaint(error, in: .verifySignature)
    }
    let wanted = call[Options.attempt] ?? task.acceptedAttemptN ?? task.attemptCount
    guard let attempt = task.attempts.first(where: { $0.attemptN == wanted }) else {
      throw Complaint(
        "Task \(task.spec.name) has no attempt \(wanted).", next: "Use `errand get`.",
        code: .notFound)
    }
    guard let cid = attempt.outputCid, let signature = attempt.signature else {
      throw Complaint(
        "Attempt \(wanted) of task \(task.spec.name) handed in nothing that is signed.",
        next: "Set signing.key in the configuration (`errand config`); what follows is signed.",
        code: .taskFailed)
    }
    let verdict = try judge(signature, cid, attempt.output, signer)
    return try tell(verdict, task, wanted, call)
  }

  private static func judge(
    _ signature: String, _ cid: ContentID, _ output: JSONValue?, _ signer: OutputSigner
  ) throws(Complaint) -> OutputSigner.Verdict {
    do throws(CanonicalFormError) {
      guard let output, ContentID(json: try output.canonical) == cid else {
        return .bad("the output is not the one that its outputCid names")
      }
    } catch {
      return .bad("the output has no canonical form")
    }
    do throws(SigningError) {
      return try signer.judge(signature, over: cid)
    } catch {
      throw Complaint(
        "The signature could not be looked at: \(error).",
        next: "Install OpenSSH 8.9 or newer, or name another list with --signers.",
        code: .tryLater)
    }
  }

  private static func tell(
    _ verdict: OutputSigner.Verdict, _ task: TaskRecord, _ attempt: Int, _ call: Invocation
  ) throws(Complaint) -> ExitCode {
    var answer: JSONObject = [
      "taskId": .string(task.id.description), "name": .string(task.spec.name),
      "attemptN": .integer(attempt),
    ]
    let (word, line): (String, String)
    switch verdict {
    case .good(let signer, let says):
      answer["signer"] = .string(signer)
      (word, line) = ("good", "good: signed by \(signer). \(says)")
    case .unknownSigner(let says):
      (word, line) = ("unknown_signer", "whole, but its signer is not on the list. \(says)")
    case .bad(let why): (word, line) = ("bad", "bad: \(why)")
    }
    answer["verdict"] = .string(word)
    answer["says"] = .string(line)
    try call.terminal.print(
      call[Options.json] ? JSONValue.object(answer).text : "\(task.spec.name): \(line)")
    return word == "good" ? .ok : .taskFailed
  }
}
