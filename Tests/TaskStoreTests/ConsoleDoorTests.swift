import Posix
import TestSupport
import Testing

@testable import TaskStore

/// Checks codes and sessions of the console.
struct ConsoleDoorTests {
  private static let now: Int64 = 1_800_000_000_000

  private func withDoor(_ body: (ConsoleDoor, TaskStore, String) throws -> Void) throws {
    try withTemporaryDirectory { root in
      let store = try TaskStore.open(Path.join(root, "store"))
      try body(ConsoleDoor(store), store, store.layout.keys)
    }
  }

  @Test func aCodeOpensOnceWhoeverAsks() throws {
    try withDoor { door, store, _ in
      let code = try door.makeCode(now: Self.now)
      let other = ConsoleDoor(try TaskStore.open(store.layout.root))
      #expect(try other.enter(by: code, now: Self.now) != nil)
      #expect(try door.enter(by: code, now: Self.now) == nil)
      #expect(try door.enter(by: "", now: Self.now) == nil)
      #expect(try door.enter(by: "../console.key", now: Self.now) == nil)
    }
  }

  /// With a known key anybody could make a session.
  @Test(arguments: ["", "short", String(repeating: "k", count: 33)])
  func aKeyThatIsNoneIsKeptAsideAndAnotherMade(_ left: String) throws {
    try withDoor { door, store, keys in
      let session = try #require(try door.enter(by: door.makeCode(now: Self.now), now: Self.now))
      try writeFile(keys + "/console.key", left)
      #expect(try !door.admits(cookie: session.cookie, token: session.token, now: Self.now))
      let key = try RealFileSystem().read(keys + "/console.key")
      #expect(key.count == 32 && key != Array(repeating: UInt8(ascii: "k"), count: 32))
      #expect(try readText(store.layout.damaged + "/console.key") == left)
      let again = try #require(try door.enter(by: door.makeCode(now: Self.now), now: Self.now))
      #expect(try door.admits(cookie: again.cookie, token: again.token, now: Self.now))
    }
  }

  @Test func aCodeIsGoodForTenMinutes() throws {
    try withDoor { door, _, _ in
      for (age, opens) in [(Int64(599_999), true), (600_000, false), (-1, false)] {
        let code = try door.makeCode(now: Self.now)
        #expect(try (door.enter(by: code, now: Self.now + age) != nil) == opens, "\(age)")
      }
    }
  }

  @Test func aSessionNeedsBothItsHalvesForThirtyDays() throws {
    try withDoor { door, store, _ in
      let first = try #require(try door.enter(by: door.makeCode(now: Self.now), now: Self.now))
      let second = try #require(try door.enter(by: door.makeCode(now: Self.now), now: Self.now))
      // Another process, as after a restart, knows them all the same.
      let later = ConsoleDoor(try TaskStore.open(store.layout.root))
      let end = Self.now + ConsoleDoor.sessionLife
      let table: [(String, String, Int64, Bool)] = [
        (first.cookie, first.token, Self.now, true), (first.cookie, first.token, end - 1, true),
        (first.cookie, first.token, end, false), (first.cookie, first.token, Self.now - 1, false),
        (first.cookie, second.token, Self.now, false), (first.cookie, "", Self.now, false),
        ("", first.token, Self.now, false), ("..", "", Self.now, false),
        (first.cookie + "x", first.token, Self.now, false),
        (first.cookie.replacing("18", with: "19"), first.token, Self.now, false),
        (first.token, first.cookie, Self.now, false),
      ]
      for (cookie, token, now, isAdmitted) in table {
        #expect(try later.admits(cookie: cookie, token: token, now: now) == isAdmitted, "\(cookie)")
      }
    }
  }

  @Test func signingOutEndsSessionsAndLinks() throws {
    try withDoor { door, _, keys in
      let code = try door.makeCode(now: Self.now)
      let session = try #require(try door.enter(by: door.makeCode(now: Self.now), now: Self.now))
      try door.signOut()
      #expect(try !door.admits(cookie: session.cookie, token: session.token, now: Self.now))
      #expect(try door.enter(by: code, now: Self.now) == nil)
      let again = try #require(try door.enter(by: door.makeCode(now: Self.now), now: Self.now))
      #expect(try door.admits(cookie: again.cookie, token: again.token, now: Self.now))
      #expect(try FileStatus.of(Path.join(keys, "console.key"))?.mode == 0o600)
    }
  }

  @Test func codesNobodyUsesDoNotPileUpAndAreNotStoredThemselves() throws {
    try withDoor { door, store, keys in
      for _ in 1...105 { _ = try door.makeCode(now: Self.now) }
      let folder = Path.join(keys, "console-codes")
      #expect(try store.files.list(folder).count == 100)
      let code = try door.makeCode(now: Self.now + ConsoleDoor.codeLife)
      let left = try store.files.list(folder)
      #expect(left.count == 1 && left != [code])
      #expect(try FileStatus.of(Path.join(folder, left[0]))?.mode == 0o600)
    }
  }
}
