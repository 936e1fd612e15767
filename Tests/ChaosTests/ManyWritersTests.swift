import JSON
import Posix
import TaskStore
import Tasks
import TestSupport
import Testing

/// Checks that processes writing to one store at once lose no change and use no number twice.
///
/// `ERRAND_WRITERS_CHANGES` says how many changes each of them makes.
@Suite(.serialized) struct ManyWritersTests {
  private static let writers = 8
  private static let changes =
    Environment.value("ERRAND_WRITERS_CHANGES").flatMap { Int($0) } ?? 1000

  /// What a writer was told is safe.
  struct Acknowledged: Hashable {
    var number: Int
    var revision: Int
    var task: String

    init(_ line: String) throws {
      let words = line.split(separator: " ")
      try #require(words.count == 3, "\(line)")
      number = try #require(Int(words[0]))
      revision = try #require(Int(words[1]))
      task = String(words[2])
    }
  }

  @Test(arguments: [1, 50])
  func changesOfManyProcessesAreAllThereInOneOrder(_ tasks: Int) throws {
    try withTemporaryDirectory { folder in
      let root = folder + "/store"
      let started = MonotonicTime.now
      let (acknowledged, snapshots) = try Self.write(to: root, onTasks: tasks)
      let took = MonotonicTime.now - started
      #expect(snapshots > 0)
      let total = tasks + Self.writers * Self.changes
      #expect(acknowledged.map(\.number).sorted() == Array(1...total))
      let byTask = Dictionary(grouping: acknowledged, by: \.task)
      #expect(byTask.count == tasks)
      for (task, changes) in byTask {
        // Also in the order of the numbers: what was decided on an old state would stand out.
        let inOrder = changes.sorted { $0.number < $1.number }.map(\.revision)
        #expect(inOrder == Array(1...changes.count), "\(task)")
      }
      try Self.expectWhole(root, in: folder, events: total, tasks: tasks)
      try Self.expectRecords(root, byTask.mapValues(\.count))
      try RealFileSystem().removeTree(root + "/snapshot")
      try Self.expectRecords(root, byTask.mapValues(\.count))
      print(
        "many writers: \(Self.writers) x \(Self.changes) changes of \(tasks) tasks in \(took), "
          + "\(snapshots) snapshots beside them")
    }
  }

  /// Lets all of them begin at once, hears what each was acknowledged, and counts the snapshots.
  private static func write(
    to root: String, onTasks tasks: Int
  ) throws -> (acknowledged: [Acknowledged], snapshots: Int) {
    func start(_ words: [String]) throws -> RunningProgram {
      try Program.start(
        [root] + words, executable: Path.join(try Program.buildDirectory(), "store-writer"))
    }
    let all = try (0..<writers).map { _ in try start(["write", "\(changes)", "\(tasks)"]) }
    let compactor = try start(["compact"])
    for program in [compactor] + all { try program.send("") }
    var acknowledged: [Acknowledged] = []
    for writer in all {
      while let line = try writer.nextLine(within: .seconds(300)) {
        acknowledged.append(try Acknowledged(line))
      }
      try Self.expectSuccess(of: writer)
    }
    compactor.closeInput()
    let count = try compactor.nextLine().flatMap { Int($0) }
    try expectSuccess(of: compactor)
    return (acknowledged, count ?? 0)
  }

  private static func expectSuccess(of program: RunningProgram) throws {
    let status = try program.waitForExit()
    let errors = String(decoding: program.errors(complete: true), as: UTF8.self)
    #expect(status == .exited(code: 0), "\(errors)")
  }

  private static func expectWhole(
    _ root: String, in folder: String, events: Int, tasks: Int
  ) throws {
    let doctor = try Program.run(
      ["doctor", "--verify", "--json"],
      environment: [
        "ERRAND_HOME": root, "ERRAND_CONFIG": folder + "/config.json", "HOME": folder,
      ], directory: folder, within: .seconds(120))
    let report = try JSONValue.parse(Array(doctor.text.utf8.dropLast()))
    let walk = try #require(report["audit"], "\(doctor.text)\(doctor.errorText)")
    #expect(walk["whole"] == true && walk["breakCount"] == 0, "\(walk.text)")
    #expect(walk["events"] == .integer(events) && walk["copies"] == 0, "\(walk.text)")
    #expect(walk["tasks"] == .integer(tasks), "\(walk.text)")
  }

  /// Compares what a newcomer reads with what was acknowledged.
  private static func expectRecords(_ root: String, _ revisions: [String: Int]) throws {
    let store = try TaskStore.open(root)
    for (task, revision) in revisions {
      let record = try store.task(TaskReference(task))
      #expect(record.revision == revision, "\(task)")
      // Made queued, then held and released by turns.
      #expect(record.status == (revision % 2 == 1 ? .queued : .waiting), "\(task)")
    }
  }
}
