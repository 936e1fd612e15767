import Posix
import TestSupport
import Testing

struct ChildProcessTests {
  private static func shell(_ script: String) throws -> Program.Outcome {
    try Program.run(["-c", script], executable: "/bin/sh")
  }

  @Test func aChildHasExactlyTheDescriptorsGiven() throws {
    let extra = try Pipe.make()
    let output = try Pipe.make()
    let script = """
      for fd in 0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 40 60 100 200 255 256 257 300
      do if [ -e /dev/fd/$fd ]; then printf "$fd "; fi; done
      """
    let child = try ChildProcess.spawn(
      ProcessSpec(
        executable: "/bin/sh", arguments: ["-c", script],
        descriptors: [
          1: output.writing.rawValue, 7: extra.reading.rawValue, 255: extra.writing.rawValue,
        ]))
    let reading = output.takeReading()
    let seen = String(decoding: try reading.readToEnd(limit: 1000), as: UTF8.self)
    #expect(try child.reap().isSuccess)
    #expect(seen == "0 1 2 7 255 ")
  }

  @Test func whatThisProcessWouldLeakStaysBehind() async {
    // A process of its own: the numbers chosen may be in use by tests beside this one.
    await #expect(processExitsWith: .success) {
      let pipe = try Pipe.make()
      // Open across exec, as a careless parent of ours might have left them.
      for number: Int32 in [5, 40, 90, 250, 300] { try pipe.writing.redirect(to: number) }
      let script = """
        for fd in 5 7 40 90 250 300; do if [ -e /dev/fd/$fd ]; then printf "$fd "; fi; done
        """
      let output = try Pipe.make()
      for map in [[Int32(1): output.writing.rawValue], [1: output.writing.rawValue, 200: 0]] {
        let child = try ChildProcess.spawn(
          ProcessSpec(executable: "/bin/sh", arguments: ["-c", script], descriptors: map))
        #expect(try child.reap().isSuccess)
      }
      #expect(try output.takeReading().readToEnd(limit: 100) == [])
    }
  }

  /// Runs in a process of its own, where descriptors have low numbers whatever other tests do.
  @Test func descriptorsCanBeSwapped() async {
    await #expect(processExitsWith: .success) {
      let one = try Pipe.make()
      let two = try Pipe.make()
      let map = [
        one.writing.rawValue: two.writing.rawValue, two.writing.rawValue: one.writing.rawValue,
      ]
      let script = "printf one >&\(one.writing.rawValue); printf two >&\(two.writing.rawValue)"
      // A shell writes to numbers above nine only through /dev/fd.
      let portable = script.split(separator: ">&").joined(separator: ">/dev/fd/")
      let child = try ChildProcess.spawn(
        ProcessSpec(executable: "/bin/sh", arguments: ["-c", portable], descriptors: map))
      try #require(try child.reap().isSuccess)
      let first = one.takeReading()
      let second = two.takeReading()
      try #require(try first.readToEnd(limit: 10) == Array("two".utf8))
      try #require(try second.readToEnd(limit: 10) == Array("one".utf8))
    }
  }

  @Test func aNumberThatCannotBeGivenIsRefused() throws {
    for (target, source) in [(Int32(256), Int32(0)), (-1, 0), (3, 9999)] {
      let spec = ProcessSpec(executable: "/bin/sh", descriptors: [target: source])
      let failure = #expect(throws: SpawnFailure.self) { _ = try ChildProcess.spawn(spec) }
      guard case .system = failure else {
        Issue.record("\(String(describing: failure)) for \(target)")
        continue
      }
    }
  }

  @Test func theEnvironmentAndArgumentsArriveExactly() throws {
    let outcome = try Program.run(
      [], executable: "/usr/bin/env", environment: ["A": "1 2", "B": "x=y", "PATH": ""])
    #expect(outcome.text == "A=1 2\nB=x=y\nPATH=\n")
    let arguments = ["%s|", "a b", "", "*", "$HOME", "--", "é"]
    let printed = try Program.run(arguments, executable: "/usr/bin/printf")
    #expect(printed.text == "a b||*|$HOME|--|é|")
  }

  @Test func aMissingDirectoryIsToldApartFromAMissingProgram() throws {
    try withTemporaryDirectory { directory in
      try writeFile("\(directory)/plain", "no program")
      try writeFile("\(directory)/lost", "#!/no/such/interpreter\n", permissions: 0o700)
      let table: [(program: String, directory: String, expected: String)] = [
        ("/bin/sh", "\(directory)/none", "directory chdir \(directory)/none"),
        ("/bin/sh", "\(directory)/plain", "directory chdir \(directory)/plain"),
        ("/no/such", directory, "program posix_spawn /no/such"),
        ("\(directory)/plain", directory, "program posix_spawn \(directory)/plain"),
        ("\(directory)/lost", directory, "program posix_spawn \(directory)/lost"),
      ]
      for (program, place, expected) in table {
        let failure = #expect(throws: SpawnFailure.self) {
          _ = try ChildProcess.spawn(ProcessSpec(executable: program, directory: place))
        }
        let found: String? =
          switch failure {
          case .directory(let error)?: "directory \(error.call) \(error.subject)"
          case .program(let error)?: "program \(error.call) \(error.subject)"
          case .system(let error)?, .unwatched(let error)?: "system \(error)"
          case nil: nil
          }
        #expect(found == expected)
      }
      #expect(
        try Program.run([], executable: "/bin/pwd", directory: directory).text == "\(directory)\n")
    }
  }

  @Test(arguments: [("exit 0", "exit code 0"), ("exit 7", "exit code 7")])
  func theExitCodeIsTold(script: String, expected: String) throws {
    #expect(try Self.shell(script).status.description == expected)
  }

  @Test func theDeadlySignalIsTold() throws {
    #expect(try Self.shell("kill -TERM $$").status == .signalled(.terminate))
    // This process ignores broken pipes; its children must not.
    Signal.ignoreBrokenPipe()
    #expect(try Self.shell("kill -PIPE $$; echo alive").status == .signalled(.brokenPipe))
  }

  @Test func lookingAtTheEndDoesNotReap() throws {
    let child = try ChildProcess.spawn(
      ProcessSpec(executable: "/bin/sh", arguments: ["-c", "exit 3"]))
    #expect(try child.waitForExit(until: .after(.seconds(60))) == .exited(code: 3))
    #expect(try Poller.isReadable(child.exitDescriptor))
    #expect(try child.peekExit() == .exited(code: 3))
    #expect(try ProcessTable.record(of: child.pid)?.isZombie == true)
    #expect(try !ProcessTable.isAlive(child.identity))
    #expect(try child.reap() == .exited(code: 3))
    #expect(try ProcessTable.record(of: child.pid)?.identity != child.identity)
    #expect(try child.reap() == .exited(code: 3))
    #expect(try child.peekExit() == .exited(code: 3))
    #expect(try !child.signal(.kill))
    #expect(try !child.signalGroup(.kill))
  }

  @Test func aChildLeadsItsOwnSessionUnlessToldOtherwise() throws {
    for own in [true, false] {
      let child = try ChildProcess.spawn(
        ProcessSpec(executable: "/bin/sleep", arguments: ["60"], ownSession: own))
      defer {
        // Teardown; the test has spoken by then.
        _ = try? child.signal(.kill)
        _ = try? child.reap()
      }
      let record = try #require(try ProcessTable.record(of: child.pid))
      #expect((record.session == child.pid) == own)
      #expect((record.group == child.pid) == own)
      #expect(record.parent == ProcessTable.currentPID)
      #expect(record.identity == child.identity)
      #expect(try ProcessTable.isAlive(pid: child.pid, startTicks: child.startTicks))
      #expect(try !ProcessTable.isAlive(pid: child.pid, startTicks: child.startTicks + 1))
      #expect(try child.peekExit() == nil)
      #expect(try child.waitForExit(until: .after(.milliseconds(5))) == nil)
      #expect(try !Poller.isReadable(child.exitDescriptor))
    }
  }

  /// Ticks begin anew with the machine, and pids come again.
  @Test(.enabled(if: ProcessFigures.exist))
  func aStartTellsAlsoOfWhichStartOfTheMachineItIs() throws {
    let child = try ChildProcess.spawn(
      ProcessSpec(executable: "/bin/sleep", arguments: ["60"]))
    defer {
      // Teardown; the test has spoken by then.
      _ = try? child.signal(.kill)
      _ = try? child.reap()
    }
    let ticks = try ProcessFigures.startTicks(of: child.pid)
    let own = try ProcessTable.current().identity
    let ownTicks = try ProcessFigures.startTicks(of: own.pid)
    #expect(child.startTicks & 0xF_FFFF_FFFF == ticks)
    #expect(child.startTicks >> 36 != 0 && child.startTicks >> 52 == 0)
    #expect(child.startTicks - ticks == own.startTicks - ownTicks)
    #expect(child.startTicks >= own.startTicks)
  }

  /// Runs in a process of its own, which shares its brand with nobody.
  @Test func aBrandIsTheChildsAloneThoughOthersAreBornBesideIt() async {
    await #expect(processExitsWith: .success) {
      let brand = "ERRAND_BRAND_TEST=1"
      @Sendable func children(_ brand: String?) throws -> [ChildProcess] {
        try (0..<50).map { _ in
          try ChildProcess.spawn(
            ProcessSpec(executable: "/bin/sleep", arguments: ["300"], brand: brand))
        }
      }
      let beside = Monitor<Result<[ChildProcess], any Error>?>(nil)
      try Thread.start(name: "beside") {
        let born = Result { try children(nil) }
        beside.update { $0 = born }
      }
      let branded = try children(brand)
      beside.wait(until: .after(.seconds(30)), while: { $0 == nil })
      let others = try #require(beside.withLock { $0 }).get()
      defer { for child in branded + others { _ = try? child.signal(.kill) } }
      let found = Set(try ProcessTable.carrying(marker: brand).map(\.pid))
      #if canImport(Darwin)
        // Nobody is found by a brand there.
        #expect(found.isEmpty)
      #else
        #expect(found == Set(branded.map(\.pid)))
      #endif
      #expect(others.count == 50)
    }
  }

  @Test func standardStreamsNotGivenAreEmptyAndSwallowEverything() throws {
    let child = try ChildProcess.spawn(
      ProcessSpec(
        executable: "/bin/sh", arguments: ["-c", "cat; echo out; echo err >&2"]))
    #expect(try child.reap().isSuccess)
  }
}
