import Posix

/// Runs a command of the system that stands on PATH.
struct SystemCommand {
  let environment: [String: String]

  /// Gives nil where there is no such program.
  func run(_ name: String, _ arguments: [String]) throws(Complaint) -> BatchCommand.Outcome? {
    guard let program = Environment.which(name, path: environment["PATH"]) else { return nil }
    do throws(SystemError) {
      return try BatchCommand.run(program, environment: environment) { _ in arguments }
    } catch {
      throw Complaint(
        "`\(name)` could not be run.", why: [error.description], next: "Run `errand doctor`.",
        code: .tryLater)
    }
  }
}
