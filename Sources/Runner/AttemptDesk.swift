import Agents
import JSON
import Posix
import TaskStore
import Tasks

/// Keeps what is asked and said between an agent and the people in the journal: questions out,
/// answers, messages and reports in, each handed over once.
struct AttemptDesk {
  private let ledger: AttemptLedger
  private let terms: Configuration.Questions
  private let spec: TaskSpec
  private let type: TaskType
  private let hears: Bool
  private let artifacts: Drop
  /// An output of the wrong shape is sent back once.
  private var hasSentBack = false
  /// The agent's own names of its open questions, by ours.
  private var names: [String: String] = [:]
  /// Questions whose asking, and whose end, stand in the messages.
  private var told: Set<String> = []
  private var closed: Set<String> = []
  private var reports = 0
  private var interrupted: Set<String> = []
  /// As the journal last had it.
  private(set) var record: TaskRecord?

  init(
    ledger: AttemptLedger, terms: Configuration.Questions, spec: TaskSpec, type: TaskType,
    hears: Bool, artifacts: Drop
  ) {
    self.ledger = ledger
    self.terms = terms
    self.spec = spec
    self.type = type
    self.hears = hears
    self.artifacts = artifacts
  }

  /// Is the folder in which the agent leaves files, which are bound at its end.
  struct Drop {
    var folder: String
    var limits: Limits
    var files: any FileSystem
  }

  /// Tells whether somebody is being waited for.
  var isAsking: Bool { record?.pendingRequests.isEmpty == false }

  /// What the agent has handed in through its own tool.
  var submitted: JSONValue? { record?.latestAttempt?.output }

  /// Takes in how the task stands now; returns bytes for the agent's input.
  mutating func follow(_ record: TaskRecord, _ voice: inout AgentVoice) -> [UInt8] {
    self.record = record
    var bytes: [UInt8] = []
    for request in record.requests where request.attemptN == ledger.attemptN {
      bytes += pass(on: request, &voice)
    }
    for report in record.progress
    where report.attemptN == ledger.attemptN && report.number > reports {
      reports = report.number
      voice.note(report.text, report.link.map { ["link": .string($0)] })
    }
    if !hears, !record.queuedSteering.isEmpty { turnAway(record.queuedSteering, &voice) }
    let urgent = record.queuedSteering.filter { hears && $0.timing == .interrupt }
    for message in urgent where interrupted.insert(message.sendId).inserted {
      if voice.rest != .resting { bytes += voice.interrupt() }
    }
    return bytes
  }

  /// Takes back what was said before anybody knew that this agent hears nothing.
  private mutating func turnAway(_ messages: [Steering], _ voice: inout AgentVoice) {
    for message in messages {
      do throws(StoreError) {
        record = try ledger.turnAway(message.sendId)
        voice.note(
          "It hears nothing while it runs; not told: \(CleanText.line(message.text, limit: 200))")
      } catch .refused {
        continue  // Whoever said it was quicker.
      } catch {
        voice.fail(error)
      }
    }
  }

  private mutating func pass(on request: InputRequest, _ voice: inout AgentVoice) -> [UInt8] {
    if told.insert(request.requestId).inserted {
      voice.write(.inputRequest(RequestMessage(request)))
    }
    guard !request.isOpen, closed.insert(request.requestId).inserted else { return [] }
    let name = names.removeValue(forKey: request.requestId)
    guard let answer = request.answer else {
      voice.note("The question is withdrawn.", ["requestId": .string(request.requestId)])
      return []
    }
    voice.write(
      .inputResponse(
        requestId: request.requestId, answer: answer.value, answeredBy: answer.answeredBy))
    return name.map { voice.answer($0, answer.value) } ?? []
  }

  /// Puts what the agent asks into the journal, and takes out what it asks no more.
  mutating func take(_ words: [AgentVoice.Request], _ voice: inout AgentVoice) -> [UInt8] {
    var bytes: [UInt8] = []
    for word in words {
      switch word {
      case .asked(let question): bytes += ask(question, &voice)
      case .withdrawn(let name): bytes += withdraw(name, &voice)
      }
    }
    return bytes
  }

  private mutating func ask(_ question: AgentQuestion, _ voice: inout AgentVoice) -> [UInt8] {
    if case .permission(let tool, _) = question.kind,
      spec.launch.settings.permissionMode == .readOnly
    {
      voice.note("Denied, since it may only look: \(tool)")
      return voice.answer(
        question.requestId, Permission.deny.answer(message: "Only reading is allowed here."))
    }
    do throws(StoreError) {
      let (record, id) = try ledger.ask { record in
        InputRequest(question, id: record.nextRequestId, attemptN: ledger.attemptN, terms)
      }
      names[id] = question.requestId
      return follow(record, &voice)
    } catch .refused(let refusal) {
      voice.note("A question could not be asked: \(refusal).")
      return voice.answer(
        question.requestId, Permission.deny.answer(message: "Nobody can be asked now."))
    } catch {
      voice.fail(error)
      return []
    }
  }

  private mutating func withdraw(_ name: String, _ voice: inout AgentVoice) -> [UInt8] {
    guard let id = names.first(where: { $0.value == name })?.key else { return [] }
    names[id] = nil
    return end(id, &voice)
  }

  /// Takes back what is still open, since the agent's turn is over and nobody waits for an answer.
  mutating func withdrawAll(_ voice: inout AgentVoice) -> [UInt8] {
    (record?.pendingRequests ?? []).flatMap { end($0.requestId, &voice) }
  }

  private mutating func end(_ id: String, _ voice: inout AgentVoice) -> [UInt8] {
    do throws(StoreError) {
      return follow(try ledger.withdraw(id), &voice)
    } catch .refused {
      // Somebody was quicker with an answer; nobody waits for it any more.
      return []
    } catch {
      voice.fail(error)
      return []
    }
  }

  /// Gives what was said and is to be heard next, once it is the agent's: what interrupts first.
  mutating func next(_ voice: inout AgentVoice) -> [UInt8]? {
    let queued = record?.queuedSteering ?? []
    let ordered =
      queued.filter { $0.timing == .interrupt } + queued.filter { $0.timing == .afterTurn }
    guard !ordered.isEmpty, voice.mayGoOn else { return nil }
    for message in ordered {
      do throws(StoreError) {
        record = try ledger.deliver(message.sendId)
        return voice.say(message.text, from: .steering)
      } catch .refused {
        continue  // It was taken back at the last moment.
      } catch {
        voice.fail(error)
        return nil
      }
    }
    return nil
  }
}

// What the agent hands in.
extension AttemptDesk {
  /// Gives what counts as its result: what was handed in counts before what was said last.
  func claim(_ voice: AgentVoice) -> AgentResult? {
    let said = voice.sink.standing.result
    guard let submitted else { return said }
    // Its words are in what was handed in; the last message may be no more than a goodbye.
    let summary = submitted["summary"]?.stringValue == nil ? said?.summary : nil
    return AgentResult(summary: summary, output: submitted)
  }

  /// Tells the agent once what is wrong with its output, so that it can give it again.
  mutating func sendBack(_ voice: inout AgentVoice) -> [UInt8]? {
    guard !hasSentBack, voice.mayGoOn, let faults = faults(&voice) else { return nil }
    hasSentBack = true
    return voice.say(
      """
      Your output is not what this task asks for:
      \(faults)
      Give the whole output once more: by task_submit_output where you have it, else as one JSON \
      object that is your whole last message.
      """, from: .followUp)
  }

  private func faults(_ voice: inout AgentVoice) -> String? {
    let standing = voice.sink.standing
    if standing.lacksOutput, submitted == nil { return "- there is none" }
    guard standing.lacksOutput || standing.result != nil else { return nil }
    let output = AttemptOutput(
      spec, type, result: claim(voice), tail: voice.sink.tail, exit: nil, duration: .zero,
      artifacts: [], beside: facts(&voice))
    guard !output.faults.isEmpty else { return nil }
    return output.faults.prefix(20).map { "- \($0)" }.joined(separator: "\n")
  }

  private func facts(_ voice: inout AgentVoice) -> OutputFacts {
    let seen =
      OutputFacts.concernArtifacts(type.name)
      ? ledger.seen(in: artifacts.folder, limits: artifacts.limits, files: artifacts.files) : nil
    return ledger.facts(beside: seen, &voice)
  }
}

// What time alone decides.
extension AttemptDesk {
  /// When the next question will have waited long enough.
  var deadline: MonotonicTime? {
    let due = record?.pendingRequests.compactMap(\.deadline).min()
    return due.map { .after(.milliseconds(max(0, $0.milliseconds - WallClock.nowMilliseconds()))) }
  }

  /// Answers by default what has waited too long; names a question that has no such answer.
  mutating func expire(_ voice: inout AgentVoice) -> (bytes: [UInt8], unanswered: String?) {
    let now = WallClock.nowMilliseconds()
    var bytes: [UInt8] = []
    for request in record?.pendingRequests ?? []
    where request.deadline.map({ $0.milliseconds <= now }) ?? false {
      guard let answer = request.defaultAnswer else { return (bytes, request.question) }
      do throws(StoreError) {
        bytes += follow(try ledger.answer(request.requestId, answer), &voice)
      } catch .refused {
        continue  // A person was quicker.
      } catch {
        voice.fail(error)
      }
    }
    return (bytes, nil)
  }
}

extension InputRequest {
  /// Puts an agent's question as it is kept: bounded, and with what its profile says of waiting.
  init(
    _ question: AgentQuestion, id: String, attemptN: Int, _ terms: Configuration.Questions
  ) {
    var permission: PermissionWish?
    if case .permission(let tool, _) = question.kind {
      permission = PermissionWish(
        tool: tool,
        arguments: question.arguments.map { CleanText.clean($0, limit: Self.argumentLimit) })
    }
    self.init(
      requestId: id, attemptN: attemptN,
      question: CleanText.clean(question.question, limit: Self.questionLimit),
      options: question.options, schema: question.schema, permission: permission,
      askedAt: .now)
    terms.apply(to: &self)
  }

  /// Bounds of texts in characters; the whole call is in the transcript.
  private static let questionLimit = 4_000
  private static let argumentLimit = 2_000
}
