import JSON

extension TaskRecord {
  /// Gives what of it is true in any store: leases, keys, secrets, environment and conversation
  /// belong to the one it was made in.
  package var portable: TaskRecord {
    var next = self
    var spec = self.spec
    spec.idempotency = nil
    spec.scheduled = nil
    spec.launch.environment = nil
    spec.launch.secretNames = []
    next.spec = spec
    for index in next.attempts.indices {
      next.attempts[index].leaseId = "elsewhere"
      next.attempts[index].session = nil
    }
    return next
  }

  /// Gives it as another store takes it over, behind what that store may have of it.
  package func takenOver(
    at moment: Moment, name: String, team: String, after known: Int
  ) -> TaskRecord {
    var next = portable
    next.spec.name = name
    next.spec.teamId = team
    next.revision = revision(takenOverAfter: known)
    for index in next.attempts.indices {
      next.attempts[index].usage = next.attempts[index].usage.reckonable
    }
    next.number = moment.number
    next.updatedAt = moment.at
    return next
  }

  /// Tells whether nothing of it goes on: what does cannot be taken anywhere.
  package var isAtRest: Bool {
    status.isTerminal && attempts.allSatisfy { $0.status.isTerminal }
  }
}
