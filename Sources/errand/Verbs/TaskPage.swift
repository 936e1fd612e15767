import JSON
import Posix
import Tasks

/// Lays one task out for reading.
enum TaskPage {
  /// Shows a task and, whole, what its latest attempt handed in.
  static func text(
    of task: JSONValue, _ attempts: [JSONValue], _ terminal: Terminal
  ) -> String {
    let now = WallClock.nowMilliseconds()
    var lines = [
      terminal.styled(TaskText.name(of: task), .bold) + "  "
        + TaskText.summary(of: task, now: now, terminal)
    ]
    let title = TaskText.line(task["title"])
    if !title.isEmpty { lines.append(title) }
    lines.append("")
    let signed = ("signed", moment(attempts.last?["signedAt"], now))
    for (label, value) in rows(of: task, now: now) + [signed] + remarks(of: task)
    where !value.isEmpty {
      let gap = String(repeating: " ", count: max(1, 12 - label.count))
      lines.append("  " + terminal.styled(label, .dim) + gap + value)
    }
    for request in task["pendingRequests"]?.arrayValue ?? [] {
      lines += ["", Asking.text(of: request, terminal)]
    }
    for message in task["queuedMessages"]?.arrayValue ?? [] {
      lines += [
        "",
        terminal.styled("not heard yet", .dim) + "  \(TaskText.line(message["sendId"]))  "
          + TaskText.line(message["text"]),
      ]
    }
    for check in attempts.last?["checks"]?.arrayValue ?? [] {
      let argv = check["argv"]?.arrayValue?.map { TaskText.line($0) } ?? []
      let command = argv.dropFirst(argv.prefix(2) == ["/bin/sh", "-c"] ? 2 : 0)
      let exit = check["exit"]?["code"]?.intValue.map { ", exit code \($0)" } ?? ""
      lines.append(
        "  check \(TaskText.line(check["status"]))\(exit): \(command.joined(separator: " "))")
    }
    if let report = criteria(attempts.last) {
      lines += ["  " + report.line] + report.findings.map { "    " + $0 }
    }
    if let output = attempts.last?["output"] { lines += ["", result(output, terminal)] }
    return lines.joined(separator: "\n")
  }

  private static func criteria(_ attempt: JSONValue?) -> CriteriaReport? {
    var faults = Faults()
    let checked = attempt?["checked"].flatMap { Verification.json.read($0, &faults) }
    return CriteriaReport(checked, claimedIn: attempt?["output"])
  }

  /// Gives the words of an output, then whatever else is in it.
  private static func result(_ output: JSONValue, _ terminal: Terminal) -> String {
    let head = terminal.styled("result", .dim)
    guard var members = output.objectValue else { return "\(head)\n\(output.text)" }
    let summary = TaskText.block(members["summary"])
    members["summary"] = nil
    return
      ([head, summary] + members.map { "\($0): \(words(of: $1))" })
      .filter { !$0.isEmpty }.joined(separator: "\n")
  }

  /// Names files by their titles; what is no text otherwise is shown as it is.
  private static func words(of value: JSONValue) -> String {
    let titles = value.arrayValue?.compactMap { $0["title"]?.stringValue } ?? []
    if !titles.isEmpty, titles.count == value.arrayValue?.count {
      return titles.map { TaskText.line(.string($0)) }.joined(separator: ", ")
    }
    return value.stringValue ?? value.text
  }

  private static func rows(of task: JSONValue, now: Int64) -> [(String, String)] {
    [
      ("id", TaskText.id(of: task)),
      ("type", TaskText.line(task["taskType"])),
      ("profile", TaskText.line(task["profile"])),
      ("directory", TaskText.line(task["directory"], limit: 4096)),
      ("tags", (task["tags"]?.arrayValue ?? []).map { TaskText.line($0) }.joined(separator: ", ")),
      ("parent", TaskText.line(task["parentId"])),
      ("queued", moment(task["queuedAt"], now)),
      ("started", moment(task["startedAt"], now)),
      ("ended", moment(task["completedAt"], now)),
      ("attempts", attempts(of: task)),
      ("created by", actor(task["createdBy"])),
      ("ended by", actor(task["cancelledBy"])),
      ("review", review(task["review"])),
    ]
  }

  private static func attempts(of task: JSONValue) -> String {
    guard let count = task["attemptCount"]?.intValue else { return "" }
    let accepted = task["acceptedAttemptN"]?.intValue
    return accepted.map { count > 1 ? "\(count), of which \($0) counts" : "1" } ?? "\(count)"
  }

  private static func remarks(of task: JSONValue) -> [(String, String)] {
    (task["comments"]?.arrayValue ?? []).map {
      ("comment", "\(TaskText.line($0["author"])): \(TaskText.line($0["text"], limit: 600))")
    }
  }

  private static func review(_ value: JSONValue?) -> String {
    let words = ["state", "reviewer", "comments"].map { TaskText.line(value?[$0], limit: 600) }
    return words[0] + (words[1].isEmpty ? "" : " by \(words[1])")
      + (words[2].isEmpty ? "" : ": \(words[2])")
  }

  private static func moment(_ value: JSONValue?, _ now: Int64) -> String {
    guard let text = value?.stringValue else { return "" }
    return "\(text) (\(Figures.age(of: text, now: now)) ago)"
  }

  private static func actor(_ value: JSONValue?) -> String {
    let words = [TaskText.line(value?["kind"]), TaskText.line(value?["name"])]
    return value?.stringValue ?? words.filter { !$0.isEmpty }.joined(separator: " ")
  }
}
