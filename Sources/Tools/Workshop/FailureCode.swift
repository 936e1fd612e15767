import MCP
import TaskStore

/// Lists the codes of failures that somebody acts on, not only reads.
package enum FailureCode: String, Sendable, CaseIterable {
  case notFound = "not_found"
  case sourceNotFound = "freeform.sourceTaskNotFound"
  case conflict
  case nameTaken = "name_taken"
  case runDecided = "run_decided"
  case idempotencyConflict = "idempotency_conflict"
  case limit
  case badCursor = "bad_cursor"
  case storeDamaged = "store_damaged"
  case taskDamaged = "task_damaged"
  case storeNewer = "store_newer"
  case storeNotWritable = "store_not_writable"
  case storeUnavailable = "store_unavailable"
  case storeRemoved = "store_removed"
  case storeStopped = "store_stopped"
  case busy
  case `internal`
}

extension ToolFailure {
  /// Tells what kind of failure it is; nil for one that only says what was wrong with a call.
  package var kind: FailureCode? { FailureCode(rawValue: code) }
}

extension StoreError {
  var code: FailureCode {
    switch self {
    case .notFound, .inBin, .noSchedule: .notFound
    case .refused: .conflict
    case .runDecided: .runDecided
    case .nameTaken, .scheduleTaken: .nameTaken
    case .idempotencyConflict: .idempotencyConflict
    case .limit: .limit
    case .badCursor: .badCursor
    case .damaged: .storeDamaged
    case .damagedTask: .taskDamaged
    case .newerFormat: .storeNewer
    case .notWritable: .storeNotWritable
    case .disk, .foreign: .storeUnavailable
    case .busy: .busy
    case .removed: .storeRemoved
    case .stopped: .storeStopped
    }
  }
}
