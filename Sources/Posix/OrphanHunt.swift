import CPosix

#if canImport(Darwin)
  import Darwin
#else
  import Glibc
#endif

/// Kills whatever hangs below this process, where orphans become its children, until none is left.
///
/// A process that forks and ends at once is no longer where a look at the table saw it. But it ends
/// as a child of ours, and nobody else reaps it; so a look that met no ended child missed nobody.
struct OrphanHunt: Sendable {
  /// Tells what one look has found.
  enum Found: Sendable, Equatable {
    /// Nobody was left when the look began, and nobody can have come since.
    case nobody
    /// All that live were killed before and take their time to die.
    case dying
    /// Somebody new was killed, or somebody ended and may have left a child behind.
    case traces
  }

  /// Ends up as a zombie of its owner's, who reaps it.
  let leader: ProcessIdentity
  let spared: Set<Int32>
  /// Names somebody of whom it is not known that no child is left.
  private(set) var lastSeen: ProcessRecord?
  /// Is what the last look saw of all processes.
  private(set) var table: [ProcessRecord] = []
  private var killed = Set<ProcessIdentity>()
  private let own = getpid()

  /// Bounds how far above the number of an ended process its children are looked for, and how many
  /// numbers one look may try in that way.
  private enum Reach {
    static let step: Int32 = 16
    static let total = 2048
  }
  private static let killedLimit = 4096

  init(leader: ProcessIdentity, sparing spared: Set<Int32>) {
    self.leader = leader
    self.spared = spared
  }

  /// Looks once, newest first, and kills or reaps on sight whom it meets.
  mutating func look() throws(SystemError) -> Found {
    // One that ends while we look may have forked just before, and its zombie is not ours to reap.
    let isLeaderAlive = try ProcessTable.isAlive(leader)
    table = []
    var found = isLeaderAlive ? Found.traces : .nobody
    var tries = Reach.total
    for pid in try Self.pids() {
      guard let record = try ProcessTable.visible(pid) else { continue }
      table.append(record)
      guard isQuarry(record) else { continue }
      found = max(found, try take(record))
      if record.isZombie { try chase(above: pid, &tries) }
    }
    let children = Set(table.filter(isQuarry).map(\.pid))
    for record in ProcessTable.descendants(of: children, in: table) where !record.isZombie {
      found = max(found, try take(record))
    }
    return found
  }

  /// Tells whether this is a child of ours to be ended; the leader only while it lives.
  private func isQuarry(_ record: ProcessRecord) -> Bool {
    record.parent == own && !spared.contains(record.pid)
      && !(record.isZombie && record.identity == leader)
  }

  private mutating func take(_ record: ProcessRecord) throws(SystemError) -> Found {
    lastSeen = record
    if record.isZombie {
      var (code, signal): (Int32, Int32) = (0, 0)
      _ = unsafe cposix_wait(record.pid, 1, &code, &signal)
      killed.remove(record.identity)
      return .traces
    }
    do throws(SystemError) {
      try ProcessTable.signal(record.identity, .kill)
    } catch {
      // Another user's process is named if it is there to the end.
      if !error.isPermissionDenied, !error.isNoProcess { throw error }
    }
    if killed.count >= Self.killedLimit { killed.removeAll() }
    return killed.insert(record.identity).inserted ? .traces : .dying
  }

  /// Looks at once where the children of an ended process are likely: at the numbers above its own.
  private mutating func chase(above pid: Int32, _ tries: inout Int) throws(SystemError) {
    var (next, end) = (pid, pid.addingReportingOverflow(Reach.step).partialValue)
    while next < end, tries > 0 {
      next += 1
      tries -= 1
      guard let record = try ProcessTable.visible(next), isQuarry(record) else { continue }
      _ = try take(record)
      end = next.addingReportingOverflow(Reach.step).partialValue
    }
  }

  private static func pids() throws(SystemError) -> [Int32] {
    var pids = [Int32](repeating: 0, count: 512)
    while true {
      let count = Int(
        try checked("processes", "", unsafe cposix_process_list(&pids, Int32(pids.count))))
      if count <= pids.count { return pids[..<count].filter { $0 > 0 }.sorted(by: >) }
      pids = [Int32](repeating: 0, count: count + 64)
    }
  }
}

extension OrphanHunt.Found: Comparable {}

extension ProcessTable {
  /// Describes a process; nil if it has gone meanwhile or may not be seen, and so is not ours.
  fileprivate static func visible(_ pid: Int32) throws(SystemError) -> ProcessRecord? {
    do throws(SystemError) { return try record(of: pid) } catch {
      if error.isPermissionDenied { return nil }
      throw error
    }
  }
}
