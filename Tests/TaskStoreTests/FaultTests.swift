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
      var run = FaultRun(.whole, source: folder + "/source")
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
      var run = FaultRun(.none, source: folder + "/source")
      let first: [FaultOperation] = [.create, .putBlob, .writeSecrets, .key, .makeHandle, .compact]
      for one in first {
        try run.explore([one])
        if Self.plan.isLong { for two in first { try run.explore([one, two]) } }
      }
      #expect(run.checks > 100)
    }
  }

  /// The same where content had its time, and is stored again, or bound, as it is swept.
  @Test func everyFaultWhileOldThingsAreTakenAwayLeavesWhatIsNeeded() throws {
    try withTemporaryDirectory { folder in
      try writeFile(folder + "/source", "staged")
      var run = FaultRun(.old, source: folder + "/source")
      let operations: [FaultOperation] = [
        .sweepContent, .prune, .putBlob, .stageFile, .takeOver, .delete, .restore,
      ]
      let pairs = operations.flatMap { one in operations.map { [one, $0] } }
      let long =
        operations.map { [$0] } + pairs
        + pairs.flatMap { pair in operations.map { pair + [$0] } }
      let short: [[FaultOperation]] = [
        [.prune], [.sweepContent, .putBlob], [.putBlob, .sweepContent],
      ]
      for sequence in Self.plan.isLong ? long : short where Self.plan.isAbout(sequence) {
        try run.explore(sequence)
      }
      if case .only = Self.plan { return }
      #expect(run.checks > 100)
    }
  }
}

/// Runs sequences with each fault at each step, and checks what is left.
private struct FaultRun {
  let kind: FaultStart.Kind
  let source: String
  private(set) var checks = 0
  /// By the length of the sequence.
  private var starts: [Int: FaultStart] = [:]
  /// What was checked of this sequence: disks that are alike are checked once.
  private var checked: Set<Outcome> = []

  init(_ kind: FaultStart.Kind, source: String) {
    self.kind = kind
    self.source = source
  }

  /// Is all that a verdict goes by, beside the sequence: what was done to the disk, what was
  /// acknowledged, and which of the power cuts follows.
  private struct Outcome: Hashable {
    let history: Int?
    let acknowledged: [Bool]
    let cut: Int?
  }

  private mutating func start(for count: Int) throws(StoreError) -> FaultStart {
    if let start = starts[count] { return start }
    let start = try FaultStart(kind, source: source, slots: count)
    starts[count] = start
    return start
  }

  mutating func explore(_ sequence: [FaultOperation]) throws {
    let start = try start(for: sequence.count)
    checked = []
    let whole = play(sequence, .none, start)
    let steps = whole.process.files.trace
    try #require(whole.acknowledged.allSatisfy { $0 }, "\(sequence) fails without a fault")
    try judge(whole, sequence, "no fault", .none)
    // A crash before the last operation is met by a shorter sequence.
    let last =
      sequence.count == 1 ? 0 : play(sequence.dropLast(), .none, start).process.files.trace.count
    for step in steps.indices where FaultPlan.chosen.breaks(step, of: sequence) {
      let what = "step \(step), \(steps[step])"
      if step >= last {
        let crash = ModelFiles.Fault.crash(at: step)
        try judge(play(sequence, crash, start), sequence, "crash at \(what)", crash)
      }
      let faults: [ModelFiles.Fault] = [
        .fail(at: step, .inputOutput("fault", "model")),
        .short(at: step, .noSpace("fault", "model")),
        .full(from: step), .dead(from: step),
      ]
      for fault in faults {
        // Where nothing can be stored in part, or no room is needed, another fault is the same.
        if fault.isShort, !steps[step].hasPrefix("append") { continue }
        if fault.isFull, !ModelFiles.needsRoom(steps[step]) { continue }
        let played = play(sequence, fault, start)
        // As is one whose last operation was refused and left no trace.
        if step < last, played.lastDidNothing { continue }
        try judge(played, sequence, "\(fault) at \(what)", fault)
      }
    }
    if sequence.count > 1 { return }
    // Most looks are like those beside them.
    for look in stride(
      from: 0, to: whole.process.files.looks, by: FaultPlan.chosen.isLong ? 1 : 3)
    {
      let blind = ModelFiles.Fault.blind(at: look)
      try judge(play(sequence, blind, start), sequence, "\(blind)", blind)
    }
  }

  private struct Played {
    var process: FaultProcess
    var acknowledged: [Bool]
    var lastDidNothing = false
  }

  private func play(
    _ sequence: [FaultOperation], _ fault: ModelFiles.Fault, _ start: FaultStart
  ) -> Played {
    let process = FaultProcess(ModelFiles(start.disk, fault, start.history), from: start)
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
    let files = played.process.files
    let disk = files.disk
    func isNew(_ cut: Int?) -> Bool {
      checked.insert(
        Outcome(history: files.history, acknowledged: played.acknowledged, cut: cut)
      ).inserted
    }
    // A dead disk is looked at by nobody before the machine starts again.
    if !fault.isDead {
      if isNew(nil) { try check(disk, nil, played, sequence, what) }
      if disk.isSettled { return }
    }
    let cuts = if case .crash = fault { disk.powerCuts() } else { [disk.leastRemains] }
    for (place, remains) in cuts.enumerated() where isNew(place) {
      try check(remains.disk, remains.loss, played, sequence, what)
    }
  }

  private mutating func check(
    _ disk: ModelDisk, _ loss: ModelDisk.Loss?, _ played: Played, _ sequence: [FaultOperation],
    _ what: String
  ) throws {
    checks += 1
    let names = sequence.map(\.rawValue).joined(separator: ", ")
    let place = "\(names): \(what), \(loss.map { "power cut, \($0)" } ?? "no power cut")"
    do {
      let start = played.process.start
      let process = FaultProcess(ModelFiles(disk), from: start)
      process.remember(played.process)
      let before = try look(process, played.acknowledged, sequence, loss, place)
      // Whatever is asked for again is acknowledged only once it is safe, whoever did it.
      let again = sequence.enumerated().map { slot, operation in
        // What is done already is refused.
        (try? process.run(operation, slot)) != nil
      }
      let told = zip(played.acknowledged, again).map { $0 || $1 }
      if again.contains(true) {
        let cut = FaultProcess(ModelFiles(process.files.disk.leastRemains.disk), from: start)
        cut.remember(process)
        _ = try look(cut, told, sequence, loss, place + ", asked for again", isRepeated: true)
      }
      // Whatever happened, the next writer goes on, and mends without changing what is known.
      try process.add("next")
      let next = FaultProcess(ModelFiles(process.files.disk.leastRemains.disk), from: start)
      next.remember(process)
      let after = try look(
        next, told, sequence, loss, place + ", after a next writer", isRepeated: true)
      // The next writer's sync covers the whole journal, and nothing beside it.
      for slot in sequence.indices where sequence[slot].isInJournal && before[slot] != .absent {
        let isUndone = sequence[slot].isUndone(at: slot, of: sequence, isRepeated: true)
        let isHealed =
          if case .damaged = before[slot] { after[slot] == .whole } else { false }
        #expect(
          after[slot] == before[slot] || isUndone || isHealed,
          "\(place): the next writer changed what is known")
      }
      #expect(try next.has("next"), "\(place)")
    } catch {
      Issue.record("\(place): \(error)")
    }
  }

  private func look(
    _ process: FaultProcess, _ acknowledged: [Bool], _ sequence: [FaultOperation],
    _ loss: ModelDisk.Loss?, _ place: String, isRepeated: Bool = false
  ) throws -> [FaultOperation.Trace] {
    if kind != .none, let why = try process.contradiction(after: sequence) {
      Issue.record("\(place): \(why)")
    }
    return try sequence.enumerated().map { slot, operation in
      let trace = try process.trace(of: operation, slot)
      let isUndone = operation.isUndone(at: slot, of: sequence, isRepeated: isRepeated)
      let isAcknowledged = acknowledged[slot] && !isUndone
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
  fileprivate var isFull: Bool { if case .full = self { true } else { false } }
  fileprivate var isShort: Bool { if case .short = self { true } else { false } }
}
