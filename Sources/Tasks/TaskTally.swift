import JSON

/// Adds up what tasks came to.
package struct TaskTally: Sendable, Hashable {
  package private(set) var total = 0
  package private(set) var counts: [TaskStatus: Int] = [:]
  package private(set) var attempts = 0
  package private(set) var retries = 0
  package private(set) var usage = Usage()
  package private(set) var runningMilliseconds: Int64 = 0

  package init() {}

  package mutating func add(_ task: TaskRecord) {
    total += 1
    counts[task.status, default: 0] += 1
    attempts += task.attemptCount
    retries += task.retryCount
    usage = usage + task.usage
    for attempt in task.attempts {
      guard let start = attempt.startedAt, let end = attempt.completedAt else { continue }
      // The times may be another's: a bundle of many attempts can say more than adds up.
      let (sum, isTooMuch) = runningMilliseconds.addingReportingOverflow(
        max(0, end.milliseconds - start.milliseconds))
      runningMilliseconds = isTooMuch ? .max : sum
    }
  }
}
