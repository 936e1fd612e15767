import JSON
import MCP
import Posix
import Runner
import TaskStore
import Tasks
import TestSupport
import Testing

@testable import Tools

/// Checks the tools for schedules, and that a run is the task that was ordered.
struct ScheduleToolTests {
  private func withSchedules(_ body: (House, Toolbox) throws -> Void) throws {
    try withHouse { house in try body(house, Toolbox(house.workshop, choice: .all)) }
  }

  private static let task: JSONValue = ["brief": "true", "profile": "shell", "title": "Nightly"]

  private func refusal(
    _ toolbox: Toolbox, _ arguments: JSONObject, as caller: Caller = House.person
  ) throws -> ToolFailure {
    do throws(ToolFailure) {
      let answer = try toolbox.answer("schedules_create", arguments, caller)
      Issue.record("not refused: \(answer.text)")
      return ToolFailure(code: "", summary: "")
    } catch {
      return error
    }
  }

  @Test func aScheduleIsMadeShownAndDeleted() throws {
    try withSchedules { house, tools in
      let asked: JSONObject = [
        "name": "nightly", "cron": "30 2 * * *", "time_zone": "UTC", "task": Self.task,
      ]
      let rehearsed = try tools.answer(
        "schedules_create", JSONObject(asked.members + [(key: "dry_run", value: true)]),
        House.person)
      #expect(rehearsed["hint"] == "Nothing was stored.")
      #expect(try house.store().schedules() == [])

      let made = try tools.answer("schedules_create", asked, House.person)
      #expect(made["upcoming"]?.arrayValue?.count == 3 && made["timeZone"] == "UTC")
      #expect(made["overlap"] == "skip" && made["missed"] == "run_once")
      #expect(made["task"]?["directory"] == .string(house.work))
      #expect(house.runners.number == 1)
      let again = try tools.answer("schedules_create", asked, House.person)
      #expect(again["id"] == made["id"] && again["hint"] == "It was there already.")

      let list = try tools.answer("schedules_list", [:], House.person)
      #expect(list["items"]?.arrayValue?.compactMap { $0["name"]?.stringValue } == ["nightly"])
      let other = try tools.answer("schedules_list", ["team_id": "other"], House.person)
      #expect(other["items"] == [])
      let gone = try tools.answer("schedules_delete", ["schedule_id": "nightly"], House.person)
      #expect(gone["id"] == made["id"])
      let missing = #expect(throws: ToolFailure.self) {
        try tools.answer("schedules_delete", ["id": "nightly"], House.person)
      }
      #expect(missing?.code == "not_found" && missing?.nextStep?.contains("schedules_list") == true)
    }
  }

  @Test(
    arguments: [
      (["cron": "* * * * *", "every_sec": 60], "/cron"), ([:], "/cron"),
      (["cron": "61 * * * *"], "/cron"), (["cron": "0 0 31 2 *"], "/cron"),
      (["at": "2001-01-01T00:00"], "/at"), (["at": "tomorrow"], "/at"),
      (["every_sec": 5], "/every_sec"),
      (["cron": "@daily", "time_zone": "Mars/Base"], "/time_zone"),
      (["cron": "@daily", "name": "Not A Name"], "/name"),
      (["cron": "@daily", "starts_at": "soon"], "/starts_at"),
      (["cron": "@daily", "ends_at": "2001-01-01T00:00:00Z"], "/ends_at"),
      (["cron": "@daily", "crom": "x"], "/crom"),
    ] as [(JSONObject, String)])
  func whatCannotComeDueIsRefusedWithItsPlace(_ when: JSONObject, _ place: String) throws {
    try withSchedules { house, tools in
      let asked = JSONObject(when.members + [(key: "task", value: Self.task)])
      let failure = try refusal(tools, asked)
      #expect(failure.faults.contains { $0.pointer.description == place }, "\(failure.text)")
      #expect(try house.store().schedules() == [])
    }
  }

  @Test(
    arguments: [
      (["profile": "shell"], "/task"), (["brief": "x", "profile": "nobody"], "/task/profile"),
      (["brief": "x", "profile": "shell", "directory": "/"], "/task/directory"),
      (["brief": "x", "profile": "shell", "wait": true], "/task/wait"),
      (["brief": "x", "profile": "shell", "idempotency_key": "k"], "/task/idempotency_key"),
      (["brief": "x", "profile": "shell", "name": "fixed"], "/task/name"),
      (["brief": "x", "profile": "shell", "bref": "y"], "/task/bref"),
    ] as [(JSONValue, String)])
  func anOrderThatCouldNotBeMadeNowIsRefused(_ task: JSONValue, _ place: String) throws {
    try withSchedules { house, tools in
      let failure = try refusal(tools, ["cron": "@daily", "task": task])
      #expect(
        failure.faults.contains { $0.pointer.description.hasPrefix(place) }, "\(failure.text)")
      #expect(try house.store().schedules() == [])
    }
  }

  @Test func aClientWithoutLeaveSchedulesNoCommands() throws {
    try withSchedules { house, tools in
      let asked: JSONObject = ["cron": "@daily", "task": Self.task]
      #expect(try refusal(tools, asked, as: House.client).code == "commands_not_allowed")
      let inside = try house.inside(try house.start(try house.task()))
      let failure = #expect(throws: ToolFailure.self) {
        try Toolbox(inside.workshop, choice: .all).answer("schedules_create", asked, House.person)
      }
      #expect(failure?.code == "attempt_scope")
    }
  }

  @Test func onlyWhatIsGivenOfAScheduleChanges() throws {
    try withSchedules { house, tools in
      let asked: JSONObject = [
        "name": "nightly", "cron": "30 2 * * *", "time_zone": "UTC",
        "task": ["brief": "true", "profile": "shell", "tags": ["n"], "priority": 7],
      ]
      let made = try tools.answer("schedules_create", asked, House.person)
      func update(
        _ more: JSONObject, as caller: Caller = House.person
      ) throws(ToolFailure) -> JSONValue {
        var arguments = more
        arguments["schedule_id"] = "nightly"
        return try tools.answer("schedules_update", arguments, caller)
      }
      let before = try house.store().schedule(.name("nightly"))
      // Less may come of it by anybody's word; more of a command only by leave.
      #expect(try update(["paused": true], as: House.client)["pausedAt"] != nil)
      for more: JSONObject in [["paused": false], ["cron": "* * * * *"]] {
        let failure = #expect(throws: ToolFailure.self) { try update(more, as: House.client) }
        #expect(failure?.code == "commands_not_allowed", "\(failure?.text ?? "")")
      }
      _ = try update(["paused": false, "ends_at": "2100-01-01T00:00:00Z"])
      let changed = try update(["task": ["brief": "false", "tags": nil], "ends_at": "none"])
      #expect(changed["id"] == made["id"] && changed["task"]?["brief"] == "false")
      #expect(changed["endsAt"] == nil && changed["cron"] == "30 2 * * *")
      let after = try house.store().schedule(.name("nightly"))
      #expect(after.order["priority"] == 7 && after.order["tags"] == nil)
      #expect(after.order["directory"] == before.order["directory"])
      #expect(after.createdAt == before.createdAt && after.pausedAt == nil)
      for (more, place): (JSONObject, String) in [
        (["task": ["profile": "nobody"]], "/task/profile"), ([:], "/cron"),
        (["time_zone": "Mars/Base"], "/time_zone"), (["at": "2001-01-01T00:00"], "/at"),
        (["cron": "@daily", "every_sec": 60], "/cron"),
      ] {
        let failure = #expect(throws: ToolFailure.self) { try update(more) }
        #expect(
          failure?.faults.contains { $0.pointer.description == place } == true,
          "\(failure?.text ?? "")")
      }
      #expect(try house.store().schedule(.name("nightly")) == after)
    }
  }

  @Test func aRunIsTheTaskThatWasOrderedMadeOnce() throws {
    try withSchedules { house, tools in
      let asked: JSONObject = [
        "name": "nightly", "every_sec": 60, "overlap": "queue",
        "task": ["brief": "true", "profile": "shell", "tags": ["n"], "priority": 7],
      ]
      _ = try tools.answer("schedules_create", asked, House.person)
      let store = try house.store()
      let schedule = try store.schedule(.name("nightly"))
      // Whoever makes the run stands elsewhere and has another environment.
      var setting = house.workshop.setting
      setting.startDirectory = "/"
      setting.environment["PATH"] = "/nowhere"
      let runs = ScheduledRuns(setting, store: store)
      let first = ScheduledRun(schedule: schedule.id, dueAt: schedule.createdAt)
      try runs.make(first, of: schedule, after: nil)
      try runs.make(first, of: schedule, after: nil)
      let made = try #require(try store.list(TaskQuery()).items.first)
      #expect(try store.list(TaskQuery()).total == 1)
      #expect(made.spec.scheduled == first && made.spec.directory == house.work)
      #expect(made.spec.tags == ["n"] && made.spec.priority == 7)
      #expect(made.createdBy == Actor(kind: .runner, name: "schedule nightly"))
      let environment = try store.environment(try #require(made.spec.launch.environment))
      #expect(environment["PATH"] == house.workshop.setting.environment["PATH"])

      let second = ScheduledRun(
        schedule: schedule.id, dueAt: first.dueAt.adding(milliseconds: 60_000))
      try runs.make(second, of: schedule, after: made.id)
      let behind = try #require(try store.list(TaskQuery()).items.first)
      #expect(behind.status == .waiting && behind.hold?.reason == .dependencies)
      try house.end(try house.start(made), .failed(AttemptError(.unknown, "it broke")))
      _ = try Dependencies.decide(in: store, by: House.person.actor)
      #expect(try store.task(.id(behind.id)).status == .queued)

      try store.removeSchedule(.id(schedule.id), by: House.person.actor)
      let third = ScheduledRun(
        schedule: schedule.id, dueAt: second.dueAt.adding(milliseconds: 60_000))
      do throws(ScheduledWorkError) {
        try runs.make(third, of: schedule, after: nil)
        Issue.record("a run was made of what is gone")
      } catch {
        guard case .decided = error else { throw error }
      }
    }
  }

  @Test func whatCannotBeMadeAnyMoreIsSaidInWords() throws {
    try withSchedules { house, tools in
      _ = try tools.answer(
        "schedules_create", ["name": "nightly", "every_sec": 60, "task": Self.task], House.person)
      let schedule = try house.store().schedule(.name("nightly"))
      try RealFileSystem().removeTree(house.work)
      let runs = ScheduledRuns(house.workshop.setting, store: try house.store())
      let run = ScheduledRun(schedule: schedule.id, dueAt: schedule.createdAt)
      do throws(ScheduledWorkError) {
        try runs.make(run, of: schedule, after: nil)
        Issue.record("made")
      } catch {
        guard case .refused(let why) = error else { throw error }
        #expect(why.contains(house.work), "\(why)")
      }
    }
  }

  @Test func aLongListComesInPages() throws {
    try withSchedules { house, tools in
      let brief = String(repeating: "long ", count: 200)
      for index in 0..<30 {
        let task: JSONValue = ["brief": .string(brief), "profile": "shell"]
        _ = try tools.answer(
          "schedules_create", ["name": .string("s\(index)"), "cron": "@daily", "task": task],
          House.person)
      }
      var names: [String] = []
      var arguments: JSONObject = ["max_bytes": 4000]
      repeat {
        let page = try tools.answer("schedules_list", arguments, House.client)
        #expect(page.bytes.count <= 4000)
        names += (page["items"]?.arrayValue ?? []).compactMap { $0["name"]?.stringValue }
        arguments["cursor"] = page["nextCursor"]
      } while arguments["cursor"] != nil
      #expect(names == (0..<30).map { "s\($0)" })
    }
  }
}
