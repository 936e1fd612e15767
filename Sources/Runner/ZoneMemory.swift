import Posix
import TaskStore
import Tasks

/// Keeps the rules of zones that were read, for a while: an update of the system may change them.
struct ZoneMemory {
  private let folder: ZoneFolder
  private let life: Duration
  private var known: [String: ZoneRules] = [:]
  private var end: MonotonicTime

  init(_ folder: ZoneFolder, life: Duration = .seconds(3600)) {
    (self.folder, self.life) = (folder, life)
    end = .after(life)
  }

  mutating func rules(of zone: String) -> ZoneRules? {
    if let rules = known[zone] { return rules }
    known[zone] = folder.rules(of: zone)
    return known[zone]
  }

  /// Forgets what was read too long ago; true if so: what was reckoned by it is then old as well.
  mutating func forget() -> Bool {
    guard end <= .now else { return false }
    known = [:]
    end = .after(life)
    return true
  }
}
