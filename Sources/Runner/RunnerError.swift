import Agents
import Posix
import TaskStore

/// Says what kept this room from doing its work; the store's and the system's reasons pass through.
package enum RunnerError: Error, Sendable, CustomStringConvertible {
  case store(StoreError)
  case system(SystemError)
  /// A process of ours could not be started.
  case spawn(String)
  /// A supervisor was not given what it is to look after.
  case notHandedOver(String)

  package var description: String {
    switch self {
    case .store(let error): "\(error)"
    case .system(let error): error.description
    case .spawn(let reason): "A process of Errand could not be started: \(reason)."
    case .notHandedOver(let reason): "There is nothing to supervise: \(reason)."
    }
  }

  /// Tells that the same may succeed once the disk, or the system, has room again.
  var mayPass: Bool {
    switch self {
    case .store(let error): error.isOfTheDisk
    case .system(let error): error.isExhaustion || error.isReadOnly || error.isInputOutput
    case .spawn, .notHandedOver: false
    }
  }

  package var nextStep: String {
    switch self {
    case .store(let error): error.nextStep
    case .system, .spawn, .notHandedOver: "Run `errand doctor`."
    }
  }
}

/// Passes the store's errors on as ours.
func fromStore<Value: ~Copyable>(
  _ body: () throws(StoreError) -> Value
) throws(RunnerError) -> Value {
  do throws(StoreError) { return try body() } catch { throw .store(error) }
}

/// Does something to one task, which may be in doubt, deleted or gone since it was listed: then it is
/// left alone, and nil; the others go on.
@discardableResult
func sparing<Value: ~Copyable>(
  _ body: () throws(StoreError) -> Value
) throws(StoreError) -> Value? {
  do throws(StoreError) { return try body() } catch {
    switch error {
    case .damagedTask, .inBin, .notFound:
      StandardError.write("errand: a task is left alone: \(error)\n")
      return nil
    default: throw error
    }
  }
}

/// Passes the system's errors on as ours.
func fromSystem<Value: ~Copyable>(
  _ body: () throws(SystemError) -> Value
) throws(RunnerError) -> Value {
  do throws(SystemError) { return try body() } catch { throw .system(error) }
}
