import Posix
import TestSupport
import Testing

struct DescriptorTests {
  @Test func aDroppedWritingEndEndsTheReading() throws {
    let pipe = try Pipe.make()
    try pipe.writing.write([1, 2, 3])
    let reading = pipe.takeReading()
    #expect(try reading.read(upTo: 10) == [1, 2, 3])
    #expect(try reading.read(upTo: 10) == [])
  }

  @Test func aTakenNumberStaysOpenUntilItsNewOwnerGoes() throws {
    let pipe = try Pipe.make()
    let number = pipe.writing.rawValue
    let reading = try pipe.reading.duplicate()
    let taken = pipe.takeWriting().take()
    #expect(taken == number)
    #expect(try !Poller.isReadable(reading.rawValue))
    do {
      let owner = Descriptor(owning: taken)
      try owner.write([7])
    }
    #expect(try reading.readToEnd(limit: 10) == [7])
  }

  @Test func noFollowRefusesALinkAndNamesIt() throws {
    try withTemporaryDirectory { directory in
      let status = try Program.run(
        ["-s", "/etc/passwd", "\(directory)/link"], executable: "/bin/ln"
      ).status
      #expect(status.isSuccess)
      let error = #expect(throws: SystemError.self) {
        _ = try Descriptor.open("\(directory)/link", .noFollow)
      }
      #expect(error?.isSymbolicLink == true)
      #expect(error?.subject == "\(directory)/link")
      #expect(try Environment.readLink("\(directory)/link") == "/etc/passwd")
      let kind = try FileStatus.of("\(directory)/link", followingLinks: false)?.kind
      #expect(kind == .symbolicLink)
    }
  }

  @Test func anErrorTellsCallSubjectAndReason() {
    let error = #expect(throws: SystemError.self) { _ = try Descriptor.open("/no/such") }
    #expect(error?.description == "open /no/such: No such file or directory")
    #expect(error?.isNotFound == true)
  }

  @Test func readingAtAnOffsetStopsAtTheEndAndMovesNothing() throws {
    try withTemporaryDirectory { directory in
      let file = try Descriptor.open("\(directory)/f", [.readWrite, .create])
      try file.write(Array("0123456789".utf8))
      #expect(try file.read(4, at: 8) == Array("89".utf8))
      #expect(try file.read(4, at: 50) == [])
      try file.truncate(to: 3)
      #expect(try file.size() == 3)
      try file.seek(to: 1)
      #expect(try file.read(upTo: 9) == Array("12".utf8))
      #expect(try file.status().mode == 0o600)
    }
  }

  @Test func readingToTheEndRefusesMoreThanTheLimit() throws {
    let (ok, tooMuch) = try Pipe.make().split { reading, writing -> ([UInt8], SystemError?) in
      try writing.write([1, 2, 3, 4])
      _ = consume writing
      let second = try reading.duplicate()
      let first = try second.read(upTo: 1)
      let error = #expect(throws: SystemError.self) { _ = try reading.readToEnd(limit: 2) }
      return (first, error)
    }
    #expect(ok == [1])
    #expect(tooMuch?.isTooLarge == true)
  }

  @Test func aPollSeesReadableWritableAndClosedEnds() throws {
    let pipe = try Pipe.make()
    let (from, to) = (pipe.reading.rawValue, pipe.writing.rawValue)
    let writable = try Poller.wait([(from, .readable), (to, .writable)])
    #expect(writable[to] == .writable)
    #expect(writable[from] == nil)
    try pipe.writing.write([1])
    #expect(try Poller.wait([(from, .readable)], timeoutMilliseconds: 0)[from] == .readable)
    _ = try pipe.reading.read(upTo: 1)
    #expect(try Poller.wait([(from, .readable)], timeoutMilliseconds: 5).isEmpty)
    let reading = pipe.takeReading()
    #expect(try Poller.wait([(reading.rawValue, .readable)])[from]?.contains(.closed) == true)
  }
}
