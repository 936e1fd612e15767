import JSON
import TaskStore
import Tasks
import Testing

@testable import Runner

/// Checks which tasks a worker is given, and in which order, as a table.
@Suite struct WorkerWishTests {
  struct Wish: Sendable, CustomTestStringConvertible {
    var says: String
    var gets: [String]
    var change: @Sendable (inout WorkerWish) -> Void
    var testDescription: String { says }

    init(_ says: String, _ gets: [String], _ change: @escaping @Sendable (inout WorkerWish) -> Void)
    {
      self.says = says
      self.gets = gets
      self.change = change
    }
  }

  static let wishes: [Wish] = [
    Wish("nothing", ["ann-s", "crew", "other", "verdict", "shared"]) { _ in },
    Wish("a profile", ["crew", "verdict", "shared"]) { $0.profile = "crew" },
    Wish("tools", ["ann-s", "crew", "other", "tooled", "verdict", "shared"]) {
      $0.tools = ["docker", "x"]
    },
    Wish("trust", ["ann-s", "crew", "other", "sealed", "verdict", "shared"]) {
      $0.trust = .sandboxAttested
    },
    Wish("too little trust", ["ann-s", "crew", "other", "verdict", "shared"]) {
      $0.trust = .agentSigned
    },
    Wish("judgments only", ["verdict"]) { $0.kinds = [.judgment] },
    Wish("another type", []) { $0.taskTypes = ["run_eval"] },
    Wish("another team", ["elsewhere"]) { $0.team = "red" },
    Wish("a diary", ["crew"]) { $0.diary = "d" },
    Wish("a profile nobody named", []) { $0.profile = "nobody" },
  ]

  private static func queue() throws -> [TaskRecord] {
    try [
      task("agent") { $0.launch.adapter = .claude },
      task("crew") { $0.diaryId = "d" },
      task("other") { $0.launch.profile = "others" },
      task("ann-s") { $0.launch.profile = "ann" },
      task("tooled") { $0.suitability.tools = ["docker"] },
      task("sealed") { $0.suitability.trust = .releaseVerifiedTool },
      task("verdict") { $0.outputKind = .judgment },
      task("elsewhere") { $0.teamId = "red" },
      task("shared") {
        $0.launch.profile = "others"
        $0.suitability.profiles = ["crew"]
      },
    ]
  }

  private static func task(
    _ name: String, _ change: (inout TaskSpec) -> Void
  ) throws -> TaskRecord {
    var spec = TaskSpec(
      name: name, title: name, taskType: "freeform", input: [:], inputCid: ContentID(raw: []),
      inputSchemaCid: ContentID(raw: []),
      launch: LaunchPlan(profile: "crew", adapter: .worker, executable: nil))
    change(&spec)
    var random = SystemRandomNumberGenerator()
    let id = TaskID.make(at: .now, using: &random)
    return try TaskRecord.applying(
      .created(spec), at: Moment(number: 1, at: .now, by: Actor(kind: .cli, name: "ann")), id: id,
      to: nil)
  }

  @Test(arguments: wishes) func aWorkerIsGivenWhatSuitsItAndItsOwnFirst(_ wish: Wish) throws {
    var asked = WorkerWish(worker: "ann", team: "local", leaseSec: 60)
    wish.change(&asked)
    #expect(asked.choice(among: try Self.queue()).map(\.spec.name) == wish.gets)
  }
}
