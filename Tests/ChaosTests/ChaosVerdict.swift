import JSON
import Posix
import TestSupport
import Testing

@testable import TaskStore
@testable import Tasks

/// Judges what is left when everything has come to its end.
struct ChaosVerdict {
  let chaos: Chaos
  private(set) var counts: [String: Int] = [:]
  /// Interrupted before their agent left its mark, so that nobody can be named for it.
  private var unexplained = 0

  init(_ chaos: Chaos) { self.chaos = chaos }

  /// Looks at the store until every task has ended, as anybody would who comes back to it.
  func waitForTheEnd() throws {
    let visitor = try ChaosServer(in: chaos.house)
    var left = "nothing"
    let isOver = try eventually(within: .seconds(120)) {
      visitor.ask("tasks_list", ["view": "all", "limit": 1])
      guard let (_, answer) = try visitor.take(within: .seconds(20)) else { return false }
      let counts = answer["result"]?["structuredContent"]?["counts"]?.objectValue ?? [:]
      left = JSONValue.object(counts).text
      return !counts.isEmpty
        && counts.allSatisfy {
          TaskStatus(rawValue: $0.key)?.isTerminal ?? true || $0.value == 0
        }
    }
    #expect(isOver, "tasks are left: \(left)")
    #expect(try visitor.leave() == .exited(code: 0))
  }

  mutating func judge() throws {
    let store = try TaskStore.open(chaos.house.store)
    for task in chaos.tasks {
      let record = try? store.task(.name(task.name))
      if task.id != nil {
        #expect(record?.id.description == task.id, "\(task.name): acknowledged and not there")
      }
      guard let record else { continue }
      try judge(task, record, store)
    }
    let runners = chaos.blows[.runner, default: 0] + chaos.blows[.anything, default: 0]
    let excuses = chaos.killedSupervisors.count + runners * 6
    #expect(unexplained <= excuses, "\(unexplained) were interrupted without a reason")
  }

  /// Tells whether somebody was killed while an attempt was claimed or ran, who may have been its
  /// runner, or a supervisor that nobody had heard of yet.
  private func isExcused(_ record: TaskRecord) -> Bool {
    guard let attempt = record.latestAttempt, let end = attempt.completedAt else { return false }
    let (first, last) = (attempt.claimedAt.milliseconds, end.milliseconds)
    return chaos.deaths.contains { $0.overlaps(first...max(first, last)) }
  }

  private mutating func judge(
    _ task: ChaosTask, _ record: TaskRecord, _ store: TaskStore
  ) throws {
    let marks = try Marks(of: task.name, in: chaos.house.marks)
    let what: Comment =
      "\(task.name) (\(task.kind)): \(record.status) \(record.statusReason ?? "") \(record.attempts)"
    counts[record.statusReason ?? record.status.rawValue, default: 0] += 1
    #expect(marks.starts.count <= 1 && marks.ends <= 1, "run twice: \(what)")
    #expect(record.attempts.count <= 1, what)
    #expect(record.latestAttempt?.survivors ?? [] == [], what)
    let start = marks.starts.first
    if start != nil { #expect(record.attempts.count == 1, what) }
    switch record.status {
    case .completed:
      #expect(marks.ends == 1 && task.kind.code == 0, what)
      #expect(record.latestAttempt?.exit?.code == 0, what)
      if task.kind == .artifact { #expect(record.artifacts.count == 1, what) }
      try judgeMessages(task, record, store)
    case .cancelled: #expect(task.isCancelled, what)
    case .failed where record.error?.code == .interrupted:
      // An agent begun in the instant its supervisor died names its next parent.
      let isExplained = start.map { chaos.killedSupervisors.contains($0.supervisor) } ?? false
      if isExplained { return }
      #expect(start == nil || record.latestAttempt?.executor == nil, what)
      #expect(isExcused(record), "nobody had died: \(what)")
      unexplained += 1
    case .failed:
      let isOwnEnd =
        task.kind.code != 0 && marks.ends == 1
        && record.latestAttempt?.exit?.code == task.kind.code
      let wasKilled =
        record.latestAttempt?.exit?.signal == 9
        || start.map { chaos.killedAgents.contains($0.agent) } ?? !chaos.killedAgents.isEmpty
      #expect(isOwnEnd || wasKilled, what)
    case .waiting, .queued, .dispatched, .running, .inputRequired, .expired:
      Issue.record(what)
    }
  }

  /// What a task that has completed said must be there, in order and without gaps.
  private func judgeMessages(
    _ task: ChaosTask, _ record: TaskRecord, _ store: TaskStore
  ) throws {
    var query = MessageQuery()
    query.limit = 1000
    let folder = store.layout.attemptFolder(of: record, 1)
    let page = try MessageReader(folder: folder).read(query)
    #expect(page.items.map(\.seq) == Array(0..<page.items.count), "\(task.name)")
    guard task.kind == .talkative else { return }
    let text = page.items.compactMap { message -> String? in
      guard case .text(let text) = message.body else { return nil }
      return text
    }.joined(separator: "\n")
    #expect(text == (0..<300).map { "line \($0)" }.joined(separator: "\n"), "\(task.name)")
  }

  /// Walks the whole journal: every line there, in order, each sealed with the one before.
  func judgeChain() throws {
    let layout = StoreLayout(root: chaos.house.store)
    var reader = JournalReader(layout: layout, files: RealFileSystem(), position: JournalPosition())
    var numbers: [Int] = []
    while let batch = try reader.read() {
      #expect(batch.damage.isEmpty, "\(batch.damage.prefix(3))")
      numbers += batch.entries.map(\.number)
    }
    #expect(numbers == Array(1..<(numbers.count + 1)))
    #expect(reader.missing.isEmpty)
    let doctor = try Program.run(
      ["doctor", "--verify", "--json"], environment: chaos.house.environment,
      directory: chaos.house.work, within: .seconds(300))
    let report = try JSONValue.parse(Array(doctor.text.utf8.dropLast()))
    #expect(report["audit"]?["whole"] == true, "\(doctor.text)\(doctor.errorText)")
    #expect(report["audit"]?["events"] == .integer(numbers.count), "\(doctor.text)")
  }

  /// No process of an attempt is left, nor of the house once its runner was sent away.
  func judgeProcesses() throws {
    var left: [ProcessRecord] = []
    let areAgentsGone = try eventually {
      let runner = try chaos.house.runner()?.pid
      left = try chaos.house.everybody().filter { $0.pid != runner }
      return left.isEmpty
    }
    #expect(areAgentsGone, "\(left)")
    if let runner = try chaos.house.runner() { try ProcessTable.signal(runner, .terminate) }
    #expect(try eventually { try chaos.house.everybody().isEmpty })
  }
}
