import TaskStore
import Tasks

extension TaskStore {
  /// Binds what a task is about to the outputs that count now, so that its record says which was
  /// looked at; nil where nothing is left to bind.
  func boundReferences(of task: TaskRecord) throws(StoreError) -> [WorkReference]? {
    var references = task.spec.references
    for index in references.indices {
      guard case .task(let id, let attemptN, nil) = references[index].target,
        let target = try self.task(id: id, evenInDoubt: true),
        let counts = attemptN ?? target.acceptedAttemptN,
        let cid = target.attempts.first(where: { $0.attemptN == counts })?.outputCid
      else { continue }
      references[index].target = .task(id, attemptN: counts, outputCid: cid)
    }
    return references == task.spec.references ? nil : references
  }
}
