import JSON
import Posix
import TaskStore
import Tasks
import TestSupport
import Testing

/// Checks that a task of which a change cannot be read is never judged by what is left.
struct DamagedLineTests {
  /// Says where one byte of the line that settled a task is flipped.
  enum Place: String, CaseIterable {
    case event, taskMark, id, seal, number, brace, everything
  }

  @Test(arguments: Place.allCases, [false, true])
  func aTaskWhoseEndCannotBeReadIsServedAsDamaged(_ place: Place, isCompacted: Bool) throws {
    try withTemporaryDirectory { folder in
      let store = try TaskStore.open(folder + "/store")
      try store.add("done")
      for event in [Sample.claim(), Sample.started, Sample.settled(.cancelled)] {
        try store.apply(event, to: "done")
      }
      try store.add("open")
      let id = try store.add("hit").id
      for event in [Sample.claim(), Sample.started] { try store.apply(event, to: "hit") }
      if isCompacted { try store.compactIfWorthwhile(always: true) }
      try store.apply(Sample.settled(), to: "hit")
      try store.add("later")
      let path = folder + "/store/journal/0000000001.jsonl"
      var lines = try readText(path).split(separator: "\n").map { Array($0.utf8) }
      lines[8] = Self.flip(lines[8], place, id)
      let bytes = Array(lines.joined(separator: [10])) + [10]
      try RealFileSystem().replace(path, with: bytes)

      let opened = try TaskStore.open(folder + "/store")
      for look in [{ try opened.task(.id(id)) }, { try #require(try opened.task(id: id)) }] {
        #expect { try look() } throws: { error in
          if case .damagedTask(id)? = error as? StoreError { true } else { false }
        }
      }
      #expect(throws: StoreError.self) {
        try opened.change(.id(id), by: Sample.runner) { _ in
          Sample.settled(.failed(AttemptError(.interrupted, "judged")))
        }
      }
      let active = try opened.activeTasks().map(\.spec.name)
      #expect(!active.contains("hit"))
      #expect(active.contains("later"))
      // Only where nothing of the line tells whom it was about, other open tasks are in doubt, too.
      #expect(active.contains("open") == (place != .everything))
      #expect(try opened.task(TaskReference("done")).status == .cancelled)
    }
  }

  @Test func aNextRevisionEndsTheDoubt() throws {
    try withTemporaryDirectory { folder in
      let store = try TaskStore.open(folder + "/store")
      let peer = try TaskStore.open(folder + "/store")
      for name in ["a", "b", "c"] { try store.add(name) }
      #expect(try peer.number() == 3)
      let path = folder + "/store/journal/0000000001.jsonl"
      var lines = try readText(path).split(separator: "\n").map(String.init)
      lines[2] = String(repeating: "x", count: lines[2].utf8.count)
      // In place: the peer has the file open.
      try writeFile(path, lines.joined(separator: "\n") + "\n")
      let opened = try TaskStore.open(folder + "/store")
      #expect(try opened.activeTasks().isEmpty)
      // A peer that had read the line while it was whole knows better.
      try peer.apply(Sample.claim(), to: "a")
      #expect(try opened.activeTasks().map(\.spec.name) == ["a"])
      #expect(throws: StoreError.self) { try opened.task(TaskReference("b")) }
    }
  }

  @Test func aLineBesideTasksPutsNoneInDoubt() throws {
    try withTemporaryDirectory { folder in
      let store = try TaskStore.open(folder + "/store")
      let task = try store.add("open")
      let wait = WaitHandle(
        id: WaitHandle.makeID(), tasks: [task.id], until: .change, after: 0, cancelsWork: false,
        canAsk: false, createdAt: Timestamp(milliseconds: 0))
      try store.makeWaitHandle(wait, by: Sample.client)
      _ = try store.endWaitHandle(wait.id, .cancelled, by: Sample.client)
      try store.moveInboxCursor(PruneTests.reader, to: 1, by: Sample.client)
      try store.sync()
      let path = folder + "/store/journal/0000000001.jsonl"
      let whole = try readText(path).split(separator: "\n").map(String.init)
      for place in 1...3 {
        var lines = whole
        lines[place] = lines[place].replacing(#""seal":""#, with: #""sebl":""#)
        try RealFileSystem().replace(path, with: Array((lines.joined(separator: "\n") + "\n").utf8))
        let opened = try TaskStore.open(folder + "/store")
        #expect(try opened.activeTasks().map(\.id) == [task.id], "\(lines[place])")
        #expect(try opened.damagedTasks().isEmpty)
      }
    }
  }

  /// What stands in place of a part of the id: another that could be one, and what could not.
  @Test(arguments: ["0", "x", "é"], [true, false])
  func aTaskWhoseIdIsDamagedWhereItBeginsStandsThereOnce(_ wrong: String, goesOn: Bool) throws {
    try withTemporaryDirectory { folder in
      let store = try TaskStore.open(folder + "/store")
      try store.add("open")
      // None that what is guessed in place of its end could be by chance.
      let id = try #require(TaskID("01890000-0000-7000-8000-0000000000ab"))
      _ = try store.create(Sample.spec("hit"), id: id, by: Sample.client, nameIsGiven: true)
      if goesOn { try store.apply(Sample.claim(), to: "hit") }
      let path = folder + "/store/journal/0000000001.jsonl"
      var lines = try readText(path).split(separator: "\n").map(String.init)
      let spoilt = String(
        decoding: Array(id.description.utf8.dropLast(wrong.utf8.count)) + Array(wrong.utf8),
        as: UTF8.self)
      try #require(spoilt != id.description)
      lines[1] = lines[1].replacing(id.description, with: spoilt)
      try RealFileSystem().replace(path, with: Array((lines.joined(separator: "\n") + "\n").utf8))

      let opened = try TaskStore.open(folder + "/store")
      let all = try opened.all()
      #expect(all.map(\.spec.name) == ["open", "hit"])
      #expect(all[1].status == (goesOn ? .dispatched : .queued))
      #expect((all[1].id == id) == goesOn)
      #expect(try opened.damagedTasks() == [all[1].id])
      #expect(try opened.activeTasks().map(\.spec.name) == ["open"])
      #expect(try opened.counts().values.reduce(0, +) == 2)
      #expect(throws: StoreError.self) { try opened.task(TaskReference("hit")) }
      #expect(try opened.lastKnown(TaskReference("hit")).id == all[1].id)
    }
  }

  @Test func whatASegmentOfTheJournalTookAlongLeavesOpenTasksInDoubtAndNoOthers() throws {
    try withTemporaryDirectory { folder in
      let store = try TaskStore.open(folder + "/store")
      try store.add("done")
      for event in [Sample.claim(), Sample.started, Sample.settled()] {
        try store.apply(event, to: "done")
      }
      try store.add("open")
      try store.apply(Sample.claim(), to: "open")
      try store.add("gone")
      try store.add("later")
      let layout = store.layout
      let lines = try readText(layout.segment(1)).split(separator: "\n").map { $0 + "\n" }
      // As if the journal had been begun anew before the sixth line and before the last.
      for (segment, part) in [lines[..<5], lines[5..<7], lines[7...]].enumerated() {
        try RealFileSystem().replace(layout.segment(segment + 1), with: Array(part.joined().utf8))
      }
      let whole = try TaskStore.open(folder + "/store")
      #expect(try whole.all().map(\.status) == [.completed, .dispatched, .queued, .queued])
      try RealFileSystem().remove(layout.segment(2))

      let opened = try TaskStore.open(folder + "/store")
      #expect(try opened.all().map(\.spec.name) == ["done", "open", "later"])
      #expect(try opened.task(TaskReference("done")).status == .completed)
      #expect { try opened.task(TaskReference("open")) } throws: { error in
        if case .damagedTask? = error as? StoreError { true } else { false }
      }
      #expect(try opened.activeTasks().map(\.spec.name) == ["later"])
      let breaks = try opened.verify().breaks
      #expect(breaks.first?.path == layout.segment(2), "\(breaks)")
      try opened.add("next")
      #expect(try TaskStore.open(folder + "/store").all().map(\.spec.name).last == "next")
    }
  }

  @Test func doubtOutlivesAPrune() throws {
    try withTemporaryDirectory { folder in
      let store = try TaskStore.open(folder + "/store")
      try PruneTests.fill(store)
      let path = folder + "/store/journal/0000000001.jsonl"
      try writeFile(path, try readText(path) + String(repeating: "x", count: 200) + "\n")
      #expect(try store.activeTasks().isEmpty)
      _ = try store.prune(PruneTests.tenDays, by: PruneTests.actor, now: PruneTests.later)
      let opened = try TaskStore.open(folder + "/store")
      #expect(try opened.activeTasks().isEmpty)
      let open = try opened.lastKnown(TaskReference("open"))
      try opened.change(.id(open.id), by: Sample.runner, evenInDoubt: true) { _ in Sample.claim() }
      #expect(try TaskStore.open(folder + "/store").activeTasks().map(\.id) == [open.id])
    }
  }

  private static func flip(_ line: [UInt8], _ place: Place, _ id: TaskID) -> [UInt8] {
    func at(_ text: String, _ offset: Int) -> [UInt8] {
      let mark = Array(text.utf8)
      var line = line
      let start = line.indices.first { line[$0...].starts(with: mark) } ?? 0
      line[start + offset] ^= 1
      return line
    }
    return switch place {
    case .event: at("settled", 2)
    case .taskMark: at("\"task\"", 2)
    case .id: at(id.description, 30)
    case .seal: at("\"seal\":\"", 12)
    case .number: at("{\"n\":", 3)
    case .brace: at("{\"n\":", 0)
    case .everything: line.map { _ in UInt8(ascii: "x") }
    }
  }
}
