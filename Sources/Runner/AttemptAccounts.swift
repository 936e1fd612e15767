import Posix
import TaskStore
import Tasks

/// Keeps the journal and the attempt even about what is used: what it uses itself is told to all,
/// what it has given to its subtasks is held against its own limits, and what all tasks have cost
/// against the day's. Sees to it that subtasks are started, since its agent may be waiting for them.
struct AttemptAccounts {
  private let ledger: AttemptLedger
  private var news: UsageNews
  /// Where its work costs money at all.
  private var day: DayWatch?
  /// When to see whether there is a runner for subtasks that have yet to start, and how long after
  /// that again.
  private(set) var deadline: MonotonicTime?
  private var pause = Self.firstPause

  private static let firstPause = Duration.seconds(2)
  private static let longestPause = Duration.seconds(60)

  init(_ ledger: AttemptLedger, _ spec: TaskSpec, environment: [String: String]) {
    self.ledger = ledger
    news = UsageNews(spec.budget)
    day = spec.launch.costsMoney ? DayWatch(environment: environment) : nil
  }

  /// Tells what is new of limits nearly reached, and of what was used.
  mutating func tell(_ voice: inout AgentVoice) {
    do throws(StoreError) {
      for text in voice.takeWarnings() { try ledger.warned(text) }
      if voice.failure == nil, let usage = news.take(voice.usage) { try ledger.counted(usage) }
    } catch {
      voice.fail(error)
    }
  }

  /// Looks at what was given to subtasks since the last time and has come back from them, and at
  /// what the day has cost.
  mutating func follow(_ voice: inout AgentVoice) {
    do throws(StoreError) {
      switch try day?.look(in: ledger.store) {
      case .nearlySpent(let words): voice.warn(words)
      case .spent(let words): voice.exhaust(words)
      case nil: break
      }
      let family = try ledger.family()
      voice.allow(less: family.given)
      if !family.hasUnstarted {
        deadline = nil
        pause = Self.firstPause
      } else if deadline == nil {
        deadline = .after(pause)
      }
    } catch {
      voice.fail(error)
    }
  }

  /// Starts a runner where one was killed while subtasks wait: inside an attempt nobody else may.
  mutating func seeToRunner(now: MonotonicTime) {
    guard let due = deadline, due <= now else { return }
    pause = min(pause * 2, Self.longestPause)
    deadline = now + pause
    do throws(RunnerError) {
      let own = try fromSystem { () throws(SystemError) in try Environment.executablePath() }
      try RunnerLauncher.ensureRunning(
        store: ledger.store, executable: own, build: .unknown, beside: true)
    } catch {
      StandardError.write("errand: no runner could be started: \(error)\n")
    }
  }
}
