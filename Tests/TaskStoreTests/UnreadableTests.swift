import JSON
import Posix
import Tasks
import TestSupport
import Testing

@testable import TaskStore

/// Checks that what cannot be read is told as that: never as something that is not there.
struct UnreadableTests {
  struct Reading: Sendable, CustomTestStringConvertible {
    var testDescription: String
    /// What there is to be read.
    var start: FaultStart.Kind
    var read: @Sendable (TaskStore) throws -> String

    init(
      _ name: String, on start: FaultStart.Kind = .whole,
      _ read: @escaping @Sendable (TaskStore) throws -> String
    ) {
      testDescription = name
      self.start = start
      self.read = read
    }
  }

  static let readings: [Reading] = [
    Reading("a task") { "\(try $0.task(TaskReference("done-0")))" },
    Reading("a task in the bin") { "\(try $0.deleted(TaskReference("binned-0")))" },
    Reading("what is last known of a damaged task") {
      "\(try $0.lastKnown(TaskReference("broken-0")))"
    },
    Reading("all tasks") { "\(try $0.all())" },
    Reading("a page") { store in
      var query = TaskQuery()
      query.statuses = [.completed]
      return "\(try store.list(query).items)"
    },
    Reading("the counts") { "\(try $0.counts().sorted { $0.key.rawValue < $1.key.rawValue })" },
    Reading("damaged tasks") { "\(try $0.damagedTasks())" },
    Reading("lost tasks") { "\(try $0.lostTasks())" },
    Reading("schedules with their secrets") { store in
      try store.schedules().map { "\($0) \(try store.environment(of: $0).sorted { $0 < $1 })" }
        .joined()
    },
    Reading("secrets") { store in
      "\(try store.secrets(of: store.task(TaskReference("running-0")).id))"
    },
    Reading("a wait") { "\(String(describing: try $0.waitHandle("keeping")))" },
    Reading("a cursor") { "\(try $0.inboxCursor(FaultBystanders.reader))" },
    Reading("a key") { "\(try $0.key("console"))" },
    Reading("content") { store in
      let artifact = try store.task(TaskReference("done-0")).artifacts[0]
      let size = try store.blobs.size(artifact.cid)
      return "\(String(describing: size)) \(try store.blobs.read(artifact.cid, count: 100))"
    },
    Reading("messages") { store in
      let folder = try FaultProcess.messages(store)
      return "\(try MessageReader(folder: folder, files: store.files).read(MessageQuery()).items)"
    },
    // Where there is damage, no more than that is looked at.
    Reading("whether something may be missing", on: .old) { "\(try $0.mayHaveLost())" },
    Reading("all breaks") { "\(try $0.verify().breaks)" },
  ]

  @Test(arguments: readings)
  func aReadThatFailsIsAnErrorOrChangesNoAnswer(_ reading: Reading) throws {
    try withTemporaryDirectory { folder in
      try writeFile(folder + "/source", "staged")
      let start = try FaultStart(reading.start, source: folder + "/source", slots: 1)
      func answer(_ files: ModelFiles) throws -> String {
        try reading.read(TaskStore.open(FaultProcess.root, files: files))
      }
      let files = ModelFiles(start.disk)
      let whole = try answer(files)
      // A snapshot that cannot be read is as none: what it alone knows is told as damaged.
      let other = ModelFiles(start.disk)
      let snapshots = FaultProcess.root + "/snapshot"
      if try other.exists(snapshots) { try other.removeTree(snapshots) }
      let bare = try answer(other)
      #expect(files.looks > 5)
      var refusals = 0
      for look in 0..<files.looks {
        do {
          let told = try answer(ModelFiles(start.disk, .blind(at: look)))
          #expect(told == whole || told == bare, "look \(look)")
        } catch {
          refusals += 1
          #expect(Self.isOfTheDisk(error), "look \(look): \(error)")
        }
      }
      #expect(refusals > 0)
    }
  }

  private static func isOfTheDisk(_ error: any Error) -> Bool {
    switch error as? StoreError {
    case .disk?, .notWritable?: true
    default: false
    }
  }

  /// The doctor looks on, and says what it could not see.
  @Test func whatTheInspectionCannotSeeIsAmongItsFaults() throws {
    try withTemporaryDirectory { folder in
      try writeFile(folder + "/source", "staged")
      let start = try FaultStart(.whole, source: folder + "/source", slots: 1)
      let files = ModelFiles(start.disk)
      let whole = StoreInspection(root: FaultProcess.root, files: files).faults
      for look in 0..<files.looks {
        let blind = ModelFiles(start.disk, .blind(at: look))
        let faults = StoreInspection(root: FaultProcess.root, files: blind).faults
        let isTold = faults.contains { fault in
          switch fault {
          case .unreadable, .snapshot: true
          default: false
          }
        }
        #expect(isTold || faults == whole, "look \(look): \(faults)")
      }
    }
  }
}
