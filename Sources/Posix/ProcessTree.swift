import CPosix

#if canImport(Darwin)
  import Darwin
#else
  import Glibc
#endif

/// Knows how to find every process of an attempt, and ends them all.
///
/// Found are: the leader with its session, group and descendants; what was recorded earlier, with
/// its descendants; what carries the marker; and, where this process is subreaper, orphans that
/// became its children.
package struct ProcessTree: Sendable {
  package let leader: ProcessIdentity
  /// Holds the environment entry "NAME=value" that every process of the attempt inherits.
  package let marker: String?
  /// Remembers descendants seen while they could still be traced to the leader.
  package private(set) var recorded: Set<ProcessIdentity>
  /// Counts orphans adopted by this process as part of the tree, but for these children of its own.
  package var adopting: Adoption

  package enum Adoption: Sendable, Equatable {
    case none
    case children(sparing: Set<Int32>)
  }

  /// Bounds what is remembered; beyond it the oldest finding methods still work.
  private static let recordLimit = 4096
  /// Bounds the wish for a quiet moment on a machine where processes start all the time.
  private static let lookLimit = 50

  package init(
    leader: ProcessIdentity, marker: String?, recorded: Set<ProcessIdentity> = [],
    adopting: Adoption = .none
  ) {
    self.leader = leader
    self.marker = marker
    self.recorded = recorded
    self.adopting = adopting
  }

  /// Remembers who belongs to the tree now; to be called now and then while it runs.
  package mutating func record() throws(SystemError) {
    let found = Set(try members().map(\.identity))
    var kept = Set<ProcessIdentity>()
    for identity in recorded where try ProcessTable.isAlive(identity) { kept.insert(identity) }
    for identity in found where kept.count < Self.recordLimit { kept.insert(identity) }
    recorded = kept
  }

  /// Lists the processes of the tree that run now; never this process.
  package func members() throws(SystemError) -> [ProcessRecord] {
    try members(in: ProcessTable.all())
  }

  private func members(in table: [ProcessRecord]) throws(SystemError) -> [ProcessRecord] {
    let own = getpid()
    var roots = Set<Int32>()
    // A group or session keeps its number from being reused; once somebody else has the pid, they
    // are gone.
    let holder = table.first { $0.pid == leader.pid }
    let leads = holder.map { $0.identity == leader } ?? true
    var chosen: [ProcessRecord] = []
    for record in table {
      let traced = recorded.contains(record.identity) || record.identity == leader
      let grouped =
        leads && (record.group == leader.pid || record.session == leader.pid)
        && record.identity.startTicks >= leader.startTicks
      if traced || grouped || isAdopted(record, own) {
        chosen.append(record)
        roots.insert(record.pid)
      }
    }
    if let marker {
      // Nobody older than the leader can have come from it.
      for record in try ProcessTable.carrying(marker: marker, since: leader.startTicks, in: table)
      where roots.insert(record.pid).inserted { chosen.append(record) }
    }
    chosen += ProcessTable.descendants(of: roots.subtracting([own]), in: table)
    var seen: Set<Int32> = [own]
    return chosen.filter { !$0.isZombie && seen.insert($0.pid).inserted }
  }

  private func isAdopted(_ record: ProcessRecord, _ own: Int32) -> Bool {
    guard case .children(let spared) = adopting else { return false }
    return record.parent == own && !spared.contains(record.pid)
  }

  /// Ends the whole tree: the signal, up to `grace` for leaving, then KILL until none is left or
  /// the deadline passes. Answers who is left. The leader is not reaped; adopted orphans are.
  package func end(
    signal: Signal = .terminate, grace: Duration, deadline: MonotonicTime
  ) throws(SystemError) -> [ProcessRecord] {
    let patience = min(deadline, .after(grace))
    var left = try members()
    if !left.isEmpty, signal != .kill {
      try send(signal, to: left)
      // A stopped process hears nothing but KILL until it goes on.
      try send(.continue, to: left)
      while !left.isEmpty, .now < patience { left = try nextLook(left, patience) }
    }
    switch adopting {
    case .children(let spared): return try hunt(sparing: spared, left, until: deadline)
    case .none: return try exterminate(left, until: deadline)
    }
  }

  /// Kills until no child but the spared ones is left, which nobody can hide from.
  private func hunt(
    sparing spared: Set<Int32>, _ first: [ProcessRecord], until deadline: MonotonicTime
  ) throws(SystemError) -> [ProcessRecord] {
    var hunt = OrphanHunt(leader: leader, sparing: spared)
    var left = first
    while .now < deadline {
      try send(.kill, to: left)
      switch try hunt.look() {
      case .nobody:
        // What carries the marker elsewhere, or became a child of nobody's, is ended as well.
        left = try members(in: hunt.table)
        if left.isEmpty { return [] }
      case .dying:
        _ = try Poller.wait([], timeoutMilliseconds: 1)
        left = []
      case .traces:
        left = []
      }
    }
    left = try members()
    if !left.isEmpty { return left }
    // Being between two of its processes just now does not mean that it has ended.
    return try hunt.look() == .nobody ? [] : hunt.lastSeen.map { [$0] } ?? []
  }

  /// Kills until two looks in a row find nobody, and nobody came between who may have hidden.
  private func exterminate(
    _ first: [ProcessRecord], until deadline: MonotonicTime
  ) throws(SystemError) -> [ProcessRecord] {
    var left = first
    var bystanders: Set<ProcessIdentity>?
    var looks = 0
    while true {
      if left.isEmpty {
        let table = try ProcessTable.all()
        left = try members(in: table)
        let ours = Set(table.lazy.filter { $0.owner == geteuid() }.map(\.identity))
        let news = bystanders.map { ours.subtracting($0) }
        let isQuiet = news?.isEmpty ?? false
        bystanders = ours
        if let news, !isQuiet { chase(news.map(\.pid), until: deadline) }
        looks += 1
        if left.isEmpty, isQuiet || looks >= Self.lookLimit || .now >= deadline { break }
        if left.isEmpty { continue }
      }
      bystanders = nil
      if .now >= deadline { break }
      try send(.kill, to: left)
      chase(left.map(\.pid), until: deadline)
      left = try nextLook(left, deadline)
    }
    return left
  }

  /// Goes after what those forked that were met too late.
  private func chase(_ pids: [Int32], until deadline: MonotonicTime) {
    guard let marker else { return }
    ForkChase(brand: ProcessTable.brand(of: marker)).follow(from: pids, until: deadline)
  }

  /// Signals the leader's group as one, so that nobody forks away between, and the others one by
  /// one. Who has gone meanwhile, or became another user's, is looked at again later.
  private func send(_ signal: Signal, to records: [ProcessRecord]) throws(SystemError) {
    let grouped = records.filter {
      $0.group == leader.pid && $0.identity.startTicks >= leader.startTicks
    }
    var others = records
    if let member = grouped.first, try ProcessTable.isAlive(member.identity),
      Posix.kill(-leader.pid, signal.rawValue) == 0
    {
      others.removeAll { $0.group == leader.pid }
    }
    for record in others {
      do throws(SystemError) {
        try ProcessTable.signal(record.identity, signal)
      } catch {
        if !error.isPermissionDenied, !error.isNoProcess { throw error }
      }
    }
  }

  /// Waits until one of them ends, for a short while at most, and looks again.
  private func nextLook(
    _ records: [ProcessRecord], _ deadline: MonotonicTime
  ) throws(SystemError) -> [ProcessRecord] {
    let watched = records.prefix(64).compactMap { record -> Int32? in
      let raw = cposix_exit_descriptor(record.pid)
      return raw >= 0 ? raw : nil
    }
    defer { for raw in watched { _ = close(raw) } }
    let pause = MonotonicTime.after(.milliseconds(20))
    _ = try Poller.wait(watched.map { ($0, .readable) }, until: min(pause, deadline))
    reapAdopted()
    var found = try members()
    let known = Set(found.map(\.identity))
    // One that is just going no longer shows what it bears, but is still there.
    for one in records where !known.contains(one.identity) {
      let now = try ProcessTable.record(of: one.pid)
      if let now, now.identity == one.identity, !now.isZombie { found.append(now) }
    }
    return found
  }

  /// Collects orphans that ended as children of this process, so that no zombie stays.
  private func reapAdopted() {
    guard case .children(let spared) = adopting else { return }
    // Failing to look leaves a zombie until the next look or this process's end; both are harmless.
    guard let children = try? ProcessTable.children(of: getpid()) else { return }
    for child in children where child.isZombie {
      if child.pid == leader.pid || spared.contains(child.pid) { continue }
      var (code, signal): (Int32, Int32) = (0, 0)
      _ = unsafe cposix_wait(child.pid, 1, &code, &signal)
    }
  }
}
