import Agents
import JSON
import Posix
import TaskStore
import Tasks

/// Runs a task's checks in its workspace after the agent's claim, and keeps what they found.
struct CheckRun {
  let commands: [[String]]
  let directory: String
  let environment: [String: String]
  let redactor: Redactor
  let ledger: AttemptLedger
  let folder: String
  /// The longest run of one.
  let limit: Duration
  let limits: Limits
  let files: any FileSystem
  /// Tells that the agent is gone.
  var isAlone = true
  /// Tells the commit that is checked out when they run.
  let revision: @Sendable () -> String?

  /// Says what all of them came to.
  struct Verdict {
    var evidence: [CheckEvidence] = []
    /// The last words of those that did not pass, for who is to mend it.
    var complaints: [String] = []
    var wish = CommandRun.Wish.none

    var failure: AttemptError? {
      let failed = evidence.filter { $0.status != .passed }
      guard let first = failed.first else { return nil }
      let more = failed.count > 1 ? "; \(failed.count - 1) more did not pass" : ""
      return AttemptError(.checkFailed, "The check \(first.words)\(more).")
    }
  }

  /// How much of what a check said an agent is told.
  private static let told = 4_000

  /// Runs all of them, also after one has failed: whoever mends wants to know everything.
  func carryOut(
    signals: SignalPipe, journal: borrowing FileWatch, _ voice: inout AgentVoice
  ) -> Verdict {
    var verdict = Verdict()
    let revision = revision()
    for (index, argv) in commands.enumerated() where verdict.wish == .none {
      let log = "\(folder)/check-\(index + 1).log"
      var evidence = CheckEvidence(
        argv: argv, status: .unstarted, durationMs: 0, revision: revision)
      var complaint = ""
      let began = MonotonicTime.now
      do throws(Unfit) {
        let run = CommandRun(
          command: argv, limit: limit, directory: directory,
          environment: environment, marker: ledger.marker, isAlone: isAlone, log: log,
          redactor: redactor)
        let outcome = try run.run(
          signals: signals, journal: journal, bytes: limits.errors, files: files,
          telling: { voice.note($0) }, look: wish)
        verdict.wish = outcome.wish
        if outcome.status == nil, outcome.wish != .none { break }
        evidence.status = outcome.status.map { $0.isSuccess ? .passed : .failed } ?? .timedOut
        evidence.exit = outcome.status.map(ProcessExit.init)
        complaint = outcome.lastLine
      } catch {
        complaint = error.error.message
      }
      evidence.durationMs = Int((MonotonicTime.now - began).milliseconds)
      (evidence.outputCid, complaint) = keep(log, index, complaint)
      verdict.evidence.append(evidence)
      voice.note("Check: \(evidence.words).", CheckEvidence.json.value(of: evidence))
      if evidence.status != .passed {
        verdict.complaints.append("\(evidence.words):\n\(complaint)")
      }
    }
    return verdict
  }

  private func wish() throws(Unfit) -> CommandRun.Wish {
    do throws(StoreError) {
      return try ledger.standing() == .wanted ? .none : .unwanted
    } catch {
      throw Unfit(.storeError, "The task cannot be read: \(error).")
    }
  }

  /// Makes an artifact of what a check printed; answers its content and its last words.
  private func keep(
    _ log: String, _ index: Int, _ complaint: String
  ) -> (ContentID?, String) {
    do {
      guard try files.exists(log) else { return (nil, complaint) }
      let (cid, size) = try ledger.store.blobs.put(path: log, limit: 4 * limits.errors)
      let from = max(0, size - Self.told)
      let end = try ledger.store.blobs.read(cid, offset: from, count: Self.told)
      try files.remove(log)
      if size > 0 {
        try ledger.bind(
          Artifact(
            id: RandomName.make(), attemptN: ledger.attemptN, kind: "log",
            title: "check-\(index + 1).log", contentType: ContentType.text, sizeBytes: size,
            cid: cid, createdAt: .now, createdBy: ledger.actor))
      }
      let words = CleanText.clean(String(decoding: end, as: UTF8.self), limit: Self.told)
      return (size > 0 ? cid : nil, words.isEmpty ? complaint : words)
    } catch {
      StandardError.write("errand: the output of a check could not be kept: \(error)\n")
      return (nil, complaint)
    }
  }
}
