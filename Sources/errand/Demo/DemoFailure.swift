import JSON
import JSONRPC
import Posix

/// Says what in the demonstration did not hold.
enum DemoFailure: Error, Sendable, CustomStringConvertible {
  case system(SystemError)
  case spawn(String)
  case call(method: String, CallFailure)
  /// The tool answered with an error; its text says which.
  case refused(tool: String, text: String)
  case notTrue(String)

  var description: String {
    switch self {
    case .system(let error): return error.description
    case .spawn(let reason): return "A program could not be started: \(reason)"
    case .call(let method, let failure): return "\(method): \(Self.words(failure))"
    case .refused(let tool, let text): return "\(tool) refused: \(text)"
    case .notTrue(let claim): return "This does not hold: \(claim)"
    }
  }

  private static func words(_ failure: CallFailure) -> String {
    switch failure {
    case .refused(let error): "refused with \(error.code): \(error.message)"
    case .timedOut: "no answer in time"
    case .cancelled: "the call was cancelled"
    case .closed: "the server closed the connection"
    }
  }
}

/// Insists on a fact; the sentence names it where it fails.
func insist(_ claim: String, _ isTrue: Bool) throws(DemoFailure) {
  if !isTrue { throw .notTrue(claim) }
}

/// Insists that something is there.
func insist<Value>(_ claim: String, _ value: Value?) throws(DemoFailure) -> Value {
  guard let value else { throw .notTrue(claim) }
  return value
}
