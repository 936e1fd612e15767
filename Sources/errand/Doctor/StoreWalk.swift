import JSON
import Posix
import TaskStore

/// Shows what a walk over everything in a store has found.
enum StoreWalk {
  /// Walks the store; what keeps it from walking is a finding, too.
  static func audit(_ root: String, _ findings: inout [Finding]) -> StoreAudit? {
    do throws(StoreError) {
      let audit = try TaskStore.open(root).verify()
      findings += audit.notes.map { Finding.note("verify", $0) }
      if let first = audit.history.first(where: { !$0.path.contains("/journal/") }) {
        findings.append(Finding(.history(first: first, count: audit.history.count)))
      }
      findings.append(finding(audit))
      return audit
    } catch {
      findings.append(
        .problem(
          "verify", "\(error)", means: "It is not known whether the store is whole.",
          next: error.nextStep))
      return nil
    }
  }

  private static func finding(_ audit: StoreAudit) -> Finding {
    guard let first = audit.breaks.first else {
      return .ok(
        "verify",
        "whole: \(audit.events) events of \(audit.tasks) tasks in \(audit.segments) segments, "
          + "\(audit.messages) messages, \(audit.content) pieces of content")
    }
    return .problem(
      "verify", "\(audit.breakCount) breaks; the first: \(place(first)): \(first.reason)",
      means: "This is not as Errand wrote it: a disk failed, or somebody changed the file.",
      next: "Keep a copy of the store, then run `errand doctor --fix --verify`.")
  }

  static func place(_ found: StoreAudit.Break) -> String {
    found.path + (found.line.map { " line \($0)" } ?? "")
      + (found.number.map { ", number \($0)" } ?? "")
  }

  static func json(_ audit: StoreAudit) -> JSONValue {
    [
      "whole": .bool(audit.isWhole), "segments": .integer(audit.segments),
      "events": .integer(audit.events), "copies": .integer(audit.copies),
      "tasks": .integer(audit.tasks), "messages": .integer(audit.messages),
      "content": .integer(audit.content), "breakCount": .integer(audit.breakCount),
      "history": .integer(audit.history.count),
      "breaks": .array(
        audit.breaks.prefix(100).map { found in
          var object: JSONObject = ["path": .string(found.path), "reason": .string(found.reason)]
          object["line"] = found.line.map { .integer($0) }
          object["number"] = found.number.map { .integer($0) }
          return .object(object)
        }),
    ]
  }
}
