import Posix
import TestSupport
import Testing

struct FileLockTests {
  @Test func aHeldLockIsRefusedToOthersUntilItGoes() throws {
    try withTemporaryDirectory { directory in
      let path = "\(directory)/lock"
      do {
        let lock = try FileLock.take(path)
        #expect(try Self.isHeld(path))
        #expect(try Self.isHeld(path, waiting: .milliseconds(30)))
        _ = consume lock
      }
      #expect(try Self.becomesFree(path))
    }
  }

  @Test func askingWhetherALockIsHeldWritesNothing() throws {
    try withTemporaryDirectory { directory in
      let path = "\(directory)/lock"
      #expect(try !FileLock.isHeld(path))
      #expect(try FileStatus.of(path) == nil, "nothing was made")
      let lock = try FileLock.take(path)
      #expect(try FileLock.isHeld(path))
      _ = consume lock
      #expect(try Self.becomesFree(path))
      #expect(try !FileLock.isHeld(path))
    }
  }

  @Test func aLockGivenToAChildOutlivesItsGiver() throws {
    try withTemporaryDirectory { directory in
      let path = "\(directory)/lock"
      let input = try Pipe.make()
      let child: ChildProcess
      do {
        let lock = try FileLock.take(path)
        child = try ChildProcess.spawn(
          ProcessSpec(
            executable: "/bin/cat", descriptors: [0: input.reading.rawValue, 3: lock.rawValue]))
        _ = consume lock
      }
      #expect(try Self.isHeld(path))
      // A second child does not get it: nothing is inherited that was not given.
      let other = try Program.start(["60"], executable: "/bin/sleep")
      _ = input.takeWriting()
      #expect(try child.reap().isSuccess)
      #expect(try Self.becomesFree(path))
      #expect(try other.process.peekExit() == nil)
    }
  }

  @Test func aLockHeldByAKilledProcessIsFree() throws {
    try withTemporaryDirectory { directory in
      let path = "\(directory)/lock"
      let child: ChildProcess
      do {
        let lock = try FileLock.take(path)
        child = try ChildProcess.spawn(
          ProcessSpec(
            executable: "/bin/sleep", arguments: ["60"], descriptors: [3: lock.rawValue]))
        _ = consume lock
      }
      #expect(try Self.isHeld(path))
      try child.signal(.kill)
      #expect(try child.reap() == .signalled(.kill))
      #expect(try Self.becomesFree(path))
    }
  }

  @Test func releasingFreesTheLockForEveryHolder() throws {
    try withTemporaryDirectory { directory in
      let path = "\(directory)/lock"
      let lock = try FileLock.take(path)
      let second = FileLock(adopting: try Descriptor(duplicating: lock.rawValue))
      #expect(try Self.isHeld(path))
      lock.release()
      #expect(try Self.becomesFree(path))
      _ = consume second
    }
  }

  @Test func aRemovedLockFileGuardsNothing() throws {
    try withTemporaryDirectory { directory in
      let path = "\(directory)/lock"
      let lost = try FileLock.take(path)
      try RealFileSystem().remove(path)
      let fresh = try FileLock.take(path)
      #expect(try Self.isHeld(path))
      _ = consume lost
      #expect(try Self.isHeld(path))
      _ = consume fresh
    }
  }

  @Test func waitingForALockEndsWhenItIsFreed() throws {
    try withTemporaryDirectory { directory in
      let path = "\(directory)/lock"
      let child: ChildProcess
      do {
        let lock = try FileLock.take(path)
        child = try ChildProcess.spawn(
          ProcessSpec(
            executable: "/bin/sleep", arguments: ["0.2"], descriptors: [3: lock.rawValue]))
        _ = consume lock
      }
      #expect(try !Self.isHeld(path, waiting: .seconds(20)))
      try child.reap()
    }
  }

  @Test func aLockFileIsLockedAgainAndAgain() throws {
    try withTemporaryDirectory { directory in
      let path = "\(directory)/lock"
      let one = try LockFile(path)
      let two = try LockFile(path)
      for _ in 0..<3 {
        try one.lock(within: .seconds(20))
        #expect(throws: SystemError.timedOut("flock", path)) { try two.lock(within: .zero) }
        try one.unlock()
        try two.lock(within: .seconds(20))
        try two.unlock()
      }
    }
  }

  @Test func aLockFileIsWaitedForNoLongerThanIsAllowed() throws {
    try withTemporaryDirectory { directory in
      let path = "\(directory)/lock"
      let holder = try LockFile(path)
      let waiter = try LockFile(path)
      try holder.lock(within: .zero)
      // Again and again: the watch over those who wait comes and goes.
      for _ in 0..<3 {
        let start = MonotonicTime.now
        #expect(throws: SystemError.timedOut("flock", path)) {
          try waiter.lock(within: .milliseconds(50))
        }
        #expect(MonotonicTime.now - start >= .milliseconds(50))
      }
      try holder.unlock()
      try waiter.lock(within: .zero)
    }
  }

  @Test func whoWaitsForALockFileHasItAsSoonAsItIsFree() throws {
    try withTemporaryDirectory { directory in
      let path = "\(directory)/lock"
      let holder = try LockFile(path)
      try holder.lock(within: .zero)
      let served = Monitor(0)
      for number in 0..<4 {
        _ = try Thread.start(name: "waiter \(number)") {
          do {
            let own = try LockFile(path)
            try own.lock(within: .seconds(20))
            try own.unlock()
            served.update { $0 += 1 }
          } catch {
            Issue.record(error)
          }
        }
      }
      try holder.unlock()
      #expect(served.wait(until: .after(.seconds(60)), while: { $0 < 4 }))
    }
  }

  /// Tells whether the lock is free, soon: another thread's child between fork and exec holds all
  /// of this process's descriptors for an instant.
  private static func becomesFree(_ path: String) throws -> Bool {
    try eventually { try !isHeld(path) }
  }

  private static func isHeld(_ path: String, waiting: Duration? = nil) throws -> Bool {
    if let waiting {
      return try FileLock.acquire(path, until: .after(waiting)) == nil
    }
    return try FileLock.tryAcquire(path) == nil
  }
}
