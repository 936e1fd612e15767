import JSON
import Tasks
import TestSupport

/// Makes arbitrary values of every type, the same ones for the same seed.
struct Maker {
  var random: SeededRandom

  init(_ seed: UInt64) {
    random = SeededRandom(seed)
  }

  mutating func int(_ range: ClosedRange<Int> = 0...1_000_000) -> Int {
    Int.random(in: range, using: &random)
  }

  mutating func bool() -> Bool { Bool.random(using: &random) }

  mutating func one<Element>(of items: [Element]) -> Element {
    items[Int.random(in: items.indices, using: &random)]
  }

  mutating func some<Value: CaseIterable>(_ type: Value.Type) -> Value {
    one(of: Array(type.allCases))
  }

  mutating func maybe<Value>(_ make: (inout Maker) -> Value) -> Value? {
    bool() ? make(&self) : nil
  }

  mutating func several<Value>(_ make: (inout Maker) -> Value) -> [Value] {
    (0..<int(0...3)).map { _ in make(&self) }
  }

  mutating func text() -> String {
    one(of: ["", "plain", "ünï \"quoted\" \\ back", "line\nline\ttab", "🙂 \u{1B}[31m", "null"])
      + String(int(0...99))
  }

  mutating func time() -> Timestamp {
    Timestamp(milliseconds: Int64(int(0...4_000_000_000_000)))
  }

  mutating func cid() -> ContentID { ContentID(raw: [UInt8(int(0...255))]) }

  mutating func id() -> TaskID { TaskID.make(at: time(), using: &random) }

  mutating func double() -> Double { Double(int(0...4_000_000)) / 7 }

  mutating func value(_ depth: Int = 3) -> JSONValue {
    switch int(0...(depth > 0 ? 6 : 4)) {
    case 0: return .bool(bool())
    case 1: return .integer(int())
    case 2: return .double(double() + 0.123)
    case 3: return .string(text())
    case 4: return "x"
    case 5: return .array(several { $0.value(depth - 1) })
    default:
      var object = JSONObject()
      for _ in 0..<int(0...3) { object[text()] = value(depth - 1) }
      return .object(object)
    }
  }

  mutating func actor() -> Actor { Actor(kind: some(Actor.Kind.self), name: text()) }

  mutating func budget() -> Budget {
    Budget(usd: maybe { $0.double() }, tokens: maybe { $0.int() }, turns: maybe { $0.int() })
  }

  mutating func usage() -> Usage {
    Usage(
      inputTokens: maybe { $0.int() }, outputTokens: maybe { $0.int() },
      cacheReadTokens: maybe { $0.int() }, cacheWriteTokens: maybe { $0.int() },
      toolCalls: maybe { $0.int() }, turns: maybe { $0.int() },
      costUsd: maybe { $0.double() }, model: maybe { $0.text() }, provider: maybe { $0.text() })
  }

  mutating func settings() -> AgentSettings {
    AgentSettings(
      model: maybe { $0.text() }, effort: maybe { $0.text() },
      permissionMode: some(PermissionMode.self), directories: several { $0.text() })
  }

  mutating func launch() -> LaunchPlan {
    LaunchPlan(
      profile: text(), adapter: some(AdapterKind.self), executable: maybe { $0.text() },
      arguments: several { $0.text() }, environment: maybe { $0.cid() },
      secretNames: several { $0.text() }, settings: settings(), setup: several { $0.text() },
      setupTimeoutSec: int(1...900))
  }

  mutating func spec() -> TaskSpec {
    var spec = TaskSpec(
      name: text(), title: text(), taskType: text(), input: value(), inputCid: cid(),
      inputSchemaCid: cid(), launch: launch())
    spec.tags = several { $0.text() }
    spec.outputKind = some(OutputKind.self)
    spec.typeCid = maybe { $0.cid() }
    spec.references = several { $0.reference() }
    spec.teamId = maybe { $0.text() } ?? "local"
    spec.diaryId = maybe { $0.text() }
    spec.correlationId = maybe { $0.text() }
    spec.parentId = maybe { $0.id() }
    spec.claimCondition = maybe { $0.condition() }
    spec.continuation = maybe { $0.continuation() }
    spec.priority = int(0...100)
    spec.directory = maybe { $0.text() }
    spec.workspace = some(WorkspaceMode.self)
    spec.budget = budget()
    spec.dispatchTimeoutSec = int(1...300)
    spec.runningTimeoutSec = int(1...9000)
    spec.expiresAt = maybe { $0.time() }
    spec.maxAttempts = int(1...5)
    spec.checks = several { maker in ["sh", maker.text()] }
    spec.idempotency = maybe { IdempotencyKey(key: "k" + $0.text(), digest: $0.text()) }
    return spec
  }

  mutating func reference() -> WorkReference {
    let target: WorkReference.Target =
      switch int(0...2) {
      case 0: .task(id(), attemptN: maybe { $0.int(1...9) }, outputCid: maybe { $0.cid() })
      case 1: .content(cid(), contentType: text(), sizeBytes: int())
      default: .outside(url: "https://example.org/" + text())
      }
    return WorkReference(
      role: some(WorkReference.Role.self), target: target, title: maybe { $0.text() })
  }

  mutating func evidence() -> CheckEvidence {
    CheckEvidence(
      argv: [text()], status: some(CheckEvidence.Status.self), exit: maybe { $0.exit() },
      durationMs: int(), revision: maybe { $0.text() }, outputCid: maybe { $0.cid() })
  }

  mutating func verification() -> Verification {
    Verification(
      inputCid: maybe { $0.cid() },
      results: several { maker in
        Verification.Finding(
          id: "f\(maker.int())", kind: maker.some(Verification.Kind.self),
          status: maker.some(Verification.Status.self), detail: maker.maybe { $0.text() })
      })
  }

  mutating func error() -> AttemptError {
    AttemptError(some(FailureReason.self), text())
  }

  mutating func executor() -> Executor {
    Executor(
      agent: text(), version: maybe { $0.text() }, model: maybe { $0.text() }, host: text(),
      pid: int(), startedAtTicks: UInt64(int()), supervisorPid: int())
  }

  mutating func workspace() -> AttemptWorkspace {
    AttemptWorkspace(
      mode: some(WorkspaceMode.self), path: text(), branch: maybe { $0.text() },
      baseCommit: maybe { $0.text() }, headCommit: maybe { $0.text() },
      dirty: maybe { $0.bool() })
  }

  mutating func condition(_ depth: Int = ClaimCondition.Limit.depth) -> ClaimCondition {
    switch int(0...(depth > 1 ? 3 : 1)) {
    case 0: .taskAccepted(id())
    case 1: .taskStatus(id(), [some(TaskStatus.self)])
    case 2: .all((0...int(0...2)).map { _ in condition(depth - 1) })
    default: .any((0...int(0...2)).map { _ in condition(depth - 1) })
    }
  }

  mutating func session() -> AttemptSession {
    AttemptSession(
      agentSessionId: text(), kind: some(AttemptSession.Kind.self),
      adapter: some(AdapterKind.self), program: maybe { $0.text() }, directory: text(),
      agentVersion: maybe { $0.text() }, stored: bool(), totals: maybe { $0.usage() })
  }

  mutating func continuation() -> Continuation {
    Continuation(
      taskId: id(), attemptN: int(1...9), mode: some(Continuation.Mode.self),
      session: maybe { $0.session() }, workspace: maybe { $0.workspace() })
  }

  mutating func exit() -> ProcessExit {
    ProcessExit(code: maybe { $0.int(0...255) }, signal: maybe { $0.int(1...64) })
  }
}
