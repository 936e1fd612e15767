import JSON
import Tasks

extension Maker {
  mutating func request(_ attemptN: Int = 1) -> InputRequest {
    InputRequest(
      requestId: text() + String(int()), attemptN: attemptN, question: text(),
      options: several { $0.text() }, schema: maybe { $0.value() },
      permission: maybe { maker in
        PermissionWish(tool: maker.text(), arguments: maker.maybe { $0.value() })
      }, deadline: maybe { $0.time() }, defaultAnswer: maybe { $0.value() }, askedAt: time())
  }

  mutating func artifact(_ attemptN: Int? = nil) -> Artifact {
    Artifact(
      id: text() + String(int()), attemptN: attemptN, kind: text(), title: text(),
      contentType: text(), contentEncoding: maybe { $0.text() }, sizeBytes: int(), cid: cid(),
      createdAt: time(), createdBy: actor())
  }

  mutating func settlement(_ attemptN: Int = 1, lease: String = "lease") -> Settlement {
    let outcome: Settlement.Outcome =
      switch int(0...2) {
      case 0: .completed
      case 1: .failed(error())
      default: .cancelled
      }
    return Settlement(
      attemptN: attemptN, leaseId: lease, outcome: outcome, output: maybe { $0.value() },
      outputCid: maybe { $0.cid() }, checked: maybe { $0.verification() },
      checks: several { $0.evidence() },
      summary: maybe { $0.text() }, usage: usage(), workspace: maybe { $0.workspace() },
      session: maybe { $0.session() }, exit: maybe { $0.exit() },
      survivors: several { $0.text() })
  }

  /// Makes an event of any kind; its parts need not fit a record.
  mutating func event() -> TaskEvent {
    switch int(0...26) {
    case 0: .created(spec())
    case 1: .held(some(HoldReason.self), resumeAt: maybe { $0.time() })
    case 2: .released
    case 3:
      .claimed(
        Claim(
          attemptN: 1, leaseId: "lease", profile: text(),
          worker: maybe { WorkerLease(worker: $0.text(), seconds: 60, expiresAt: $0.time()) }))
    case 4:
      .started(
        Start(attemptN: 1, leaseId: "lease", executor: executor(), workspace: workspace()))
    case 5: .inputRequested(request())
    case 6: .inputAnswered(requestId: text(), answer: value())
    case 7: .cancelRequested(reason: maybe { $0.text() })
    case 8: .cancelled(reason: maybe { $0.text() })
    case 9: .failed(error())
    case 10: .expired
    case 11: .artifactBound(artifact(maybe { _ in 1 }))
    case 12: .inputWithdrawn(requestId: text())
    case 13: .messageSent(Saying(sendId: text(), text: text(), timing: some(Steering.Timing.self)))
    case 14: .messageWithdrawn(sendId: text())
    case 15: .messageDelivered(sendId: text())
    case 16: .reviewed(verdict())
    case 17: .retried(retry())
    case 18:
      .updated(
        TaskUpdate(
          title: maybe { $0.text() }, tags: maybe { maker in maker.several { $0.text() } },
          priority: maybe { $0.int(0...100) }, launch: maybe { $0.launch() }))
    case 19: .commented(Remark(author: maybe { $0.text() }, text: text()))
    case 20:
      .reported(
        Report(attemptN: 1, leaseId: "lease", text: text(), link: maybe { $0.text() }))
    case 21: .outputSubmitted(Submission(attemptN: 1, leaseId: "lease", output: value()))
    case 22: .renewed(Heartbeat(attemptN: 1, leaseId: "lease", expiresAt: time()))
    case 23: .abandoned(Abandonment(attemptN: 1, leaseId: "lease", error: error()))
    case 24: .deleted
    case 25: .restored
    default: .settled(settlement())
    }
  }

  mutating func verdict() -> Verdict {
    Verdict(
      attemptN: 1, isAccepted: bool(), reviewer: maybe { $0.text() },
      comments: maybe { $0.text() })
  }

  mutating func retry() -> Retry {
    Retry(
      reason: maybe { $0.text() }, feedback: maybe { $0.text() },
      change: maybe { Retry.Change(input: $0.value(), inputCid: $0.cid()) }, launch: launch())
  }

  /// Walks a record through events, those that are refused left out; a few questions are answered.
  mutating func record(steps: Int = 12) throws -> TaskRecord {
    var record = try TaskRecord.applying(
      .created(spec()), at: Sample.moment(1, by: actor()), id: id(), to: nil)
    for _ in 0..<steps {
      var next = event()
      if let open = record.pendingRequests.first, bool() {
        next = .inputAnswered(requestId: open.requestId, answer: value())
      } else if record.status == .queued, bool() {
        next = Sample.claim(lease: "lease")
      }
      if record.refusal(of: next) == nil { record = try record.after(next) }
    }
    return record
  }

  mutating func body() -> MessageBody {
    switch int(0...9) {
    case 0: .userMessage(text: text(), from: some(MessageBody.Source.self))
    case 1: .text(text())
    case 2: .textDelta(text())
    case 3:
      .toolCallStart(
        callId: text(), tool: text(), title: maybe { $0.text() }, arguments: maybe { $0.value() })
    case 4:
      .toolCallEnd(
        callId: text(), tool: text(), ok: bool(), result: maybe { $0.value() },
        durationMs: maybe { $0.int() })
    case 5:
      .turnEnd(turn: int(), usage: maybe { $0.usage() }, stopReason: maybe { $0.text() })
    case 6: .error(code: text(), message: text(), retryable: bool())
    case 7: .info(text: text(), data: maybe { $0.value() })
    case 8:
      .inputRequest(RequestMessage(request()))
    default: .inputResponse(requestId: text(), answer: value(), answeredBy: actor())
    }
  }
}
