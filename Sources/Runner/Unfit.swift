import Posix
import Tasks

/// Says why an attempt could not begin; becomes the attempt's error.
struct Unfit: Error, Sendable {
  let error: AttemptError
  /// Tells that the same may succeed a little later.
  let mayPass: Bool

  init(_ code: FailureReason, _ message: String, mayPass: Bool = false) {
    error = AttemptError(code, message)
    self.mayPass = mayPass
  }
}

/// Passes a system's refusal on as the attempt's error.
func fit<Value: ~Copyable>(_ body: () throws(SystemError) -> Value) throws(Unfit) -> Value {
  do throws(SystemError) { return try body() } catch {
    throw Unfit(.workspaceError, "\(error).", mayPass: error.isExhaustion)
  }
}
