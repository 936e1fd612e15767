import Posix
import TestSupport
import Testing

struct FileSystemTests {
  private let files = RealFileSystem()

  private static func faults(at step: Int) -> [FlakyFiles.Fault] {
    [
      .fail(at: step, .inputOutput("test", "")),
      .fail(at: step, .noSpace("test", "")),
      .failFrom(step, .noSpace("test", "")),
      .shortWrite(at: step, bytes: 2, .noSpace("test", "")),
      .crash(at: step),
      .crash(at: step, keeping: 3),
      .powerCut(at: step),
    ]
  }

  @Test func afterAFailedReplaceEitherTheOldOrTheNewIsThereWhole() throws {
    let counting = FlakyFiles()
    try withTemporaryDirectory { try counting.replace("\($0)/f", with: [1]) }
    #expect(counting.operations == 5)
    for step in 0..<counting.operations {
      for fault in Self.faults(at: step) {
        try withTemporaryDirectory { directory in
          let path = "\(directory)/f"
          try writeFile(path, "the old")
          let flaky = FlakyFiles(fault)
          let error = #expect(throws: SystemError.self) {
            try flaky.replace(path, with: Array("the new one".utf8))
          }
          #expect(error != nil)
          // Only the sync of the directory comes after the new one has its name.
          #expect(try readText(path) == (step < 4 ? "the old" : "the new one"), "\(fault)")
          if !flaky.hasCrashed, case .fail = fault {
            #expect(try files.list(directory) == ["f"], "\(fault)")
          }
        }
      }
    }
  }

  @Test func aReplaceLeavesTheNewBytesPrivateAndAlone() throws {
    try withTemporaryDirectory { directory in
      try files.replace("\(directory)/f", with: Array("one".utf8))
      try files.replace("\(directory)/f", with: Array("two".utf8))
      #expect(try readText("\(directory)/f") == "two")
      #expect(try files.list(directory) == ["f"])
      #expect(try files.status("\(directory)/f")?.mode == 0o600)
    }
  }

  @Test func aPowerCutTakesWhatWasNotSynced() throws {
    try withTemporaryDirectory { directory in
      let flaky = FlakyFiles(.powerCut(at: 4))
      let file = try flaky.openForAppending("\(directory)/f")
      try file.append(Array("kept ".utf8))
      try file.sync()
      try file.append(Array("lost".utf8))
      #expect(throws: FlakyFiles.crashed) { try file.append([33]) }
      #expect(throws: FlakyFiles.crashed) { try file.sync() }
      #expect(throws: FlakyFiles.crashed) { _ = try flaky.list(directory) }
      #expect(try readText("\(directory)/f") == "kept ")
      #expect(flaky.operations == 5)
    }
  }

  @Test func aTornAppendCanBeCutBack() throws {
    try withTemporaryDirectory { directory in
      let flaky = FlakyFiles(.shortWrite(at: 2, bytes: 2, .noSpace("write", "f")))
      let file = try flaky.openForAppending("\(directory)/f")
      try file.append(Array("whole".utf8))
      let end = try file.size()
      let error = #expect(throws: SystemError.self) { try file.append(Array("torn".utf8)) }
      #expect(error?.isNoSpace == true)
      #expect(try file.size() == end + 2)
      try file.truncate(to: end)
      try file.append(Array("!".utf8))
      #expect(try file.read(100, at: 0) == Array("whole!".utf8))
    }
  }

  @Test func directoriesAreMadeWithAllAboveThem() throws {
    try withTemporaryDirectory { directory in
      let path = "\(directory)/a/b/c"
      try files.createDirectories(path)
      try files.createDirectories(path)
      try files.createDirectory(path)
      #expect(try files.status(path)?.kind == .directory)
      #expect(try files.status("\(directory)/a")?.mode == 0o700)
      try writeFile("\(path)/file", "x")
      let error = #expect(throws: SystemError.self) { try files.createDirectory("\(path)/file") }
      #expect(error?.isExisting == true)
    }
  }

  @Test func removingATreeLeavesWhatItsLinksPointTo() throws {
    try withTemporaryDirectory { directory in
      try files.createDirectories("\(directory)/kept")
      try writeFile("\(directory)/kept/file", "kept")
      try files.createDirectories("\(directory)/gone/deep")
      try writeFile("\(directory)/gone/deep/file", "gone")
      let linked = try Program.run(
        ["-s", "\(directory)/kept", "\(directory)/gone/link"], executable: "/bin/ln")
      #expect(linked.status.isSuccess)
      try files.removeTree("\(directory)/gone")
      #expect(try files.list(directory) == ["kept"])
      #expect(try readText("\(directory)/kept/file") == "kept")
    }
  }

  @Test func aTreeIsRemovedHoweverItWasLeft() throws {
    try withTemporaryDirectory { directory in
      let gone = "\(directory)/gone"
      let made = try Program.run(
        [
          "-c",
          """
          mkdir -p "$0/shut/inner" "$0/none/inner" && cd "$0" &&
          for at in . shut shut/inner none/inner; do
            : > "$at/$(printf 'a\\377b')"; mkdir "$at/$(printf 'c\\377d')"; : > "$at/x"
          done
          chmod 555 shut/inner shut; chmod 000 none/inner none; mkdir lifted-0 lifted-1
          : > lifted-1/file; : > lifted-2
          """, gone,
        ], executable: "/bin/sh")
      #expect(made.status.isSuccess, "\(made.errorText)")
      // Deeper than any path is long: one folder after another is put above the last.
      try files.createDirectory("\(gone)/deep")
      for _ in 0..<3000 {
        try files.createDirectory("\(gone)/above")
        try files.rename("\(gone)/deep", to: "\(gone)/above/d")
        try files.rename("\(gone)/above", to: "\(gone)/deep")
      }
      try files.removeTree(gone)
      #expect(try files.list(directory).isEmpty)
    }
  }

  @Test func aPipeInAFilesPlaceIsRefusedAtOnce() throws {
    try withTemporaryDirectory { directory in
      let pipe = "\(directory)/pipe"
      let maker = try #require(Environment.which("mkfifo", path: Environment.value("PATH")))
      #expect(try Program.run([pipe], executable: maker).status.isSuccess)
      let refusals = [
        #expect(throws: SystemError.self) { try files.openForReading(pipe) },
        #expect(throws: SystemError.self) { try files.openForAppending(pipe) },
        #expect(throws: SystemError.self) { try files.read(pipe) },
      ]
      for refusal in refusals {
        #expect("\(try #require(refusal))".hasSuffix("It is a pipe, and no file"))
      }
      #expect(try files.map(pipe).count == 0)
      #expect(try !FileLock.isHeld(pipe))
    }
  }

  @Test func absenceAndTroubleAreToldApart() throws {
    try withTemporaryDirectory { directory in
      try writeFile("\(directory)/f", "0123456789")
      #expect(try files.status("\(directory)/none") == nil)
      #expect(try files.status("\(directory)/f/below") == nil)
      #expect(try files.exists("\(directory)/f"))
      #expect(try files.size("\(directory)/f") == 10)
      #expect(try files.read("\(directory)/f", 3..<6) == Array("345".utf8))
      let large = #expect(throws: SystemError.self) {
        _ = try files.read("\(directory)/f", limit: 9)
      }
      #expect(large?.isTooLarge == true)
      let missing = #expect(throws: SystemError.self) { try files.remove("\(directory)/none") }
      #expect(missing?.isNotFound == true)
      try files.removeIfPresent("\(directory)/none")
      let full = #expect(throws: SystemError.self) { try files.removeDirectory(directory) }
      #expect(full?.isNotEmpty == true)
    }
  }

  @Test func aLinkedNameMustBeFree() throws {
    try withTemporaryDirectory { directory in
      try writeFile("\(directory)/a", "a")
      try files.link("\(directory)/a", to: "\(directory)/b")
      #expect(try files.status("\(directory)/b")?.links == 2)
      let error = #expect(throws: SystemError.self) {
        try files.link("\(directory)/a", to: "\(directory)/b")
      }
      #expect(error?.isExisting == true)
      #expect(throws: SystemError.self) { _ = try files.createFile("\(directory)/b") }
    }
  }

  @Test func aMappedFileGivesBytesAndLittleEndianNumbersAtAnyOffset() throws {
    try withTemporaryDirectory { directory in
      let path = "\(directory)/m"
      try files.replace(path, with: (0..<32).map { UInt8($0) })
      let mapped = try MappedFile(path: path)
      #expect(mapped.count == 32)
      #expect(mapped.bytes(30..<32) == [30, 31])
      #expect(mapped.loadUInt32(at: 1) == 0x0403_0201)
      #expect(mapped.loadUInt64(at: 24) == 0x1f1e_1d1c_1b1a_1918)
      #expect(mapped.withSpan(3..<6) { $0.count == 3 && $0[0] == 3 })
      // A replaced file stays readable to who has mapped it.
      try files.replace(path, with: [])
      #expect(mapped.bytes(0..<2) == [0, 1])
      #expect(try MappedFile(path: path).count == 0)
    }
  }
}
