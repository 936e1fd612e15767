import Tasks

/// Words our own advice about what to call next; nothing an agent wrote is ever in it.
enum Hint {
  static func next(for task: TaskRecord) -> String {
    switch task.status {
    case .waiting where task.isPaused:
      "Its agent's quota is used up; once it is back (resumeAt) tasks_retry or `errand resume` carries on."
    case .waiting, .queued, .dispatched, .running:
      task.cancelRequest == nil
        ? "Call tasks_wait to be told when it ends; tasks_messages_list shows what it is doing."
        : "It is being cancelled; call tasks_wait to see the end."
    case .inputRequired: "It asks: put pendingRequests to the user, then answer with tasks_respond."
    case .completed:
      "Done. tasks_attempts_list has the output, tasks_artifacts_list what it left behind."
    case .failed:
      "It failed: see statusMessage, and tasks_messages_list with tail; tasks_retry tries again."
    case .cancelled: "It was cancelled; tasks_messages_list shows how far it got."
    case .expired: "It could not start in time; tasks_retry queues it again."
    }
  }

  static let damaged =
    "Part of its history could not be read: this is how it stood before. The user runs `errand doctor`."
  static let answered = "The agent goes on with it. Call tasks_wait to see what comes of it."
  static let answerKept =
    "Stored, but its agent was lost: tasks_retry with session resume goes on and tells it this answer."
  static let answersMissing = "Stored. Other questions are still open: see pendingRequests."
  static let alreadyAnswered = "Somebody was quicker: answer is the one that counts."
  static let withdrawn = "Its agent no longer asks this; look at the task with tasks_get."
  static let queued =
    "It is heard when the agent's turn is over; until then cancel_send_id takes it back."
  static let interrupting = "The agent's turn is stopped, then it is heard."
  static let heard = "The agent has heard it; it cannot be taken back."
  static let takenBack = "It was taken back and is never heard."
  static let created =
    "Stored; it runs in the background. Call tasks_wait with this id, or go on and look later."
  static let replayed = "This key was used before for the same request; this is that task."
  static let dryRun = "Nothing was stored. Call again without dry_run to create it."
  static let stillGoing = "Not ended yet. Call tasks_wait to go on waiting."
  static let ended = "Look at each with tasks_get; leave ended tasks out of the next tasks_wait."
  static let notYet = "Nothing yet. Call tasks_wait again, with after set to this cursor."
  static let inbox =
    "Tell the user what needs them and what finished, then call tasks_list with seen set to this."
  static let moreFinished =
    "More have finished: tell the user of these, then call tasks_list with seen set to this."
  static let fullInbox =
    "Not all fit: list with view all and a status. When told, call tasks_list with seen set to this."
  static let noTasks = "There are no such tasks."
  static let morePages = "There are more: call again with cursor set to nextCursor."
  static let listed = "Call tasks_get with an id or name to see one whole."
  static let cancelling = "Some are still ending; call tasks_wait with until terminal."
  static let cancelled = "No process of theirs that can be found is left."
  static let survivors =
    "Some of their processes could not be ended: name the user the survivors of each."
  static let deleted = "They are in the bin; with restore this brings them back until then."
  static let restored = "They are back as they were."
  static let notDeleted = "Nothing was changed. Call again without dry_run to do it."
  static let stats = "Counts tasks created in that time, by how they stand now."
  static let cancelFailures = "Not all could be cancelled: see failures."
}
