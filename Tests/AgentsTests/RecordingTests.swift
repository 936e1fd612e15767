import Agents
import JSON
import Posix
import Tasks
import TestSupport
import Testing

/// Plays what real agents wrote: each run must read as its golden file beside it says, and may be
/// cut anywhere. `ERRAND_RENEW_GOLDEN=1` writes the files anew, to be looked at before they are kept.
@Suite struct RecordingTests {
  static let agents =
    ["claude", "codebuddy", "qoder", "codex", "codex-app-server"] + Recording.speakingProse.sorted()

  @Test(arguments: Recording.all(agents))
  func aRecordedRunReadsAsItsGoldenFile(_ recording: Recording) throws {
    var replay = Replay(recording)
    for line in try recording.lines { replay.hear(line) }
    replay.finish()
    replay.end(recording.exit, recording.run["stderr"]?.stringValue)
    let story = replay.story.joined(separator: "\n") + "\n"
    let path = recording.path + ".events"
    if Environment.current["ERRAND_RENEW_GOLDEN"] != nil {
      try RealFileSystem().replace(path, with: Array(story.utf8))
    }
    #expect(story == (try readText(path)))
  }

  @Test(arguments: Recording.all(agents))
  func aRunCutAtAnyLineStillEndsLegally(_ recording: Recording) throws {
    var replay = Replay(recording)
    let lines = try recording.lines
    for count in 0...lines.count {
      if count > 0 { replay.hear(lines[count - 1]) }
      var cut = replay
      cut.finish()
      for exit in [Posix.ExitStatus.signalled(.kill), .exited(code: 0), .exited(code: 1)] {
        try judge(cut, cut.outcome(exit, nil), exit, recording)
      }
    }
  }

  /// Success needs the agent's own word, or an exit that stands for it.
  private func judge(
    _ cut: Replay, _ outcome: Settlement.Outcome, _ exit: Posix.ExitStatus, _ recording: Recording
  ) throws {
    let standing = cut.standing
    let mayComplete = recording.adapter.traits.exitCodeIsResult && exit.isSuccess
    switch outcome {
    case .completed: #expect(standing.result != nil || mayComplete)
    case .failed(let error): #expect(!error.message.isEmpty)
    case .paused(let pause): #expect(pause.error.code == .agentQuota)
    case .cancelled: Issue.record("nobody cancelled")
    }
    let usage = standing.usage
    for figure in [usage.inputTokens, usage.outputTokens, usage.turns] {
      #expect(figure ?? 0 >= 0)
    }
  }
}
