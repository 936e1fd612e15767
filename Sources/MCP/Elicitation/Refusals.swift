import Synchronization

/// Remembers the questions that were turned away on this connection, so that none is asked again.
final class Refusals: Sendable {
  /// Knows a question by its key and words: another question under the same key is asked.
  struct Asked: Hashable, Sendable {
    var key: String
    var message: String
  }

  private struct Memory {
    var outcomes: [Asked: ElicitationOutcome] = [:]
    var order: [Asked] = []
  }

  private static let limit = 1000
  private let memory = Mutex(Memory())

  func outcome(_ asked: Asked) -> ElicitationOutcome? { memory.withLock { $0.outcomes[asked] } }

  func remember(_ asked: Asked, _ outcome: ElicitationOutcome) {
    guard outcome.isRefusal else { return }
    memory.withLock { memory in
      guard memory.outcomes.updateValue(outcome, forKey: asked) == nil else { return }
      memory.order.append(asked)
      if memory.order.count > Self.limit {
        memory.outcomes[memory.order.removeFirst()] = nil
      }
    }
  }
}
