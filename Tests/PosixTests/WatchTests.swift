import Posix
import TestSupport
import Testing

struct WatchTests {
  @Test func aChangeWakesAndIsTakenOnce() throws {
    try withTemporaryDirectory { directory in
      let path = "\(directory)/journal"
      try writeFile(path, "")
      var watch = try FileWatch.on([directory, path])
      let quiet = try watch.wait(until: .after(.milliseconds(20)))
      #expect(!quiet)
      let file = try RealFileSystem().openForAppending(path)
      let changes: [(String, () throws -> Void)] = [
        ("append", { try file.append([1, 2, 3]) }),
        ("create", { try writeFile("\(directory)/new", "x") }),
        ("replace", { try RealFileSystem().replace("\(directory)/new", with: [1]) }),
        ("remove", { try RealFileSystem().remove("\(directory)/new") }),
      ]
      for (name, change) in changes {
        try change()
        let woken = try watch.wait(until: .after(.seconds(60)))
        let again = try watch.drain()
        #expect(woken && !again, "\(name)")
      }
      let inner = "\(directory)/inner"
      try RealFileSystem().createDirectory(inner)
      let token = try watch.add(inner)
      try watch.drain()
      watch.remove(token)
      try watch.drain()
      try writeFile("\(inner)/unseen", "x")
      let unseen = try watch.wait(until: .after(.milliseconds(20)))
      #expect(!unseen)
    }
  }

  @Test func aThreadThatWaitsIsWokenByAnother() throws {
    try withTemporaryDirectory { directory in
      let seen = Monitor(false)
      let ready = Monitor(false)
      let thread = try Thread.start(name: "follower") {
        do {
          let watch = try FileWatch.on([directory])
          ready.update { $0 = true }
          let woken = try watch.wait(until: .after(.seconds(60)))
          seen.update { $0 = woken }
        } catch {
          Issue.record(error)
        }
      }
      #expect(ready.wait(until: .after(.seconds(60)), while: { !$0 }))
      try writeFile("\(directory)/f", "x")
      #expect(seen.wait(until: .after(.seconds(60)), while: { !$0 }))
      thread.join()
    }
  }

  @Test func watchingWhatIsMissingIsAnError() throws {
    let error = #expect(throws: SystemError.self) { _ = try FileWatch.on(["/no/such"]) }
    #expect(error?.isNotFound == true)
  }

  @Test func aLivingParentIsNotReportedGone() throws {
    let watch = ParentWatch()
    let orphaned = watch.isOrphaned
    #expect(!orphaned)
    if let descriptor = watch.descriptor {
      #expect(try !Poller.isReadable(descriptor))
    }
  }
}
