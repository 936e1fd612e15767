import Agents
import HTTP
import JSON
import JSONRPC
import Posix
import TaskStore
import Tasks

/// Has libFuzzer call the readers with inputs that it changes until they reach new code; whatever is
/// read must be taken or refused. Built, where the toolchain has libFuzzer, by
///
///     ERRAND_FUZZER=1 swift build -c release --product fuzzer --scratch-path .build/fuzzer
///     mkdir -p .build/found && .build/fuzzer/release/fuzzer -max_total_time=600 \
///       -rss_limit_mb=1024 -timeout=20 .build/found Tests/Fuzzer/Seeds
@main enum Fuzzer {
  static func main() {
    var count = CommandLine.argc
    var arguments: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>? =
      unsafe CommandLine.unsafeArgv
    _ = unsafe runDriver(&count, &arguments) { unsafe readOneInput($0, $1) }
  }
}

/// Is libFuzzer's own loop; its `main` gives way to that of the package manager.
@_silgen_name("LLVMFuzzerRunDriver")
private func runDriver(
  _ count: UnsafeMutablePointer<Int32>,
  _ arguments: UnsafeMutablePointer<UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>?>,
  _ read: @convention(c) (UnsafePointer<UInt8>, Int) -> Int32
) -> Int32

private func readOneInput(_ data: UnsafePointer<UInt8>, _ count: Int) -> Int32 {
  let bytes = unsafe Array(UnsafeBufferPointer(start: data, count: count))
  // The first byte chooses the reader.
  guard let choice = bytes.first else { return 0 }
  let input = Array(bytes.dropFirst())
  switch choice {
  case UInt8(ascii: "t"): readText(input)
  case UInt8(ascii: "r"): readRecords(input)
  case UInt8(ascii: "h"): readRequests(input)
  case UInt8(ascii: "s"): readSchema(input)
  case UInt8(ascii: "j"): readJournal(input)
  default: readOutput(input, of: AdapterKind.allCases[Int(choice) % AdapterKind.allCases.count])
  }
  return 0
}

/// Reads JSON and JSON-RPC; what was taken must be the same when it is written and read again.
private func readText(_ input: [UInt8]) {
  for surrogates in [LoneSurrogates.refused, .replaced] {
    // A refusal is as good as a value.
    guard let value = try? JSONValue.parse(input, surrogates: surrogates) else { continue }
    precondition((try? JSONValue.parse(value.bytes)) == value)
    _ = Incoming(value, version: .optional)
  }
}

/// Reads what the store keeps.
private func readRecords(_ input: [UInt8]) {
  // What is not ours is refused.
  guard let value = try? JSONValue.parse(input, depth: 256) else { return }
  if let record = try? TaskRecord.json.decode(value) {
    let again = try? JSONValue.parse(TaskRecord.json.encode(record), depth: 256)
    precondition((try? again.map(TaskRecord.json.decode)) == record)
  }
  _ = try? TaskEvent.json.decode(value)
  _ = try? Message.json.decode(value)
}

private func readRequests(_ input: [UInt8]) {
  var reader = RequestReader()
  reader.append(input[...])
  do throws(RequestError) {
    while let head = try reader.nextHead() {
      guard reader.nextBody(head.contentLength) != nil else { return }
    }
  } catch {
    // A refusal is as good as a request.
  }
}

/// Reads the first line as a schema, and judges the others by it.
private func readSchema(_ input: [UInt8]) {
  let lines = input.split(separator: 10).map(Array.init)
  // A refusal is as good as a schema, and as a value.
  guard let document = lines.first.flatMap({ try? JSONValue.parse($0) }),
    let schema = try? Schema(document)
  else { return }
  for line in lines.dropFirst() {
    guard let value = try? JSONValue.parse(line) else { continue }
    precondition(schema.validate(value) == schema.validate(value))
  }
}

/// Reads lines as those of a journal, raw and sealed, and goes on writing behind them.
private func readJournal(_ input: [UInt8]) {
  do {
    let layout = StoreLayout(root: journalFolder)
    let files = RealFileSystem()
    if try files.exists(layout.root) { try files.removeTree(layout.root) }
    try files.createDirectories(layout.journal)
    // No hash would ever be right by chance, but none is asked for behind a line that is damaged.
    let seal = Array((#","seal":""# + String(repeating: "0", count: 64) + "\"}\nx\n").utf8)
    let lines = input.split(separator: 10)
    try files.openForAppending(layout.segment(1)).append(
      [120, 10] + lines.flatMap { $0 + seal } + input)
    let store = try TaskStore.open(layout.root)
    for record in try store.list(TaskQuery()).items { _ = try store.lastKnown(id: record.id) }
    _ = try (store.counts(), store.activeTasks(), store.damagedTasks())
    let reader = InboxReader(client: "fuzz", team: "local")
    _ = try store.inbox(reader, limit: 5)
    try store.moveInboxCursor(reader, to: .max, by: Actor(kind: .client, name: "fuzz"))
    let (known, anew) = try (store.number(), TaskStore.open(layout.root).number())
    precondition(known == anew)
  } catch {
    // A refusal that has words is as good as a journal.
    precondition(!"\(error)".isEmpty)
  }
}

/// Is made anew for every input; in memory where there is such a folder.
private let journalFolder = "/dev/shm/errand-fuzzer-\(UInt64.random(in: 0 ... .max))"

/// Reads lines of an agent.
private func readOutput(_ input: [UInt8], of kind: AdapterKind) {
  let plan = LaunchPlan(profile: "p", adapter: kind, executable: "/bin/agent")
  let place = AgentPlace(directory: "/d", attemptFolder: "/a", canAsk: true)
  var interpreter = plan.adapterInUse.interpreter(
    for: Brief(work: .words(brief: "b", prompt: "b")), in: place)
  _ = interpreter.open()
  for line in input.split(separator: 10) { _ = interpreter.interpret(AgentLine(Array(line))) }
  _ = interpreter.finish()
}
