import JSON
import Posix
import Tasks

/// Says why the store could not do what was asked; a closed list.
package enum StoreError: Error, Sendable {
  case notFound(reference: String, near: [String])
  /// The task is there, but was deleted.
  case inBin(reference: String)
  case refused(IllegalTransition)
  case nameTaken(String)
  case noSchedule(reference: String, near: [String])
  case scheduleTaken(String)
  /// What a schedule was to do at a time was done, or it was removed.
  case runDecided
  case idempotencyConflict(key: String, task: TaskID)
  /// A bound is reached; says which, and how to go on.
  case limit(String, next: String)
  case badCursor(String)
  case damaged(path: String, offset: Int, reason: String)
  case damagedTask(TaskID)
  case newerFormat(path: String, found: Int)
  /// The store is another user's: what that one queued would be done with this one's rights.
  case foreign(store: String, owner: UInt32)
  case notWritable(path: String, SystemError)
  case disk(SystemError)
  /// Another process has had the journal's lock for longer than any of ours needs it.
  case busy(lock: String, patience: Duration)
  /// The store's folder, or its journal, is no longer the one this process opened.
  case removed(store: String)
  /// A sync failed earlier: what this process would acknowledge might be lost.
  case stopped(String)
}

extension StoreError: CustomStringConvertible {
  package var description: String {
    switch self {
    case .inBin(let reference): "Task \(reference) was deleted; it is in the bin."
    case .notFound(let reference, let near):
      near.isEmpty
        ? "There is no task \(reference)."
        : "There is no task \(reference); near: \(near.joined(separator: ", "))."
    case .refused(let refusal): refusal.description
    case .nameTaken(let name): "Another task is called \(name)."
    case .noSchedule(let reference, let near):
      near.isEmpty
        ? "There is no schedule \(reference)."
        : "There is no schedule \(reference); near: \(near.joined(separator: ", "))."
    case .scheduleTaken(let name): "Another schedule is called \(name)."
    case .runDecided: "The schedule is gone, or its run was decided by somebody faster."
    case .idempotencyConflict(let key, let task):
      "The key \(key) was used for another request; it made task \(task)."
    case .limit(let what, _): what
    case .badCursor(let cursor): "\(cursor) is not a cursor of this list."
    case .damaged(let path, let offset, let reason):
      "\(path) is damaged at byte \(offset): \(reason)."
    case .damagedTask(let task): "A change of task \(task) could not be read; its state is unknown."
    case .newerFormat(let path, let found):
      "\(path) was written by a newer Errand (format \(found))."
    case .foreign(let store, let owner):
      "The store \(store) belongs to another user (\(owner)), and so does what is queued in it."
    case .notWritable(let path, let error): "The store \(path) cannot be written: \(error)."
    case .disk(let error): "\(error)."
    case .busy(let lock, let patience):
      "Another process has held \(lock) for \(patience.components.seconds) s."
    case .removed(let store): "The store \(store) was removed or replaced while it was in use."
    case .stopped(let reason): "The store stopped writing: \(reason)."
    }
  }

  /// Tells that the disk is full, closed or failing, or that another keeps the journal: the same may
  /// be right in a moment.
  package var isOfTheDisk: Bool {
    switch self {
    case .notWritable, .disk, .busy: true
    default: false
    }
  }

  /// Tells that this process must open the store anew before it can write again.
  package var isStopped: Bool { if case .stopped = self { true } else { false } }

  /// Gives the one safe next step.
  package var nextStep: String {
    switch self {
    case .inBin(let reference):
      "Take it out of the bin with `errand restore \(reference)`."
    case .notFound: "Call tasks_list to see the tasks there are."
    case .refused: "Call tasks_get to see where the task stands now."
    case .nameTaken: "Give another name, or none; a deleted task keeps its own."
    case .noSchedule, .runDecided: "Call schedules_list to see the schedules there are."
    case .scheduleTaken: "Give another name, or remove it with schedules_delete first."
    case .idempotencyConflict: "Use a new key for a new request."
    case .limit(_, let next): next
    case .badCursor: "Start again without a cursor."
    case .damaged:
      "Run `errand doctor`, then `errand doctor --fix`; nothing is deleted by either."
    case .damagedTask:
      "`errand cancel` ends it, `errand doctor --fix` all such; `errand logs` has what it did."
    case .newerFormat: "Update Errand."
    case .foreign: "Use it as that user, or set ERRAND_HOME to a folder of your own."
    case .notWritable(_, let error), .disk(let error): error.cure
    case .busy(let lock, _):
      "Let it go on if it was stopped (`fg`; `fuser \(lock)` names it); then try again."
    case .removed: "Put the folder back; or start the program again, to begin an empty store."
    case .stopped: "Check the disk, then start the program again."
    }
  }
}

extension SystemError {
  /// Gives the one safe next step after the file system refused.
  package var cure: String {
    if isNoSpace { return "Make room on the disk of \(place); then try again." }
    if isReadOnly { return "Make the disk of \(place) writable; then try again." }
    if isPermissionDenied {
      return "Give yourself the rights to \(place) and the folders above it; then try again."
    }
    if isInputOutput { return "Check the disk of \(place) and keep a copy; then try again." }
    if isPipe { return "Put a file there; in the store, `errand doctor --fix` makes room for it." }
    if isTooManyOpen { return "Raise the limit of open files (ulimit -n); then start again." }
    return "Check \(place), its permissions and the free space; then try again."
  }

  private var place: String { subject.hasPrefix("/") ? subject : "the store" }
}
