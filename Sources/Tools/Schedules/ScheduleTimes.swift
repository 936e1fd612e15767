import JSON
import MCP
import TaskStore
import Tasks

/// Reads when a schedule comes due, and from and until when, from what was said.
struct ScheduleTimes: Sendable {
  var cron: String?
  var everySec: Int?
  var at: String?
  /// By the clocks of this zone.
  let rules: ZoneRules
  /// Who was told so.
  let tool: String

  /// Gives the rhythm; nil if nothing was said of it.
  func rhythm(from begin: Timestamp) throws(ToolFailure) -> Rhythm? {
    let given = [cron != nil, everySec != nil, at != nil].count { $0 }
    guard given > 0 else { return nil }
    guard given == 1 else { throw Self.notOne(tool) }
    if let everySec { return .interval(seconds: everySec, from: begin) }
    if let at = try time(at, "at") { return .once(at) }
    do throws(CronLine.Fault) {
      return .cron(try CronLine(cron ?? ""))
    } catch {
      throw .argument("cron", "\(error)", tool: tool)
    }
  }

  static func notOne(_ tool: String) -> ToolFailure {
    .argument("cron", "give exactly one of cron, every_sec and at", tool: tool)
  }

  /// Reads a time of an argument; nil if none was given.
  func time(_ text: String?, _ argument: String) throws(ToolFailure) -> Timestamp? {
    guard let text else { return nil }
    guard let time = Timestamp(text, in: rules) else {
      throw .argument(
        argument, "expected a time such as 2026-12-01T09:00 or 2026-12-01T09:00:00+01:00",
        tool: tool)
    }
    return time
  }
}

extension ZoneFolder {
  /// Gives the rules of a zone that was named in an argument.
  func rules(of zone: String, for tool: String) throws(ToolFailure) -> ZoneRules {
    if let rules = rules(of: zone) { return rules }
    throw .argument(
      "time_zone", "no such zone on this machine; give one such as Europe/Berlin or UTC",
      tool: tool)
  }
}

extension ToolFailure {
  /// Says which argument keeps a schedule from ever coming due.
  static func neverDue(
    _ schedule: Schedule, after now: Timestamp, in rules: ZoneRules, tool: String
  ) -> ToolFailure {
    if schedule.rhythm.next(after: now, in: rules) != nil {
      return .argument("ends_at", "no time comes of it", tool: tool)
    }
    return schedule.rhythm.at != nil
      ? .argument("at", "this time has passed", tool: tool)
      : .argument("cron", "no time comes of it", tool: tool)
  }
}
