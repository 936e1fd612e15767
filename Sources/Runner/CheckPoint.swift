import Agents
import Posix
import Tasks

/// Lets an agent that claims to be done hear of checks that fail, once, while it is still there.
struct CheckPoint {
  /// Is nil where there is nothing to check, or where the type's policy lets nothing go back.
  private let run: CheckRun?
  private var hasRun = false
  private(set) var isDue = false
  /// What was found, if all passed: nobody needs to look once more.
  private(set) var passed: [CheckEvidence]?

  init(_ run: CheckRun?) { self.run = run }

  /// Tells whether the agent is to wait for the checks; they are run by `carryOut`.
  mutating func holds(_ voice: AgentVoice, hasClaim: Bool) -> Bool {
    guard run != nil, !hasRun, hasClaim, voice.mayGoOn else { return false }
    if case .failure = voice.sink.standing.word { return false }
    isDue = true
    return true
  }

  /// Runs them; returns bytes for the agent's input if it is to mend something.
  mutating func carryOut(
    signals: SignalPipe, journal: borrowing FileWatch, _ voice: inout AgentVoice
  ) -> (bytes: [UInt8]?, wish: CommandRun.Wish) {
    isDue = false
    hasRun = true
    guard let run else { return (nil, .none) }
    let verdict = run.carryOut(signals: signals, journal: journal, &voice)
    guard verdict.wish == .none else { return (nil, verdict.wish) }
    guard verdict.failure != nil else {
      passed = verdict.evidence
      return (nil, .none)
    }
    let words = """
      This was checked after what you did, and did not pass:

      \(verdict.complaints.joined(separator: "\n\n"))

      Mend it, then hand in your result once more. It will be checked again.
      """
    return (voice.say(words, from: .followUp), .none)
  }
}
