import Agents
import Posix
import TaskStore
import Tasks

/// Tells a judge what its subject did, where it cannot have a copy of that conversation.
package enum JudgedWork {
  /// Gives the words for the judge's prompt, the foreign ones fenced; nil for a task that judges
  /// no attempt. Without any of it a judge can still read by its tools, so nothing here fails.
  package static func text(
    for record: TaskRecord, in store: TaskStore, because reason: String? = nil
  ) -> String? {
    guard record.judges, let source = record.spec.continuation else { return nil }
    let found: (TaskRecord, Attempt)
    do throws(StoreError) {
      guard let task = try store.lastKnown(id: source.taskId),
        let attempt = task.attempts.first(where: { $0.attemptN == source.attemptN })
      else { return missing(source, "the task is gone") }
      found = (task, attempt)
    } catch {
      return missing(source, "the task cannot be read: \(error)")
    }
    let (task, attempt) = found
    let why = reason ?? absence(of: attempt.session, for: record.spec.launch)
    do throws(StoreError) {
      let briefing = try Briefing.text(
        of: task, attempt, for: record.spec.launch.profile, in: store)
      return missing(source, why) + " A briefing stands in its place.\n\n"
        + Prompt.data(briefing, named: "briefing")
    } catch {
      return missing(source, "\(why), and its messages cannot be read: \(error)")
    }
  }

  /// Says that a conversation is missing, and why.
  private static func missing(_ source: Continuation, _ why: String) -> String {
    var why = CleanText.line(why, limit: 500)
    if why.hasSuffix(".") { why.removeLast() }
    let subject = "attempt \(source.attemptN) of task \(source.taskId)"
    return "You have no copy of the conversation of \(subject): \(why)."
  }

  private static func absence(of session: AttemptSession?, for plan: LaunchPlan) -> String {
    guard let session, session.isResumable else { return "it was not kept" }
    return session.canBeTakenUp(by: plan)
      ? "this agent cannot copy one" : "another agent led it, which this one cannot take up"
  }
}

extension AttemptSession {
  /// Tells whether a plan's agent is the one that led the conversation.
  package func canBeTakenUp(by plan: LaunchPlan) -> Bool {
    adapter == plan.adapter && program == plan.executable.map(Path.name)
  }
}

extension TaskRecord {
  /// Tells whether it judges the attempt it starts from.
  package var judges: Bool { spec.outputKind == .judgment && spec.continuation != nil }
}
