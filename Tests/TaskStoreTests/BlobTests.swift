import JSON
import Posix
import TaskStore
import Tasks
import TestSupport
import Testing

/// Checks that content is stored once, whole, under what it is.
struct BlobTests {
  private static func blobs(_ folder: String) throws -> BlobStore {
    try TaskStore.open(folder + "/store").blobs
  }

  @Test func theSameContentIsStoredOnceHoweverItComes() throws {
    try withTemporaryDirectory { folder in
      let blobs = try Self.blobs(folder)
      let first = try blobs.put(Array("hello".utf8))
      #expect(first.cid == ContentID(raw: Array("hello".utf8)) && first.size == 5)
      let inode = try RealFileSystem().status(blobs.path(first.cid))?.inode
      try writeFile(folder + "/file", "hello")
      let second = try blobs.put(path: folder + "/file", limit: 5)
      #expect(second == first)
      #expect(try RealFileSystem().status(blobs.path(first.cid))?.inode == inode)
      #expect(try RealFileSystem().list(folder + "/store/blobs/sha256").count == 1, "no draft left")
    }
  }

  @Test func aLargeFileGoesThroughInPieces() throws {
    try withTemporaryDirectory { folder in
      let blobs = try Self.blobs(folder)
      let bytes = (0..<3_000_001).map { UInt8(truncatingIfNeeded: $0 &* 31 ^ $0 >> 8) }
      try RealFileSystem().replace(folder + "/file", with: bytes)
      let stored = try blobs.put(path: folder + "/file", limit: 4 << 20)
      #expect(stored.cid == ContentID(raw: bytes) && stored.size == bytes.count)
      #expect(try blobs.read(stored.cid, count: .max) == bytes)
    }
  }

  @Test(arguments: [
    (0, 5, "hello"), (1, 3, "ell"), (4, 9, "o"), (5, 1, ""), (9, 1, ""), (0, 0, ""),
  ])
  func aRangeGivesWhatThereIs(_ offset: Int, _ count: Int, _ expected: String) throws {
    try withTemporaryDirectory { folder in
      let blobs = try Self.blobs(folder)
      let stored = try blobs.put(Array("hello".utf8))
      let read = try blobs.read(stored.cid, offset: offset, count: count)
      #expect(read == Array(expected.utf8))
    }
  }

  @Test func contentThatIsNotThereIsAbsent() throws {
    try withTemporaryDirectory { folder in
      let blobs = try Self.blobs(folder)
      let absent = ContentID(raw: [1])
      #expect(try blobs.size(absent) == nil)
      #expect(throws: StoreError.self) { try blobs.read(absent, count: 1) }
    }
  }

  @Test func damagedContentIsWrittenAgainWhenItComesAgain() throws {
    try withTemporaryDirectory { folder in
      let blobs = try Self.blobs(folder)
      let stored = try blobs.put(Array("hello".utf8))
      try writeFile(blobs.path(stored.cid), "hallo")
      #expect { try blobs.read(stored.cid, count: 5) } throws: { error in
        guard case .damaged(let path, _, _)? = error as? StoreError else { return false }
        return path == blobs.path(stored.cid)
      }
      #expect(try blobs.put(Array("hello".utf8)) == stored)
      #expect(try blobs.read(stored.cid, count: 5) == Array("hello".utf8))
    }
  }

  enum Refused: String, CaseIterable { case link, directory, fifo, tooLarge, missing }

  @Test(arguments: Refused.allCases)
  func whatIsNoPlainFileOfThatSizeIsRefused(_ what: Refused) throws {
    try withTemporaryDirectory { folder in
      let blobs = try Self.blobs(folder)
      let path = folder + "/file"
      switch what {
      case .link:
        try writeFile(folder + "/target", "x")
        let made = try Program.run(["-s", "target", path], executable: "/bin/ln")
        try #require(made.status.isSuccess)
      case .directory: try RealFileSystem().createDirectory(path)
      case .fifo:
        let maker = try #require(Environment.which("mkfifo", path: Environment.value("PATH")))
        try #require(try Program.run([path], executable: maker).status.isSuccess)
      case .tooLarge: try writeFile(path, "0123456789")
      case .missing: break
      }
      #expect(throws: StoreError.self) { try blobs.put(path: path, limit: 9) }
      #expect(try !RealFileSystem().exists(folder + "/store/blobs/sha256/file"))
    }
  }

  @Test func aLinkInPlaceOfContentIsNotFollowed() throws {
    try withTemporaryDirectory { folder in
      let blobs = try Self.blobs(folder)
      let stored = try blobs.put(Array("hello".utf8))
      try RealFileSystem().remove(blobs.path(stored.cid))
      try writeFile(folder + "/secret", "secret")
      let made = try Program.run(
        ["-s", folder + "/secret", blobs.path(stored.cid)], executable: "/bin/ln")
      try #require(made.status.isSuccess)
      #expect(try blobs.size(stored.cid) == nil)
      #expect(throws: StoreError.self) { try blobs.read(stored.cid, count: 5) }
    }
  }
}
