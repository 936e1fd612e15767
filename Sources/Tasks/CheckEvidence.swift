import JSON

/// Records what a command found that we ran in the workspace after the agent's claim.
package struct CheckEvidence: Sendable, Hashable {
  package enum Status: String, Sendable, Hashable, CaseIterable, JSONCodable {
    case passed, failed
    case timedOut = "timed_out"
    /// It could not be started.
    case unstarted
    package static let json = Codec<Status>.enumeration
  }

  package var argv: [String]
  package var status: Status
  package var exit: ProcessExit?
  package var durationMs: Int
  /// The commit it ran on, where there is one; the work tree may hold more than that.
  package var revision: String?
  /// What it printed, on both streams, as stored content.
  package var outputCid: ContentID?

  package init(
    argv: [String], status: Status, exit: ProcessExit? = nil, durationMs: Int,
    revision: String? = nil, outputCid: ContentID? = nil
  ) {
    self.argv = argv
    self.status = status
    self.exit = exit
    self.durationMs = durationMs
    self.revision = revision
    self.outputCid = outputCid
  }

  /// Bounds how many checks a task may ask for, and how many words each has.
  package static let most = 10
  package static let mostWords = 64

  /// Says what ran, in a line.
  package var command: String {
    let words = argv.dropFirst(argv.prefix(2) == ["/bin/sh", "-c"] ? 2 : 0)
    return "`" + CleanText.line(words.joined(separator: " "), limit: 200) + "`"
  }

  /// Says what came of it: that it failed with exit code 1 after 3.2 s.
  package var words: String {
    let time = "after \(durationMs / 1000).\(durationMs % 1000 / 100) s"
    switch status {
    case .passed: return "\(command) passed \(time)"
    case .timedOut: return "\(command) was ended \(time), its limit"
    case .unstarted: return "\(command) could not be started"
    case .failed:
      let end =
        exit?.code.map { " with exit code \($0)" } ?? exit?.signal.map { " by signal \($0)" } ?? ""
      return "\(command) failed\(end) \(time)"
    }
  }
}

extension CheckEvidence: JSONCodable {
  package static let json = Codec.object(
    Self.init(argv:status:exit:durationMs:revision:outputCid:),
    required("argv", \.argv, .array(of: .string), "Program and arguments."),
    required("status", \.status, Status.json, "What came of it."),
    optional("exit", \.exit, ProcessExit.json, "How the program ended."),
    required("durationMs", \.durationMs, .int, "How long it ran."),
    optional("revision", \.revision, .string, "Commit it ran on."),
    optional("outputCid", \.outputCid, .contentID, "What it printed."))
}
