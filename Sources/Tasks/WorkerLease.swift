import JSON

/// Names the outside worker that holds an attempt, and how long it may be silent.
package struct WorkerLease: Sendable, Hashable {
  /// Longest time between two signs of life, in seconds.
  package static let bounds = 1...86_400

  package var worker: String
  package var seconds: Int
  /// Without a sign of life until then the attempt is another's to take.
  package var expiresAt: Timestamp

  package init(worker: String, seconds: Int, expiresAt: Timestamp) {
    self.worker = worker
    self.seconds = seconds
    self.expiresAt = expiresAt
  }
}

/// Says that a worker lives and goes on.
package struct Heartbeat: Sendable, Hashable {
  package var attemptN: Int
  package var leaseId: String
  package var expiresAt: Timestamp

  package init(attemptN: Int, leaseId: String, expiresAt: Timestamp) {
    self.attemptN = attemptN
    self.leaseId = leaseId
    self.expiresAt = expiresAt
  }
}

/// Says that an attempt was given up, by its worker or because that fell silent.
package struct Abandonment: Sendable, Hashable {
  package var attemptN: Int
  package var leaseId: String
  package var error: AttemptError

  package init(attemptN: Int, leaseId: String, error: AttemptError) {
    self.attemptN = attemptN
    self.leaseId = leaseId
    self.error = error
  }
}

extension TaskRecord {
  mutating func renew(_ heartbeat: Heartbeat) throws(IllegalTransition.Cause) {
    guard status.isActive else { throw .status(status) }
    let index = try owned(heartbeat.attemptN, heartbeat.leaseId)
    guard attempts[index].worker != nil else { throw .lostLease }
    holdLease(until: heartbeat.expiresAt)
  }

  /// Lets the latest attempt's lease last so long, though not beyond the time the task may take.
  mutating func holdLease(until wanted: Timestamp) {
    let end = min(wanted, workEnd ?? wanted)
    attempts[attempts.count - 1].worker?.expiresAt = end
  }

  /// Gives the task back to the queue while attempts remain, unless somebody wanted its end.
  mutating func abandon(
    _ abandonment: Abandonment, at moment: Moment
  ) throws(IllegalTransition.Cause) {
    guard status.isActive else { throw .status(status) }
    let index = try owned(abandonment.attemptN, abandonment.leaseId)
    attempts[index].status = .aborted
    attempts[index].error = abandonment.error
    attempts[index].completedAt = moment.at
    if cancelRequest != nil {
      attempts[index].status = .cancelled
      status = .cancelled
    } else if attempts.count(where: { !$0.isPaused }) < spec.maxAttempts {
      status = .queued
      return
    } else {
      error = abandonment.error
      status = .failed
    }
    completedAt = moment.at
  }

  /// Gives what time alone does to an attempt that an outside worker holds: it is ended once it has
  /// taken too long, and given up once its worker has been silent for too long.
  package func lapse(now: Timestamp) -> TaskEvent? {
    guard status.isActive, let attempt = latestAttempt, let lease = attempt.worker,
      lease.expiresAt <= now
    else { return nil }
    if let end = workEnd, end <= now {
      let error = AttemptError(.timeout, "It ran longer than \(spec.runningTimeoutSec) s.")
      return .settled(
        Settlement(
          attemptN: attempt.attemptN, leaseId: attempt.leaseId, outcome: .failed(error)))
    }
    let error = AttemptError(
      .interrupted, "Worker \(lease.worker) gave no sign of life for \(lease.seconds) s.")
    return .abandoned(
      Abandonment(attemptN: attempt.attemptN, leaseId: attempt.leaseId, error: error))
  }

  /// Tells whether a worker has lost the attempt it held: nobody adds to what it left there.
  package func hasLostWorker(ofAttempt attemptN: Int, now: Timestamp) -> Bool {
    guard let attempt = attempts.first(where: { $0.attemptN == attemptN }), attempt.worker != nil
    else { return false }
    return attempt.status.isTerminal ? attempt.status != .completed : lapse(now: now) != nil
  }

  /// Finds the conversation that a worker left with an attempt, or else with the latest it did.
  package func conversationLeft(in attemptN: Int? = nil) -> Artifact? {
    artifacts.last {
      $0.kind == Artifact.runtimeSession && (attemptN ?? $0.attemptN) == $0.attemptN
    }
  }

  /// When the latest attempt will have taken too long; a worker's lease never reaches beyond.
  package var workEnd: Timestamp? {
    latestAttempt?.startedAt?.adding(milliseconds: Int64(spec.runningTimeoutSec) * 1000)
  }
}

extension WorkerLease: JSONCodable {
  package static let json = Codec.object(
    Self.init(worker:seconds:expiresAt:),
    required("worker", \.worker, .string, "Who holds it."),
    required("seconds", \.seconds, .int(Reckonable.seconds), "Longest silence."),
    required("expiresAt", \.expiresAt, .timestamp, "When it lapses."))
}

extension Heartbeat: JSONCodable {
  package static let json = Codec.object(
    Self.init(attemptN:leaseId:expiresAt:),
    required("attemptN", \.attemptN, .int(1 ... .max), "The attempt."),
    required("leaseId", \.leaseId, .string, "Its lease."),
    required("expiresAt", \.expiresAt, .timestamp, "When it lapses."))
}

extension Abandonment: JSONCodable {
  package static let json = Codec.object(
    Self.init(attemptN:leaseId:error:),
    required("attemptN", \.attemptN, .int(1 ... .max), "The attempt."),
    required("leaseId", \.leaseId, .string, "Its lease."),
    required("error", \.error, AttemptError.json, "Why."))
}

extension Artifact {
  /// The kind of what holds a worker's conversation.
  package static let runtimeSession = "runtime_session"
}
