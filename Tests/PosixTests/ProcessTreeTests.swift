import Posix
import TestSupport
import Testing

struct ProcessTreeTests {
  /// Is a tree of shells whose members write their pids into a folder.
  private struct Grown {
    let leader: ChildProcess
    let tree: ProcessTree
    let marker: String
  }

  /// Starts a shell script with the marker in its environment; `pids` is the file for the members'
  /// pids.
  private static func grow(
    _ script: String, in directory: String, members: Int, marked: Bool = true,
    adopting: ProcessTree.Adoption = .none
  ) throws -> Grown {
    let value = String(UInt64.random(in: 0 ... .max), radix: 36)
    let marker = "ERRAND_TREE_TEST=\(value)"
    var environment = [
      "PATH": Environment.value("PATH") ?? "/usr/bin:/bin", "PIDS": directory,
      "HOSTILE": try Program.hostileAgent(),
    ]
    if marked { environment["ERRAND_TREE_TEST"] = value }
    let leader = try ChildProcess.spawn(
      ProcessSpec(
        executable: "/bin/sh", arguments: ["-c", script], environment: environment))
    #expect(try eventually { try RealFileSystem().list(directory).count >= members })
    let tree = ProcessTree(
      leader: leader.identity, marker: marked ? marker : nil, adopting: adopting)
    return Grown(leader: leader, tree: tree, marker: marker)
  }

  private static func pids(_ directory: String) throws -> [Int32] {
    try RealFileSystem().list(directory).compactMap { Int32($0) }
  }

  private static func isGone(_ pid: Int32) throws -> Bool {
    try ProcessTable.record(of: pid)?.isZombie ?? true
  }

  /// Turns the subshell that calls it into a program in a session of its own, as daemons do.
  private static let escape = #"escape() { exec "$HOSTILE" session sh -c "$1"; }"#
  private static let note = "touch $PIDS/$$;"

  @Test(arguments: [
    ("a leader alone", "\(note) sleep 300", 1),
    (
      "a child that ignores TERM",
      "sh -c '\(note) trap \"\" TERM; sleep 300; sleep 300' & \(note) wait", 2
    ),
    ("a leader that ignores TERM", "trap '' TERM; \(note) while :; do sleep 1; done", 1),
    ("a double fork", "(sh -c '\(note) sleep 300; :' &) ; \(note) sleep 300; :", 2),
    ("a stopped child", "sh -c '\(note) kill -STOP $$; sleep 300' & \(note) wait", 2),
  ])
  func everyMemberEnds(_ name: String, _ script: String, members: Int) throws {
    try withTemporaryDirectory { directory in
      let grown = try Self.grow(script, in: directory, members: members)
      let pids = try Self.pids(directory)
      #expect(pids.contains(grown.leader.pid))
      let left = try grown.tree.end(
        grace: .milliseconds(200), deadline: .after(.seconds(10)))
      #expect(left == [])
      for pid in pids { #expect(try Self.isGone(pid), "\(name): \(pid)") }
      #expect(try grown.tree.members() == [])
      // The leader is left to its owner, who learns how it ended.
      #expect(try grown.leader.reap().signal != nil)
    }
  }

  @Test func aLeaderIsAskedBeforeItIsKilled() throws {
    try withTemporaryDirectory { directory in
      let grown = try Self.grow(
        "trap 'touch $PIDS/asked; exit 5' INT; \(Self.note) while :; do sleep 0.05; done",
        in: directory, members: 1)
      let left = try grown.tree.end(
        signal: .interrupt, grace: .seconds(10), deadline: .after(.seconds(20)))
      #expect(left == [])
      #expect(try RealFileSystem().exists("\(directory)/asked"))
      #expect(try grown.leader.reap() == .exited(code: 5))
    }
  }

  @Test func anEscapeeIsFoundByItsMarkerAfterTheLeaderIsGone() throws {
    try withTemporaryDirectory { directory in
      let script = "\(Self.escape); escape '\(Self.note) sleep 300; :' & \(Self.note) sleep 300; :"
      let grown = try Self.grow(script, in: directory, members: 2)
      let escapee = try #require(try Self.pids(directory).first { $0 != grown.leader.pid })
      #expect(try ProcessTable.record(of: escapee)?.session != grown.leader.pid)
      try grown.leader.signalGroup(.kill)
      try grown.leader.reap()
      #expect(try !Self.isGone(escapee))
      #expect(try ProcessTable.carrying(marker: grown.marker).contains { $0.pid == escapee })
      #expect(try ProcessTable.carrying(marker: grown.marker + "x").isEmpty)
      #expect(try grown.tree.end(grace: .seconds(1), deadline: .after(.seconds(10))) == [])
      #expect(try Self.isGone(escapee))
    }
  }

  @Test func anEscapeeWithoutMarkerIsFoundIfItWasRecorded() throws {
    try withTemporaryDirectory { directory in
      let script = "\(Self.escape); escape '\(Self.note) sleep 300; :' & \(Self.note) sleep 300; :"
      let grown = try Self.grow(script, in: directory, members: 2, marked: false)
      let escapee = try #require(try Self.pids(directory).first { $0 != grown.leader.pid })
      var tree = grown.tree
      try tree.record()
      try grown.leader.signalGroup(.kill)
      try grown.leader.reap()
      #expect(try eventually { try grown.tree.members().isEmpty })
      #expect(try tree.members().contains { $0.pid == escapee })
      #expect(try tree.end(grace: .seconds(1), deadline: .after(.seconds(10))) == [])
      #expect(try Self.isGone(escapee))
    }
  }

  @Test func aSubreaperCatchesADaemonThatHidesEverything() async {
    // A process of its own: a subreaper would adopt the orphans of every test beside it.
    await #expect(processExitsWith: .success) {
      guard try ProcessTable.becomeSubreaper() else { return }
      try withTemporaryDirectory { directory in
        let body = "touch \\$PIDS/\\$\\$; sleep 300; :"
        let daemon = "(escape \"exec env -i PIDS=$PIDS sh -c '\(body)'\" &)"
        let script = "\(Self.escape); \(daemon); exit 0"
        let spared = try ChildProcess.spawn(
          ProcessSpec(executable: "/bin/sleep", arguments: ["300"]))
        let grown = try Self.grow(
          script, in: directory, members: 1, adopting: .children(sparing: [spared.pid]))
        try grown.leader.reap()
        let hidden = try Self.pids(directory)[0]
        #expect(try ProcessTable.carrying(marker: grown.marker).isEmpty)
        #expect(
          try eventually { try ProcessTable.record(of: hidden)?.parent == ProcessTable.currentPID })
        #expect(try grown.tree.end(grace: .seconds(1), deadline: .after(.seconds(10))) == [])
        #expect(try ProcessTable.record(of: hidden) == nil)
        #expect(try spared.peekExit() == nil)
        try spared.signal(.kill)
        try spared.reap()
      }
    }
  }

  @Test func aChainOfForksThatIgnoresEverythingIsEndedForGood() async {
    await #expect(processExitsWith: .success) {
      guard try ProcessTable.becomeSubreaper() else { return }
      let spared = try ChildProcess.spawn(
        ProcessSpec(executable: "/bin/sleep", arguments: ["300"]))
      for (leaves, pause) in [(0, 2000), (1, 2000), (1, 0)] {
        for round in 0..<5 {
          try withTemporaryDirectory { directory in
            let chain = "exec $HOSTILE chain $PIDS/steps \(leaves) \(pause)"
            let grown = try Self.grow(
              chain, in: directory, members: 1, marked: false,
              adopting: .children(sparing: [spared.pid]))
            let left = try grown.tree.end(
              grace: .milliseconds(50), deadline: .after(.seconds(10)))
            #expect(left == [], "\(leaves) \(pause) \(round)")
            let steps = try FileStatus.of(directory + "/steps")?.size
            let goesOn = try eventually(within: .milliseconds(60)) {
              try FileStatus.of(directory + "/steps")?.size != steps
            }
            #expect(!goesOn, "\(leaves) \(pause) \(round)")
            // No ended one is left behind but the leader, which its owner reaps.
            let children = try ProcessTable.children(of: ProcessTable.currentPID).map(\.pid)
            #expect(Set(children) == [spared.pid, grown.leader.pid])
            try grown.leader.reap()
          }
        }
      }
      #expect(try spared.peekExit() == nil)
      try spared.signal(.kill)
      try spared.reap()
    }
  }

  @Test func aProcessWithAnotherStartIsNotTouched() throws {
    let bystander = try Program.start(["300"], executable: "/bin/sleep")
    let stranger = ProcessIdentity(
      pid: bystander.pid, startTicks: bystander.process.startTicks &- 1)
    let tree = ProcessTree(leader: stranger, marker: nil, recorded: [stranger])
    #expect(try tree.members().isEmpty)
    #expect(try tree.end(grace: .zero, deadline: .after(.seconds(1))) == [])
    #expect(try !ProcessTable.signal(stranger, .kill))
    #expect(try bystander.process.peekExit() == nil)
  }

  @Test func aTreeThatCannotBeEndedInTimeIsNamed() throws {
    try withTemporaryDirectory { directory in
      let grown = try Self.grow(
        "trap '' TERM; \(Self.note) while :; do sleep 1; done", in: directory, members: 1)
      let left = try grown.tree.end(grace: .zero, deadline: .now)
      #expect(left.contains { $0.pid == grown.leader.pid && $0.name == "sh" })
      #expect(try grown.tree.end(grace: .zero, deadline: .after(.seconds(10))) == [])
      try grown.leader.reap()
    }
  }
}
