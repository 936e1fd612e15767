import Agents
import JSON
import Posix
import TaskStore
import Tasks

// What an agent hands in through its own tools; each is refused once the attempt is another's.
extension AttemptLedger {
  /// Says how far the attempt is; synced with what follows, since nothing hangs on it.
  package func reported(_ text: String, link: String?) throws(StoreError) {
    try write(
      .reported(Report(attemptN: attemptN, leaseId: leaseId, text: text, link: link)))
  }

  /// Takes the attempt's output; a later one takes the place of an earlier.
  package func submitted(_ output: JSONValue) throws(StoreError) {
    try write(
      .outputSubmitted(Submission(attemptN: attemptN, leaseId: leaseId, output: output)))
    try store.sync()
  }

  /// Finds what is wrong with an output by the task's type, before it is handed in; nothing is
  /// filled in for whoever can still correct it, but the summary that came beside it.
  ///
  /// With `isLast`, nothing more is left behind, and what the output says of that is checked, too.
  package func faults(
    in output: JSONValue, of record: TaskRecord, summary: String? = nil, isLast: Bool = false
  ) throws(StoreError) -> [Fault] {
    let limit = AgentBounds.storedValue
    guard output.bytes.count <= limit else {
      return [
        Fault(
          pointer: JSONPointer(tokens: ["output"]),
          message: "it is larger than \(limit >> 10) KiB; hand long parts in as artifacts")
      ]
    }
    let type = try store.type(of: record.spec)
    var members = output.objectValue ?? JSONObject()
    if let summary, type.takesSummary, members["summary"] == nil {
      members["summary"] = .string(summary)
    }
    return type.faults(
      inOutput: output.objectValue == nil ? output : .object(members), of: record.spec,
      beside: try facts(beside: isLast ? [] : nil), at: JSONPointer(tokens: ["output"]))
  }
}
