import Posix
import TaskStore
import TestSupport
import Testing

/// Breaks each step of every sequence of up to three store operations, on a disk that loses, tears
/// and reorders what was not synced; what was acknowledged must be there after, and everything else
/// whole or not at all.
///
/// Each operation alone is always broken, and of the sequences of two and three those `FaultPlan`
/// chooses.
struct FaultTests {
  private static let plan = FaultPlan.chosen

  @Test(arguments: plan.firsts)
  func everyFaultLeavesACommittedPrefix(of first: FaultOperation) throws {
    try withTemporaryDirectory { folder in
      try writeFile(folder + "/source", "staged")
      var run = FaultRun(source: folder + "/source", disk: try Self.prepared(folder + "/source"))
      try run.explore([first])
      for second in FaultOperation.allCases {
        if Self.plan.includes([first, second]) { try run.explore([first, second]) }
        let thirds = FaultOperation.allCases.filter { Self.plan.includes([first, second, $0]) }
        for third in thirds { try run.explore([first, second, third]) }
        guard Self.plan.isLong else { continue }
        let names = thirds.map(\.rawValue).joined(separator: " ")
        print("faults: \(first), \(second), and each of \(names): \(run.checks) checks so far")
      }
      #expect(run.checks > 1)
    }
  }

  /// The same for a store that is just being made.
  @Test func everyFaultWhileAStoreIsMadeLeavesOneThatCanBeUsed() throws {
    try withTemporaryDirectory { folder in
      try writeFile(folder + "/source", "staged")
      var run = FaultRun(source: folder + "/source", disk: ModelDisk(), isEmpty: true)
      let first: [FaultOperation] = [.create, .putBlob, .writeSecrets, .key, .makeHandle, .compact]
      for one in first {
        try run.explore([one])
        if Self.plan.isLong { for two in first { try run.explore([one, two]) } }
      }
      #expect(run.checks > 200)
    }
  }

  private static func prepared(_ source: String) throws -> ModelDisk {
    let files = ModelFiles(ModelDisk())
    try FaultProcess.prepare(files, source: source)
    return files.disk
  }
}

/// Runs sequences with each fault at each step, and checks what is left.
private struct FaultRun {
  let source: String
  let disk: ModelDisk
  var isEmpty = false
  private(set) var checks = 0
  private let lines: Int

  init(source: String, disk: ModelDisk, isEmpty: Bool = false) {
    self.source = source
    self.disk = disk
    self.isEmpty = isEmpty
    lines = disk.lines(of: FaultProcess.root + "/journal/0000000001.jsonl")
  }

  mutating func explore(_ sequence: [FaultOperation]) throws {
    let whole = play(sequence, .none)
    let steps = whole.process.files.trace
    try #require(whole.acknowledged.allSatisfy { $0 }, "\(sequence) fails without a fault")
    try judge(whole, sequence, "no fault", .none)
    // A crash before the last operation is met by a shorter sequence.
    let last = sequence.count == 1 ? 0 : play(sequence.dropLast(), .none).process.files.trace.count
    for step in steps.indices where FaultPlan.chosen.breaks(step, of: sequence) {
      let what = "step \(step), \(steps[step])"
      let faults: [ModelFiles.Fault] = [
        .fail(at: step, .inputOutput("fault", "model")),
        .short(at: step, .noSpace("fault", "model")),
        .full(from: step), .dead(from: step),
      ]
      for fault in faults where !fault.isShort || steps[step].hasPrefix("append") {
        let played = play(sequence, fault)
        // As is one whose last operation was refused and left no trace.
        if step < last, played.lastDidNothing { continue }
        try judge(played, sequence, "\(fault) at \(what)", fault)
      }
      if step >= last {
        try judge(play(sequence, .crash(at: step)), sequence, "crash at \(what)", .crash(at: step))
      }
    }
  }

  private struct Played {
    var process: FaultProcess
    var acknowledged: [Bool]
    var lastDidNothing = false
  }

  private func play(_ sequence: [FaultOperation], _ fault: ModelFiles.Fault) -> Played {
    let process = FaultProcess(ModelFiles(disk, fault), source: source, preparedLines: lines)
    var played = Played(process: process, acknowledged: [])
    for (slot, operation) in sequence.enumerated() {
      let before = process.files.effects
      // Whatever it throws, it is not acknowledged.
      let isAcknowledged = (try? process.run(operation, slot)) != nil
      played.acknowledged.append(isAcknowledged)
      played.lastDidNothing = !isAcknowledged && process.files.effects == before
    }
    return played
  }

  /// Checks the disk as other processes see it, and as a power cut may leave it.
  private mutating func judge(
    _ played: Played, _ sequence: [FaultOperation], _ what: String, _ fault: ModelFiles.Fault
  ) throws {
    let disk = played.process.files.disk
    // A dead disk is looked at by nobody before the machine starts again.
    if !fault.isDead { try check(disk, nil, played, sequence, what) }
    let cuts = if case .crash = fault { disk.powerCuts() } else { [disk.leastRemains] }
    for remains in cuts { try check(remains.disk, remains.loss, played, sequence, what) }
  }

  private mutating func check(
    _ disk: ModelDisk, _ loss: ModelDisk.Loss?, _ played: Played, _ sequence: [FaultOperation],
    _ what: String
  ) throws {
    checks += 1
    let names = sequence.map(\.rawValue).joined(separator: ", ")
    let place = "\(names): \(what), \(loss.map { "power cut, \($0)" } ?? "no power cut")"
    do {
      let process = FaultProcess(ModelFiles(disk), source: source, preparedLines: lines)
      process.remember(played.process)
      let before = try look(process, played.acknowledged, sequence, loss, place)
      // Whatever happened, the next writer goes on, and mends without changing what is known.
      try process.add("next")
      let again = sequence.enumerated().map { slot, operation in
        // What is done already is refused.
        (try? process.run(operation, slot)) != nil
      }
      let next = FaultProcess(
        ModelFiles(process.files.disk.leastRemains.disk), source: source, preparedLines: lines)
      next.remember(process)
      let told = zip(played.acknowledged, again).map { $0 || $1 }
      let after = try look(next, told, sequence, loss, place + ", after a next writer")
      // The next writer's sync covers the whole journal, and nothing beside it.
      for slot in sequence.indices where sequence[slot].isInJournal && before[slot] != .absent {
        let isPruned = sequence[slot].isPruned(among: sequence)
        let isHealed =
          if case .damaged = before[slot] { after[slot] == .whole } else { false }
        #expect(
          after[slot] == before[slot] || isPruned || isHealed,
          "\(place): the next writer changed what is known")
      }
      #expect(try next.names().contains("next"), "\(place)")
    } catch {
      Issue.record("\(place): \(error)")
    }
  }

  private func look(
    _ process: FaultProcess, _ acknowledged: [Bool], _ sequence: [FaultOperation],
    _ loss: ModelDisk.Loss?, _ place: String
  ) throws -> [FaultOperation.Trace] {
    if !isEmpty { #expect(try process.contradiction() == nil, "\(place)") }
    return try sequence.enumerated().map { slot, operation in
      let trace = try process.trace(of: operation, slot)
      let isAcknowledged = acknowledged[slot] && !operation.isPruned(among: sequence)
      switch trace {
      case .whole: break
      case .absent: #expect(!isAcknowledged, "\(place): \(operation) was acknowledged and is lost")
      case .damaged(let isWhole):
        // Garbage in place of an unfinished line may look like the damage of a finished one, of
        // whatever task is open: that is told, and nothing that was acknowledged is lost by it.
        let isTold = operation == .mend || !isAcknowledged || isWhole
        #expect(isTold && loss == .garbage, "\(place): \(operation) is damaged")
      case .wrong(let why): Issue.record("\(place): \(operation) left \(why)")
      }
      return trace
    }
  }
}

extension ModelFiles.Fault {
  fileprivate var isDead: Bool { if case .dead = self { true } else { false } }
  fileprivate var isShort: Bool { if case .short = self { true } else { false } }
}
