import Posix
import Tasks

extension Sequence<ProcessRecord> {
  /// Names processes that could not be ended, as a settlement keeps them.
  var asSurvivors: [String] { map { "\($0.pid) \(CleanText.line($0.name, limit: 40))" } }
}
