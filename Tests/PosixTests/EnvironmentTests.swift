import Posix
import TestSupport
import Testing

struct EnvironmentTests {
  @Test func programsAreFoundTheWayAShellFindsThem() throws {
    try withTemporaryDirectory { directory in
      try writeFile("\(directory)/tool", "#!/bin/sh\n", permissions: 0o700)
      try writeFile("\(directory)/plain", "text")
      try RealFileSystem().createDirectory("\(directory)/folder")
      let path = "/no/such:relative::\(directory):/bin"
      let table: [(String, String?)] = [
        ("tool", "\(directory)/tool"), ("plain", nil), ("folder", nil), ("", nil),
        ("sh", "/bin/sh"), ("\(directory)/tool", "\(directory)/tool"),
        ("\(directory)/plain", nil), ("no-such-program", nil),
      ]
      for (program, expected) in table {
        #expect(Environment.which(program, path: path) == expected, "\(program)")
      }
      #expect(Environment.which("sh", path: nil) == nil)
    }
  }

  @Test func theProcessKnowsItsSurroundings() throws {
    #expect(Environment.current["PATH"] == Environment.value("PATH"))
    #expect(Environment.value("ERRAND_NOT_SET") == nil)
    #expect(try Environment.executablePath().hasPrefix("/"))
    #expect(try FileStatus.of(Environment.currentDirectory())?.kind == .directory)
    #expect(Environment.homeDirectory?.hasPrefix("/") == true)
    #expect(!Environment.userName.isEmpty)
    #expect(!Environment.hostName.isEmpty)
    #expect(try ProcessTable.current().pid == ProcessTable.currentPID)
    #expect(try ProcessTable.current().parent == ProcessTable.parentPID)
    #expect(try ProcessTable.residentMemory() > 1 << 20)
    #expect(!Environment.isTerminal(try Pipe.make().reading.rawValue))
    #expect(Environment.terminalWidth(try Pipe.make().reading.rawValue) == nil)
  }

  @Test func realPathsAreResolved() throws {
    try withTemporaryDirectory { directory in
      try RealFileSystem().createDirectory("\(directory)/a")
      #expect(try Environment.realPath("\(directory)/a/../a/.") == "\(directory)/a")
      let error = #expect(throws: SystemError.self) {
        _ = try Environment.realPath("\(directory)/none")
      }
      #expect(error?.isNotFound == true)
    }
  }

  @Test(arguments: [
    ("/a/b", "/a", "b"), ("/a", "/", "a"), ("/", "/", "/"), ("a", ".", "a"), ("a/b/", "a", "b"),
    ("//a//b", "//a", "b"),
  ])
  func pathsAreTakenApart(path: String, parent: String, name: String) {
    #expect(Path.parent(path) == parent)
    #expect(Path.name(path) == name)
  }

  @Test(arguments: [
    ("/a", "/a", true), ("/a/b", "/a", true), ("/ab", "/a", false), ("/", "/a", false),
    ("/x", "/", true), ("/a", "/a/b", false),
  ])
  func insideMeansTheRootOrBelow(path: String, root: String, expected: Bool) {
    #expect(Path.isInside(path, root) == expected)
  }

  @Test func joiningPutsOneSlashBetween() {
    #expect(Path.join("/a", "b") == "/a/b")
    #expect(Path.join("/a/", "b") == "/a/b")
    #expect(Path.join("/a", "/b") == "/b")
    #expect(Path.join("", "b") == "b")
  }
}
