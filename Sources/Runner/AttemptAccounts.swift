import Posix
import TaskStore
import Tasks

/// Keeps the journal and the attempt even about what is used: what it uses itself is told to all, and
/// what it has given to its subtasks is held against its own limits.
struct AttemptAccounts {
  private let ledger: AttemptLedger
  private var news: UsageNews

  init(_ ledger: AttemptLedger, _ budget: Budget) {
    self.ledger = ledger
    news = UsageNews(budget)
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

  /// Looks at what was given to subtasks since the last time, and has come back from them.
  func follow(_ voice: inout AgentVoice) {
    do throws(StoreError) { voice.allow(less: try ledger.family().given) } catch {
      voice.fail(error)
    }
  }
}
