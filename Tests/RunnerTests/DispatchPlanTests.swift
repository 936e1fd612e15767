import JSON
import TaskStore
import Tasks
import Testing

@testable import Runner

/// Builds a record by folding events, as the store does.
private struct Maker {
  static let noon = Timestamp(milliseconds: 1_000_000_000)

  var clock: Int64 = 1_000_000

  mutating func task(
    _ name: String, priority: Int = 50, directory: String? = nil, profile: String = "shell",
    adapter: AdapterKind = .shell, after milliseconds: Int64 = 1000,
    madeBy parent: TaskRecord? = nil,
    _ events: [TaskEvent] = []
  ) throws -> TaskRecord {
    clock += milliseconds
    var random = SystemRandomNumberGenerator()
    let id = TaskID.make(at: Timestamp(milliseconds: clock), using: &random)
    let cid = ContentID(raw: [])
    var spec = TaskSpec(
      name: name, title: name, taskType: "command", input: [:], inputCid: cid,
      inputSchemaCid: cid,
      launch: LaunchPlan(profile: profile, adapter: adapter, executable: nil))
    spec.priority = priority
    spec.directory = directory
    spec.parentId = parent?.id
    let actor = Actor(kind: parent == nil ? .cli : .attempt, name: "t")
    var record: TaskRecord?
    for event in [.created(spec)] + events {
      let moment = Moment(number: 1, at: Timestamp(milliseconds: clock), by: actor)
      record = try TaskRecord.applying(event, at: moment, id: id, to: record)
    }
    return try #require(record)
  }
}

private let claimed: [TaskEvent] = [
  .claimed(Claim(attemptN: 1, leaseId: "l", profile: "shell"))
]
private let running: [TaskEvent] =
  claimed + [
    .started(
      Start(
        attemptN: 1, leaseId: "l",
        executor: Executor(
          agent: "a", host: "h", pid: 1, startedAtTicks: 1, supervisorPid: 1),
        workspace: AttemptWorkspace(mode: .none, path: "/w")))
  ]
/// What a quota stopped, until an hour after noon.
private let paused: [TaskEvent] =
  running + [
    .settled(
      Settlement(
        attemptN: 1, leaseId: "l",
        outcome: .paused(
          Settlement.Pause(AttemptError(.agentQuota, "Used up."), resumeAt: oneHourLater))))
  ]
private let oneHourLater = Maker.noon.adding(milliseconds: 3_600_000)
private let held: [TaskEvent] = [.held(.directoryBusy, resumeAt: nil)]

@Suite struct DispatchPlanTests {
  private func names(
    _ tasks: [TaskRecord], _ limits: DispatchPlan.Limits, now: Timestamp = Maker.noon,
    ended: [TaskID: TaskID] = [:]
  ) -> [String] {
    let byID = Dictionary(uniqueKeysWithValues: tasks.map { ($0.id, $0.spec.name) })
    let plan = DispatchPlan(tasks, limits: limits, now: now, lineage: Lineage(ended: ended))
    return plan.steps().map { step in
      switch step {
      case .claim(let id): "claim \(byID[id] ?? "")"
      case .hold(let id, let hold):
        hold.reason == .directoryBusy
          ? "hold \(byID[id] ?? "")" : "hold \(byID[id] ?? "") (\(hold.reason.rawValue))"
      case .release(let id, _): "release \(byID[id] ?? "")"
      }
    }
  }

  @Test func whoeverWaitsForAnAnswerTakesNoRoomButNotWithoutEnd() throws {
    var maker = Maker()
    let asked: [TaskEvent] =
      running + [
        .inputRequested(
          InputRequest(requestId: "q", attemptN: 1, question: "Which?", askedAt: Maker.noon))
      ]
    var tasks = try (0..<8).map { try maker.task("asking\($0)", asked) }
    tasks.append(try maker.task("next"))
    let limits = DispatchPlan.Limits(maxParallel: 2)
    #expect(names(tasks, limits) == ["claim next"])
    tasks += try (8..<10).map { try maker.task("asking\($0)", asked) }
    #expect(names(tasks, limits) == [])
  }

  @Test func whatIsForOutsideWorkersIsNeverStartedNorHeldHere() throws {
    var maker = Maker()
    let tasks = [
      try maker.task("busy", directory: "/w", claimed),
      try maker.task("waits", directory: "/w", profile: "crew", adapter: .worker),
      try maker.task("given", directory: "/w", profile: "crew", adapter: .worker, held),
      try maker.task("own", directory: "/v"),
    ]
    #expect(names(tasks, DispatchPlan.Limits(maxParallel: 2)) == ["release given", "claim own"])
  }

  @Test func theOrderIsPriorityThenAge() throws {
    var maker = Maker()
    let tasks = try [
      maker.task("low", priority: 100), maker.task("first"), maker.task("second"),
      maker.task("critical", priority: 0),
    ]
    #expect(
      names(tasks, .init(maxParallel: 9)) == [
        "claim critical", "claim first", "claim second", "claim low",
      ])
    #expect(names(tasks, .init(maxParallel: 2)) == ["claim critical", "claim first"])
  }

  @Test func thoseOfOneMomentStartInTheOrderOfTheirCreation() throws {
    var maker = Maker()
    let tasks = try (10..<30).map { try maker.task("t\($0)", after: 0) }
    #expect(names(tasks, .init(maxParallel: 20)) == (10..<30).map { "claim t\($0)" })
  }

  @Test func lowWorkComesToItsTurnByWaiting() throws {
    var maker = Maker()
    let low = try maker.task("low", priority: 100)
    let soon = try maker.task("soon", after: 49 * 60_000)
    let later = try maker.task("later", after: 2 * 60_000)
    #expect(
      names([later, soon, low], .init(maxParallel: 9)) == [
        "claim soon", "claim low", "claim later",
      ])
  }

  @Test func lowWorkStartsHoweverMuchUrgentWorkKeepsComing() throws {
    var maker = Maker()
    let low = try maker.task("low", priority: 100)
    var waiting = [low]
    // Every half a minute one more that is critical comes, and one place comes free.
    for minute in 0..<300 {
      waiting.append(try maker.task("critical \(minute)", priority: 0, after: 30_000))
      let first = try #require(
        DispatchPlan(waiting, limits: .init(maxParallel: 1), now: Maker.noon).candidates.first)
      if first.id == low.id {
        // A hundred points, each a minute; of two that are even the older goes first.
        #expect(minute == 199)
        return
      }
      waiting.removeAll { $0.id == first.id }
    }
    Issue.record("it never came to its turn")
  }

  @Test func aProfilesLimitHoldsOnlyItsOwn() throws {
    var maker = Maker()
    let tasks = try [
      maker.task("running", profile: "a", claimed), maker.task("a1", profile: "a"),
      maker.task("b1", profile: "b"),
    ]
    #expect(names(tasks, .init(maxParallel: 9, perProfile: ["a": 1])) == ["claim b1"])
  }

  @Test func aBusyDirectoryHoldsTheNextOnce() throws {
    var maker = Maker()
    let running = try maker.task("running", directory: "/d", claimed)
    let next = try maker.task("next", directory: "/d")
    let other = try maker.task("other", directory: "/e")
    let limits = DispatchPlan.Limits(maxParallel: 9)
    #expect(names([running, next, other], limits) == ["hold next", "claim other"])
    let waiting = try maker.task("waiting", directory: "/d", held)
    #expect(names([running, waiting], limits).isEmpty)
  }

  @Test func aSubtaskIsKeptFromStartingByItsSiblingsButNotByItsParent() throws {
    var maker = Maker()
    let parent = try maker.task("parent", directory: "/d", claimed)
    let tasks = try [
      parent, maker.task("first", directory: "/d", madeBy: parent),
      maker.task("second", directory: "/d", madeBy: parent), maker.task("other", directory: "/d"),
    ]
    #expect(
      names(tasks, .init(maxParallel: 9)) == ["claim first", "hold second", "hold other"])
  }

  @Test func whoeverWaitsForSubtasksTakesNoRoomFromThem() throws {
    var maker = Maker()
    let parent = try maker.task("parent", claimed)
    let child = try maker.task("child", madeBy: parent, claimed)
    let tasks = try [
      parent, child, maker.task("grandchild", madeBy: child), maker.task("other"),
    ]
    #expect(names(tasks, .init(maxParallel: 1, perProfile: ["shell": 1])) == ["claim grandchild"])
  }

  @Test func whoHasEndedInBetweenPartsNobodyFromThoseBelow() throws {
    var maker = Maker()
    let top = try maker.task("top", directory: "/d", claimed)
    let middle = try maker.task("middle", directory: "/d", madeBy: top)
    let last = try maker.task("last", directory: "/d", madeBy: middle)
    let ended = [middle.id: top.id]
    // Neither its directory nor its room is kept from it by the one that waits for it.
    #expect(names([top, last], .init(maxParallel: 1), ended: ended) == ["claim last"])
    #expect(names([top, last], .init(maxParallel: 1)) != ["claim last"])
  }

  @Test func onlyAsManyAsMayRunAreWaitedFor() throws {
    var maker = Maker()
    func family(of number: Int) throws -> [TaskRecord] {
      try (0..<number).flatMap { _ in
        let parent = try maker.task("parent", claimed)
        return [parent, try maker.task("child", madeBy: parent)]
      }
    }
    #expect(names(try family(of: 4), .init(maxParallel: 1)) == ["claim child"])
    // Nobody gets more room by waiting.
    #expect(names(try family(of: 5), .init(maxParallel: 1)).isEmpty)
    let held = try maker.task("held", claimed)
    let one = try maker.task("one", madeBy: held, [.held(.quota, resumeAt: nil)])
    let other = try maker.task("other")
    #expect(!names([held, one, other], .init(maxParallel: 1)).contains("claim other"))
  }

  @Test func ofSeveralHeldOnlyTheFirstIsReleased() throws {
    var maker = Maker()
    let tasks = try [
      maker.task("one", directory: "/d", held), maker.task("two", directory: "/d", held),
      maker.task("three", directory: "/d"),
    ]
    #expect(names(tasks, .init(maxParallel: 9)).first == "release one")
    #expect(!names(tasks, .init(maxParallel: 9)).contains("release two"))
  }

  @Test func profilesThatShareMayMeetInADirectory() throws {
    var maker = Maker()
    let tasks = try [
      maker.task("one", directory: "/d", profile: "a"),
      maker.task("two", directory: "/d", profile: "a"),
      maker.task("three", directory: "/d", profile: "b"),
    ]
    #expect(
      names(tasks, .init(maxParallel: 9, sharing: ["a"])) == [
        "claim one", "claim two", "hold three",
      ])
  }

  @Test func aFullHouseHoldsNobodyBackInWriting() throws {
    var maker = Maker()
    let running = try maker.task("running", directory: "/d", claimed)
    let next = try maker.task("next", directory: "/d")
    #expect(names([running, next], .init(maxParallel: 1)).isEmpty)
  }

  @Test func readersSeeThePlacesTheRunnerWouldGive() throws {
    var maker = Maker()
    let running = try maker.task("running", claimed)
    let (one, two) = (try maker.task("one"), try maker.task("two"))
    let view = QueueView(
      [running, one, two], limits: .init(maxParallel: 2), hasRunner: true)
    #expect(view.standing(of: running) == nil)
    #expect(view.standing(of: one) == nil)
    #expect(view.standing(of: two) == QueueStanding(reason: .parallelLimit, position: 2))
    let alone = QueueView([one], limits: .init(maxParallel: 2), hasRunner: false)
    #expect(alone.standing(of: one)?.reason == .runnerUnavailable)
  }

  @Test func timeExpiresAndReleases() throws {
    var maker = Maker()
    let time = Timestamp(milliseconds: 5_000_000)
    let resting = try maker.task("resting", [.held(.quota, resumeAt: time)])
    let before = Timestamp(milliseconds: 4_999_999)
    #expect(DueChange.of(resting, now: before, resumes: false) == nil)
    #expect(DueChange.of(resting, now: time, resumes: false) == .released)
    #expect(DueChange.time(of: resting, now: before, resumes: false) == time)
    #expect(DueChange.of(try maker.task("running", claimed), now: time, resumes: true) == nil)
  }

  @Test func aUsedUpQuotaHoldsTheOtherStartsOfItsAccount() throws {
    var maker = Maker()
    let waiting: [TaskEvent] = [.held(.quota, resumeAt: oneHourLater)]
    let tasks = try [
      maker.task("stopped", profile: "a", paused), maker.task("next", profile: "a"),
      maker.task("waits", profile: "a", waiting), maker.task("other", profile: "b"),
      maker.task("goes on", profile: "a", paused + [.released]),
    ]
    let limits = DispatchPlan.Limits(maxParallel: 9)
    #expect(names(tasks, limits) == ["hold next (quota)", "claim other", "claim goes on"])
    #expect(
      names(tasks, limits, now: oneHourLater) == [
        "claim next", "release waits", "claim other", "claim goes on",
      ])
  }

  @Test func whatAQuotaStoppedGoesOnByItselfOnlyIfItMay() throws {
    var maker = Maker()
    let stopped = try maker.task("stopped", paused)
    #expect(DueChange.of(stopped, now: oneHourLater, resumes: false) == nil)
    #expect(DueChange.of(stopped, now: oneHourLater, resumes: true) == .released)
    #expect(DueChange.of(stopped, now: Maker.noon, resumes: true) == nil)
    // Others wait for the same time, whoever carries this one on.
    #expect(DueChange.time(of: stopped, now: Maker.noon, resumes: false) == oneHourLater)
    #expect(DueChange.time(of: stopped, now: oneHourLater, resumes: false) == nil)
  }

  @Test func aSpentDayHoldsWhatCostsMoneyUntilTheNext() throws {
    var maker = Maker()
    let waiting: [TaskEvent] = [.held(.dailyBudget, resumeAt: oneHourLater)]
    let tasks = try [
      maker.task("agent", adapter: .claude), maker.task("script"),
      maker.task("waits", adapter: .codex, waiting),
    ]
    var limits = DispatchPlan.Limits(maxParallel: 9)
    limits.spentUntil = oneHourLater
    #expect(names(tasks, limits) == ["hold agent (daily_budget)", "claim script"])
    limits.spentUntil = nil
    #expect(names(tasks, limits) == ["claim agent", "claim script", "release waits"])
  }
}
