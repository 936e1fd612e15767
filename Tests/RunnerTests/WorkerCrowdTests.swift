import JSON
import Posix
import Synchronization
import TaskStore
import Tasks
import TestSupport
import Testing

@testable import Runner

/// Checks that many workers at once share a queue: every task once, and in its order.
@Suite struct WorkerCrowdTests {
  private static let workers = 50
  /// Views of the store as so many processes have them; several workers talk to each.
  private static let views = 4
  private static let tasks = 1_000
  /// Each layer waits for two tasks of the one before.
  private static let layer = 100

  /// Is what the workers have in common.
  private final class Crowd: Sendable {
    let claimed = Mutex<[TaskID]>([])
    let troubles = Mutex<[String]>([])
    let done = Mutex(0)
  }

  @Test func fiftyWorkersTakeAThousandTasksEachOnceAndInOrder() throws {
    try withStage { stage in
      let made = try Self.create(on: stage)
      let crowd = Crowd()
      let stores = try (0..<Self.views).map { _ in try TaskStore.open(stage.root) }
      for number in 0..<Self.workers {
        let store = stores[number % stores.count]
        _ = try Thread.start(name: "worker") { Self.work(number, store, crowd) }
      }
      let ends = try eventually(within: .seconds(600)) {
        crowd.done.withLock { $0 } == Self.workers
      }
      #expect(ends)
      #expect(crowd.troubles.withLock { $0 } == [])
      let claimed = crowd.claimed.withLock { $0 }
      #expect(claimed.count == Self.tasks && Set(claimed) == Set(made.map(\.id)))
      for task in made {
        let ended = try stage.now(task)
        #expect(ended.status == .completed && ended.attempts.count == 1)
        let began = try #require(ended.attempts.first?.claimedAt)
        for earlier in task.spec.claimCondition?.tasks ?? [] {
          let end = try #require(try stage.store.task(id: earlier)?.completedAt)
          #expect(end <= began, "it began before what it waits for had ended")
        }
      }
    }
  }

  private static func create(on stage: Stage) throws -> [TaskRecord] {
    var made: [TaskRecord] = []
    for index in 0..<tasks {
      let before = index - layer
      made.append(
        try stage.create("freeform", ["brief": "Count."]) { spec in
          spec.launch = LaunchPlan(profile: "crew", adapter: .worker, executable: nil)
          spec.workspace = .none
          guard before >= 0 else { return }
          let place = before / layer * layer
          spec.claimCondition = .completed(
            [made[before].id, made[place + (before + 1) % layer].id])
        })
    }
    return made
  }

  /// Works until nothing is left, as a program of its own would.
  private static func work(_ number: Int, _ store: TaskStore, _ crowd: Crowd) {
    defer { crowd.done.withLock { $0 += 1 } }
    do {
      let desk = WorkerDesk(store, actor: Actor(kind: .client, name: "worker \(number)"))
      let wish = WorkerWish(worker: "w\(number)", team: "local", leaseSec: 600)
      while crowd.claimed.withLock({ $0.count }) < tasks {
        guard let task = try desk.claim(wish), let lease = task.latestAttempt?.leaseId else {
          _ = try Poller.wait([], timeoutMilliseconds: 5)
          continue
        }
        crowd.claimed.withLock { $0.append(task.id) }
        _ = try desk.complete(
          task, lease, output: ["summary": "done"], summary: nil, usage: Usage())
      }
    } catch {
      crowd.troubles.withLock { $0.append("\(error)") }
    }
  }
}
