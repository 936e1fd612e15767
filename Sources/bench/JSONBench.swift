import JSON
import Posix
import TaskStore
import Tasks

/// Measures reading and writing JSON: whole documents, and a task's record through its declared
/// shape.
struct JSONBench {
  let rounds: Int

  func run(_ report: inout Report) throws {
    report.heading("JSON")
    let record = try Self.record()
    let bytes = TaskRecord.json.encode(record)
    let value = try JSONValue.parse(bytes)
    let parse = try each { _ = try JSONValue.parse(bytes) }
    let write = each { _ = value.bytes }
    // Foundation's coders ran at 11 to 15 MB/s on the machine of the goals; they are not linked here.
    report.add(
      Figure(
        name: "parse a small document", value: Self.rate(bytes, parse), unit: "MB/s",
        goal: .valueAtLeast(195)))
    report.add(
      Figure(
        name: "write a small document", value: Self.rate(bytes, write), unit: "MB/s",
        goal: .valueAtLeast(104)))
    let decode = try each { _ = try TaskRecord.json.decode(try JSONValue.parse(bytes)) }
    let encode = each { _ = TaskRecord.json.encode(record) }
    report.add(
      Figure(
        name: "read a task's record of \(bytes.count) bytes", value: decode * 1e6, unit: "µs",
        yardstick: ("parsing it", parse * 1e6)))
    report.add(
      Figure(
        name: "write a task's record", value: encode * 1e6, unit: "µs",
        yardstick: ("writing its tree", write * 1e6)))
  }

  /// Gives the median seconds of one run, measured over many at a time.
  private func each(_ body: () throws -> Void) rethrows -> Double {
    let batch = 20
    let samples = try timed(max(20, rounds / 2)) { _ in
      for _ in 0..<batch { try body() }
    }
    return samples.median / Double(batch)
  }

  private static func rate(_ bytes: [UInt8], _ seconds: Double) -> Double {
    Double(bytes.count) / seconds / 1e6
  }

  private static func record() throws -> TaskRecord {
    var random = SystemRandomNumberGenerator()
    let now = Timestamp.now
    let actor = Actor(kind: .cli, name: "bench")
    return try TaskRecord.applying(
      .created(StoreBench.spec(1)), at: Moment(number: 1, at: now, by: actor),
      id: TaskID.make(at: now, using: &random), to: nil)
  }
}
