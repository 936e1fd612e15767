import CPosix

#if canImport(Darwin)
  import Darwin
#else
  import Glibc
#endif

/// Is a process that cannot be mistaken for a later one with the same pid.
package struct ProcessIdentity: Sendable, Hashable {
  package let pid: Int32
  /// Holds when the process started, in the platform's own units; only equality means anything.
  package let startTicks: UInt64

  package init(pid: Int32, startTicks: UInt64) {
    self.pid = pid
    self.startTicks = startTicks
  }
}

/// Is a row of the process table.
package struct ProcessRecord: Sendable, Hashable {
  package let identity: ProcessIdentity
  package let parent: Int32
  package let group: Int32
  package let session: Int32
  package let owner: UInt32
  /// Tells that the process has ended and only waits to be reaped.
  package let isZombie: Bool
  /// Holds the short name of the program, not trustworthy: a process may rename itself.
  package let name: String

  package var pid: Int32 { identity.pid }

  init(_ found: cposix_process) {
    identity = ProcessIdentity(pid: found.pid, startTicks: found.start)
    parent = found.parent
    group = found.group
    session = found.session
    owner = found.owner
    isZombie = found.zombie != 0
    name = unsafe withUnsafeBytes(of: found.name) {
      unsafe String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
    }
  }
}

/// Reads the system's table of processes.
package enum ProcessTable {
  /// Describes a process; nil if there is none.
  package static func record(of pid: Int32) throws(SystemError) -> ProcessRecord? {
    var found = cposix_process()
    let result = unsafe cposix_process(pid, &found)
    if result == -ESRCH || result == -ENOENT { return nil }
    try checked("process", "\(pid)", result)
    return ProcessRecord(found)
  }

  package static func startTicks(of pid: Int32) throws(SystemError) -> UInt64? {
    try record(of: pid)?.identity.startTicks
  }

  /// Tells whether that very process runs; one that has ended and waits to be reaped does not.
  package static func isAlive(_ identity: ProcessIdentity) throws(SystemError) -> Bool {
    guard let record = try record(of: identity.pid) else { return false }
    return record.identity == identity && !record.isZombie
  }

  package static func isAlive(pid: Int32, startTicks: UInt64) throws(SystemError) -> Bool {
    try isAlive(ProcessIdentity(pid: pid, startTicks: startTicks))
  }

  /// Lists every process that can be described.
  package static func all() throws(SystemError) -> [ProcessRecord] {
    let deadline = MonotonicTime.after(.seconds(2))
    var pids = [Int32](repeating: 0, count: 512)
    while true {
      let count = Int(
        try checked("processes", "", unsafe cposix_process_list(&pids, Int32(pids.count))))
      if count > pids.count {
        pids = [Int32](repeating: 0, count: count + 64)
        continue
      }
      var records: [ProcessRecord] = []
      for pid in pids[..<count] where pid > 0 {
        let found = try patiently(until: deadline) {
          () throws(SystemError) -> ProcessRecord? in try record(of: pid)
        }
        if let found { records.append(found) }
      }
      return records
    }
  }

  /// Looks at a process; nil for one that has gone meanwhile, or that we may not see: it is not ours.
  /// Who is out of descriptors can look at none, and must not take them all for gone.
  private static func patiently<Value>(
    until deadline: MonotonicTime, _ look: () throws(SystemError) -> Value?
  ) throws(SystemError) -> Value? {
    while true {
      do throws(SystemError) { return try look() } catch {
        guard error.isExhaustion else { return nil }
        guard deadline > .now else { throw error }
      }
      _ = try Poller.wait([], timeoutMilliseconds: 50)
    }
  }

  package static func children(of pid: Int32) throws(SystemError) -> [ProcessRecord] {
    try all().filter { $0.parent == pid }
  }

  /// Lists everything below the given processes, not they themselves.
  package static func descendants(of pids: Set<Int32>) throws(SystemError) -> [ProcessRecord] {
    descendants(of: pids, in: try all())
  }

  static func descendants(of pids: Set<Int32>, in table: [ProcessRecord]) -> [ProcessRecord] {
    let children = Dictionary(grouping: table, by: \.parent)
    var seen = pids
    var found: [ProcessRecord] = []
    var open = Array(pids)
    while let next = open.popLast() {
      for child in children[next] ?? [] where seen.insert(child.pid).inserted {
        found.append(child)
        open.append(child.pid)
      }
    }
    return found
  }

  /// Lists the processes in whose environment the entry "NAME=value" stands, or that were started
  /// while it was the brand.
  package static func carrying(marker: String) throws(SystemError) -> [ProcessRecord] {
    try carrying(marker: marker, in: try all())
  }

  /// Looks only at those that started at some time or later: a look into each costs the most.
  static func carrying(
    marker: String, since ticks: UInt64 = 0, in table: [ProcessRecord]
  ) throws(SystemError) -> [ProcessRecord] {
    // Environments of other users cannot be read, and other users' processes are not ours.
    let brand = brand(of: marker)
    let deadline = MonotonicTime.after(.seconds(2))
    var found: [ProcessRecord] = []
    for record in table where !record.isZombie && record.identity.startTicks >= ticks {
      let carries = try patiently(until: deadline) { () throws(SystemError) -> Int32? in
        unsafe try checked("environ", "", cposix_process_carries(record.pid, marker))
      }
      // One that has changed its user hides its environment, and bears the brand all the same.
      let bears = try patiently(until: deadline) { () throws(SystemError) -> Int32? in
        try checked("brand", "", cposix_process_bears(record.pid, brand))
      }
      if carries == 1 || bears == 1 { found.append(record) }
    }
    return found
  }

  /// Tells whether a process was started under a brand, and that of none of these markers.
  package static func isBranded(_ pid: Int32, otherThanBy markers: [String]) -> Bool {
    var found: UInt64 = 0
    guard unsafe cposix_process_brand(pid, &found) == 0, found >> 61 == 1 else { return false }
    return !markers.contains { brand(of: $0) == found }
  }

  /// Makes a number of a marker (FNV-1a): large enough to limit nothing, and nobody else's choice.
  static func brand(of marker: String) -> UInt64 {
    let hash = marker.utf8.reduce(0xCBF2_9CE4_8422_2325 as UInt64) {
      ($0 ^ UInt64($1)) &* 0x0100_0000_01B3
    }
    return hash >> 3 | 1 << 61
  }

  /// Collects children that have ended, all but one, which must not lose its number yet.
  package static func reapChildren(sparing spared: Int32) throws(SystemError) {
    while try checked("waitid", "", cposix_reap_any(spared)) > 0 {}
  }

  /// Gives a variable of the environment a process was started with; nil if it has none, is gone,
  /// or may not be looked into, being another user's.
  package static func value(of name: String, in pid: Int32) -> String? {
    unsafe withUnsafeTemporaryAllocation(of: CChar.self, capacity: 4096) { text in
      guard let base = text.baseAddress,
        unsafe cposix_process_value(pid, name, base, 4096) == 1
      else { return nil }
      return unsafe String(cString: base)
    }
  }

  /// Identifies this process.
  package static func current() throws(SystemError) -> ProcessRecord {
    guard let record = try record(of: getpid()) else { throw SystemError("process", ESRCH) }
    return record
  }

  package static var currentPID: Int32 { getpid() }
  package static var parentPID: Int32 { getppid() }

  /// Measures the memory of this process that is in RAM, in bytes.
  package static func residentMemory() throws(SystemError) -> Int {
    Int(try checked("memory", "", cposix_resident_memory()))
  }

  /// Makes orphaned descendants become children of this process; false where the system knows no
  /// such thing.
  package static func becomeSubreaper() throws(SystemError) -> Bool {
    let result = cposix_become_subreaper()
    if result == -ENOTSUP { return false }
    try checked("subreaper", "", result)
    return true
  }

  /// Sends a signal to that very process; false if it is gone.
  @discardableResult
  package static func signal(
    _ identity: ProcessIdentity, _ signal: Signal
  ) throws(SystemError) -> Bool {
    // Zero and negative numbers mean groups, never a process.
    guard identity.pid > 0 else { return false }
    let raw = cposix_exit_descriptor(identity.pid)
    if raw == -ESRCH || raw == -EINVAL { return false }
    let descriptor = Descriptor(owning: try checked("pidfd_open", "\(identity.pid)", raw))
    // The descriptor names whoever has the pid now; if the start matches after opening, it names
    // ours for good.
    guard try startTicks(of: identity.pid) == identity.startTicks else { return false }
    let result = cposix_signal_exit_descriptor(
      descriptor.rawValue, identity.pid, signal.rawValue)
    if result == -ESRCH { return false }
    try checked("kill", "\(identity.pid)", result)
    return true
  }
}
