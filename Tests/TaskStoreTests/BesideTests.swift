import JSON
import Posix
import TaskStore
import Tasks
import TestSupport
import Testing

/// Checks what is kept beside the journal: secrets, keys, environments, locks, copies.
struct BesideTests {
  @Test func secretsAreForTheirOwnerAndGoAway() throws {
    try withTemporaryDirectory { folder in
      let store = try TaskStore.open(folder + "/store")
      let task = try store.add("a").id
      #expect(try store.secrets(of: task) == [:])
      try store.writeSecrets(task, ["TOKEN": "s3cret"])
      #expect(try TaskStore.open(folder + "/store").secrets(of: task) == ["TOKEN": "s3cret"])
      let keys = store.layout.keys
      let name = try #require(try RealFileSystem().list(keys).first)
      #expect(try RealFileSystem().status(keys)?.mode == 0o700)
      #expect(try RealFileSystem().status(keys + "/" + name)?.mode == 0o600)
      #expect(try !readText(store.layout.journal + "/0000000001.jsonl").contains("s3cret"))
      try store.removeSecrets(of: task)
      #expect(try store.secrets(of: task) == [:])
      try store.removeSecrets(of: task)
    }
  }

  @Test func aKeyIsMadeOnceHoweverManyAskAtOnce() throws {
    try withTemporaryDirectory { folder in
      let keys = Monitor<[[UInt8]]>([])
      for _ in 0..<8 {
        try Thread.start(name: "key") {
          // A failure shows as a key that is missing.
          let key = try? TaskStore.open(folder + "/store").key("request-state")
          keys.update { $0.append(key ?? []) }
        }
      }
      keys.wait(until: .after(.seconds(60)), while: { $0.count < 8 })
      let made = keys.withLock { $0 }
      #expect(made.count == 8 && Set(made).count == 1 && made[0].count == 32)
      let names = try RealFileSystem().list(folder + "/store/keys")
      #expect(names == ["request-state.key"])
      #expect(try TaskStore.open(folder + "/store").key("other") != made[0])
    }
  }

  @Test func anEnvironmentIsStoredOnceWhateverItsOrder() throws {
    try withTemporaryDirectory { folder in
      let store = try TaskStore.open(folder + "/store")
      let environment = ["PATH": "/bin", "LANG": "C", "X": "=\n"]
      let content = try store.storeEnvironment(environment)
      #expect(try store.storeEnvironment(environment) == content)
      #expect(try store.environment(content) == environment)
    }
  }

  @Test func anAttemptHasOneOwner() throws {
    try withTemporaryDirectory { folder in
      let store = try TaskStore.open(folder + "/store")
      let record = try store.add("a")
      guard let lock = try store.lockAttempt(record.id, 1) else {
        Issue.record("nobody holds the lock, and it cannot be had")
        return
      }
      func isFree(_ attemptN: Int) throws -> Bool {
        switch try store.lockAttempt(record.id, attemptN) {
        case .some: true
        case .none: false
        }
      }
      #expect(try !isFree(1))
      #expect(try isFree(2))
      lock.release()
      #expect(try eventually { try isFree(1) })
      #expect(try RealFileSystem().exists(store.layout.attemptLock(of: record, 1)))
    }
  }

  @Test func theReadableCopyIsTheRecord() throws {
    try withTemporaryDirectory { folder in
      let store = try TaskStore.open(folder + "/store")
      let record = try store.add("a")
      try store.writeCopy(of: record)
      let text = try readText(store.layout.taskFolder(of: record) + "/task.json")
      #expect(try TaskRecord.json.decode(JSONValue.parse(text)) == record)
    }
  }

  @Test func aReadOnlyStoreIsReadAndRefusesChangesByName() throws {
    try withTemporaryDirectory { folder in
      try TaskStore.open(folder + "/store").add("a")
      let files = FlakyFiles(.failFrom(0, .readOnly("open", "store")))
      let store = try TaskStore.open(folder + "/store", files: files)
      #expect(try store.all().map(\.spec.name) == ["a"])
      #expect { try store.add("b") } throws: { error in
        guard case .notWritable(_, let cause)? = error as? StoreError else { return false }
        return cause.isReadOnly
      }
    }
  }
}
