import Agents
import HTTP
import JSON
import JSONRPC
import Tasks

/// Is called by libFuzzer with inputs that it changes until they reach new code; whatever is read
/// must be taken or refused. Built, where the toolchain has libFuzzer, by
///
///     ERRAND_FUZZER=1 swift build -c release --product fuzzer --scratch-path .build/fuzzer \
///       -Xswiftc -sanitize=fuzzer -Xswiftc -parse-as-library
///     .build/fuzzer/release/fuzzer -max_total_time=600 -rss_limit_mb=512 -timeout=20
@_cdecl("LLVMFuzzerTestOneInput")
public func readOneInput(_ data: UnsafePointer<UInt8>, _ count: Int) -> Int32 {
  let bytes = unsafe Array(UnsafeBufferPointer(start: data, count: count))
  // The first byte chooses the reader.
  guard let choice = bytes.first else { return 0 }
  let input = Array(bytes.dropFirst())
  switch choice % 4 {
  case 0: readText(input)
  case 1: readRecords(input)
  case 2: readRequests(input)
  default: readOutput(input)
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
  guard let value = try? JSONValue.ours(input[...]) else { return }
  if let record = try? TaskRecord.json.decode(value) {
    let again = try? JSONValue.ours(TaskRecord.json.encode(record)[...])
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

/// Reads an agent's lines as the profiles `shell` and `command` do.
private func readOutput(_ input: [UInt8]) {
  var interpreter = LineInterpreter()
  for line in input.split(separator: 10) { _ = interpreter.interpret(AgentLine(Array(line))) }
}
