import JSON
import Posix
import TaskStore
import Tasks
import TestSupport
import Testing

/// Checks what every peer on a store may rely on.
struct TaskStoreTests {
  @Test func aTaskReadsBackAsItWasCreated() throws {
    try withTemporaryDirectory { folder in
      let made = try TaskStore.open(folder + "/store").add("first")
      let read = try TaskStore.open(folder + "/store").task(.id(made.id))
      #expect(read == made)
      #expect(try TaskStore.open(folder + "/store").task(TaskReference("first")) == made)
    }
  }

  @Test func aStoreThatDoesNotExistIsEmptyAndStaysUnmade() throws {
    try withTemporaryDirectory { folder in
      let store = try TaskStore.open(folder + "/store")
      #expect(try store.list(TaskQuery()).total == 0)
      #expect(try store.number() == 0)
      #expect(try !RealFileSystem().exists(folder + "/store"))
    }
  }

  @Test func whatIsWrittenIsForItsOwnerOnly() throws {
    try withTemporaryDirectory { folder in
      let store = try TaskStore.open(folder + "/store")
      try store.add("first")
      for path in [store.layout.root, store.layout.journal] {
        #expect(try RealFileSystem().status(path)?.mode == 0o700, "\(path)")
      }
      let segment = store.layout.journal + "/0000000001.jsonl"
      #expect(try RealFileSystem().status(segment)?.mode == 0o600)
    }
  }

  @Test func twoPeersSeeEachOthersChanges() throws {
    try withTemporaryDirectory { folder in
      let one = try TaskStore.open(folder + "/store")
      let other = try TaskStore.open(folder + "/store")
      try one.add("first")
      try other.add("second")
      #expect(try one.all().map(\.spec.name) == ["first", "second"])
      #expect(try other.all() == one.all())
      try other.apply(Sample.claim(), to: "first")
      #expect(try one.task(TaskReference("first")).status == .dispatched)
    }
  }

  @Test func aChangeIsRefusedByTheFreshestState() throws {
    try withTemporaryDirectory { folder in
      let one = try TaskStore.open(folder + "/store")
      let other = try TaskStore.open(folder + "/store")
      try one.add("first")
      try other.apply(Sample.claim(), to: "first")
      let before = try one.number()
      #expect { try one.apply(Sample.claim(), to: "first") } throws: { error in
        if case .refused? = error as? StoreError { true } else { false }
      }
      #expect(try one.number() == before)
    }
  }

  @Test func anUnknownTaskIsToldWithNearNames() throws {
    try withTemporaryDirectory { folder in
      let store = try TaskStore.open(folder + "/store")
      try store.add("fix-login-k3f9")
      #expect { try store.task(TaskReference("fix-logout")) } throws: { error in
        if case .notFound(_, ["fix-login-k3f9"])? = error as? StoreError { true } else { false }
      }
    }
  }

  @Test func theSameKeyAndBodyGivesTheSameTaskAndAnotherBodyIsAConflict() throws {
    try withTemporaryDirectory { folder in
      let store = try TaskStore.open(folder + "/store")
      let key = IdempotencyKey(key: "k", digest: "a")
      let spec = Sample.spec("first", key: key)
      let first = try store.create(spec, by: Sample.client, nameIsGiven: true)
      #expect(!first.replayed)
      try store.compactIfWorthwhile(always: true)
      let again = try store.create(spec, by: Sample.client, nameIsGiven: true)
      #expect(again.replayed && again.record == first.record)
      let other = Sample.spec("second", key: IdempotencyKey(key: "k", digest: "b"))
      #expect { try store.create(other, by: Sample.client, nameIsGiven: true) } throws: { error in
        if case .idempotencyConflict("k", first.record.id)? = error as? StoreError {
          true
        } else {
          false
        }
      }
      #expect(try store.list(TaskQuery()).total == 1)
    }
  }

  @Test(arguments: [false, true])
  func aTakenNameIsRefusedIfGivenAndRenewedIfMade(_ isGiven: Bool) throws {
    try withTemporaryDirectory { folder in
      let store = try TaskStore.open(folder + "/store")
      try store.add("twice-abcd")
      let spec = Sample.spec("twice-abcd")
      if isGiven {
        #expect { try store.create(spec, by: Sample.client, nameIsGiven: true) } throws: { error in
          if case .nameTaken("twice-abcd")? = error as? StoreError { true } else { false }
        }
      } else {
        let made = try store.create(spec, by: Sample.client, nameIsGiven: false).record
        #expect(made.spec.name != "twice-abcd" && made.spec.name.hasPrefix("twice-"))
      }
    }
  }

  @Test func aWaiterIsWokenByAnotherPeer() throws {
    try withTemporaryDirectory { folder in
      let one = try TaskStore.open(folder + "/store")
      let other = try TaskStore.open(folder + "/store")
      // The quickest of some: a busy machine may hold up any one of them.
      let tries = try (0..<10).map { try wakening(of: one, by: other, "task\($0)") }
      #expect(try #require(tries.min()) < .milliseconds(50))
    }
  }

  private func wakening(
    of one: TaskStore, by other: TaskStore, _ name: String
  ) throws -> Duration {
    try one.add(name)
    let seen = Monitor<MonotonicTime?>(nil)
    let looking = Monitor(false)
    try Thread.start(name: "waiter") {
      // An error shows as a wait that saw nothing.
      let status = try? one.wait(until: .after(.seconds(60))) { (store) throws(StoreError) in
        looking.update { $0 = true }
        let status = try store.task(TaskReference(name)).status
        return status == .dispatched ? status : nil
      }
      seen.update { $0 = status == nil ? MonotonicTime(nanoseconds: 0) : .now }
    }
    looking.wait(while: { !$0 })
    let started = MonotonicTime.now
    try other.apply(Sample.claim(), to: name)
    let woken = try #require(seen.wait(until: .after(.seconds(70))) { $0 })
    try #require(woken.nanoseconds > 0)
    return woken - started
  }

  @Test func aWaiterOnAStoreThatDoesNotExistYetIsWokenByItsFirstTask() throws {
    try withTemporaryDirectory { folder in
      let one = try TaskStore.open(folder + "/a/b/store")
      let other = try TaskStore.open(folder + "/a/b/store")
      let seen = Monitor(false)
      let looking = Monitor(false)
      try Thread.start(name: "waiter") {
        // An error shows as a wait that saw nothing.
        let found = try? one.wait(until: .after(.seconds(60))) { (store) throws(StoreError) in
          looking.update { $0 = true }
          return try store.number() > 0 ? true : nil
        }
        seen.update { $0 = found ?? false }
      }
      looking.wait(while: { !$0 })
      try other.add("first")
      #expect(seen.wait(until: .after(.seconds(60)), while: { !$0 }))
    }
  }

  @Test func anIdThatIsTakenIsRefused() throws {
    try withTemporaryDirectory { folder in
      let store = try TaskStore.open(folder + "/store")
      let id = try store.add("first").id
      #expect {
        _ = try store.create(
          Sample.spec("second"), id: id, by: Sample.client, nameIsGiven: true)
      } throws: { error in
        if case .refused? = error as? StoreError { true } else { false }
      }
      #expect(try store.all().map(\.spec.name) == ["first"])
    }
  }

  @Test func aCancelledWaitEndsAndATimeoutIsNoError() throws {
    try withTemporaryDirectory { folder in
      let store = try TaskStore.open(folder + "/store")
      let nothing = try store.wait(until: .after(.milliseconds(5))) { _ -> Int? in nil }
      #expect(nothing == nil)
      let cancelled = try store.wait(until: nil, cancelled: { true }) { _ -> Int? in nil }
      #expect(cancelled == nil)
    }
  }

  @Test func aFollowerHearsEachChangeOnceInOrder() throws {
    try withTemporaryDirectory { folder in
      let store = try TaskStore.open(folder + "/store")
      try store.add("before")
      let heard = Monitor<[Int]>([])
      let subscription = try store.follow { changes in
        heard.update { $0 += changes.map(\.number) }
      }
      for number in 1...20 { try TaskStore.open(folder + "/store").add("task-\(number)") }
      heard.wait(until: .after(.seconds(60)), while: { $0.count < 20 })
      #expect(heard.withLock { $0 } == Array(2...21))
      subscription.cancel()
    }
  }

  @Test func theInboxCursorMovesOnlyForwardsAndNotBeyondTheEnd() throws {
    try withTemporaryDirectory { folder in
      let store = try TaskStore.open(folder + "/store")
      for name in ["a", "b", "c"] { try store.add(name) }
      let x = InboxReader(client: "x", team: "local")
      for (asked, expected) in [(2, 2), (1, 2), (99, 4), (3, 4)] {
        try store.moveInboxCursor(x, to: asked, by: Sample.client)
        #expect(try store.inboxCursor(x) == expected, "\(asked)")
      }
      #expect(try store.inboxCursor(InboxReader(client: "y", team: "local")) == 0)
    }
  }

  @Test func aWaitHandleOutlivesItsProcessAndEndsOnce() throws {
    try withTemporaryDirectory { folder in
      let task = try TaskStore.open(folder + "/store").add("first")
      let handle = WaitHandle(
        id: WaitHandle.makeID(), tasks: [task.id], until: .terminal, after: 1, cancelsWork: true,
        canAsk: false, createdAt: task.queuedAt)
      try TaskStore.open(folder + "/store").makeWaitHandle(handle, by: Sample.client)
      let store = try TaskStore.open(folder + "/store")
      #expect(try store.waitHandle(handle.id) == handle)
      try store.endWaitHandle(handle.id, .cancelled, by: Sample.client)
      let number = try store.number()
      let content = ContentID(raw: [])
      let kept = try store.endWaitHandle(
        handle.id, .done(outcome: content), by: Sample.client)
      #expect(kept?.end == .cancelled, "who comes second is told how it ended")
      #expect(try store.waitHandle(handle.id)?.end == .cancelled)
      #expect(try store.number() == number)
    }
  }
}
