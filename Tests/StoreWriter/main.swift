import JSON
import Posix
import TaskStore
import Tasks

// Is one of many processes at one store. It waits for a line, so that all begin at once, and then
//   store-writer STORE write CHANGES TASKS   makes the tasks nobody has made, and changes them;
//   store-writer STORE compact               writes snapshots until its input ends.
// Each acknowledged change is a line: its number, the task's revision, the task's name.

/// Makes and changes tasks that others make and change as well.
struct StoreWriter {
  let store: TaskStore
  let actor = Actor(kind: .client, name: "store-writer")

  func write(_ changes: Int, onTasks count: Int) throws {
    for number in 0..<count { try make("task-\(number)") }
    for number in 0..<changes {
      // Whatever the others have made of it, one of the two is always allowed.
      let reference = TaskReference("task-\(number % count)")
      let record = try store.change(reference, by: actor) { record in
        record.status == .queued ? .held(.quota, resumeAt: nil) : .released
      }
      try acknowledge(record)
    }
  }

  private func make(_ name: String) throws {
    let input: JSONValue = ["brief": .string(name)]
    let content = ContentID(raw: input.bytes)
    let spec = TaskSpec(
      name: name, title: name, taskType: "freeform", input: input, inputCid: content,
      inputSchemaCid: content,
      launch: LaunchPlan(profile: "shell", adapter: .shell, executable: nil))
    do throws(StoreError) {
      let made = try store.create(spec, by: actor, nameIsGiven: true)
      try acknowledge(made.record)
    } catch .nameTaken {
      // Another was first, as all but one must find.
    }
  }

  private func acknowledge(_ record: TaskRecord) throws(StoreError) {
    try store.sync()
    print(record.number, record.revision, record.spec.name)
  }

  /// Counts the snapshots it wrote.
  func compact() throws -> Int {
    var count = 0
    while try !Poller.isReadable(0, until: .after(.milliseconds(5))) {
      if try store.compactIfWorthwhile(always: true) { count += 1 }
    }
    return count
  }
}

let words = Environment.arguments.dropFirst()
guard let root = words.first, let gate = try Descriptor(duplicating: 0).read(upTo: 1).first,
  gate == UInt8(ascii: "\n")
else { preconditionFailure("usage: store-writer STORE write CHANGES TASKS | STORE compact") }
let writer = StoreWriter(store: try TaskStore.open(root))
let numbers = words.compactMap { Int($0) }
if numbers.count == 2 {
  try writer.write(numbers[0], onTasks: numbers[1])
} else {
  print(try writer.compact())
}
