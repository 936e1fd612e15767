import Posix
import Tasks

/// Says why an attempt could not begin; becomes the attempt's error.
struct Unfit: Error, Sendable {
  let error: AttemptError

  init(_ code: FailureReason, _ message: String) { error = AttemptError(code, message) }
}

/// Passes a system's refusal on as the attempt's error.
func fit<Value: ~Copyable>(_ body: () throws(SystemError) -> Value) throws(Unfit) -> Value {
  do throws(SystemError) { return try body() } catch { throw Unfit(.workspaceError, "\(error).") }
}
