import MCP
import Tools

extension Complaint {
  /// Keeps what is a person's alone from an agent inside an attempt, whatever it was called with.
  static func unlessOutsideOfAttempts(_ what: String, next: String) throws(Complaint) {
    let isInside: Bool
    do throws(ToolFailure) {
      isInside = try AttemptScope.holdsThisProcess()
    } catch {
      throw Complaint(error.summary, next: error.nextStep, code: .tryLater)
    }
    if isInside {
      throw Complaint("This runs inside an attempt, where \(what).", next: next, code: .usage)
    }
  }
}
