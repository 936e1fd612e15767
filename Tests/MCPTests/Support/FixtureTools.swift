import JSON
import JSONRPC
import MCP
import Posix

struct EchoTool: Tool {
  struct Input: JSONCodable {
    var text: String
    var count: Int?
    static let json = Codec.object(
      Self.init, unknownKeys: .refused, required("text", \.text, .string, "What to say."),
      optional("count", \.count, .int(1...9), "How often."))
  }
  struct Output: JSONCodable, ToolOutput {
    var said: String
    static let json = Codec.object(
      Self.init, required("said", \.said, .string, "What was said."))
  }

  let name = "echo_text"
  let title = "Echo"
  let summary = "Says it again."
  let hints = ToolHints.reading
  let toolset = "tasks"

  func call(_ input: Input, _ context: CallContext) throws(ToolFailure) -> ToolAnswer<Output> {
    .done(Output(said: String(repeating: input.text, count: input.count ?? 1)))
  }
}

/// Waits as long as asked, or until cancelled.
struct SleepTool: Tool {
  struct Input: JSONCodable {
    var milliseconds: Int
    static let json = Codec.object(
      Self.init, unknownKeys: .refused,
      required("milliseconds", \.milliseconds, .int(0...60_000), "How long."))
  }
  struct Output: JSONCodable, ToolOutput {
    var interrupted: Bool
    static let json = Codec.object(
      Self.init, required("interrupted", \.interrupted, .bool, "Whether it was woken."))
  }

  let name = "sleep_ms"
  let title = "Sleep"
  let summary = "Sleeps."
  let hints = ToolHints.reading
  let toolset = "tasks"
  let fixture: Fixture

  func waits(_ input: Input) -> Bool { true }

  func call(_ input: Input, _ context: CallContext) throws(ToolFailure) -> ToolAnswer<Output> {
    let monitor = Monitor(false)
    _ = context.cancellation.wait(
      on: monitor, until: .after(.milliseconds(input.milliseconds)),
      { (done: inout Bool) -> Void? in done ? () : nil })
    let interrupted = context.cancellation.isCancelled
    fixture.state.update { state in
      state.finished += 1
      if interrupted { state.interrupted += 1 }
    }
    return .done(Output(interrupted: interrupted))
  }
}

/// Reports progress from one to `steps`, faster than it may be sent.
struct ProgressTool: Tool {
  struct Input: JSONCodable {
    var steps: Int
    static let json = Codec.object(Self.init, required("steps", \.steps, .int, "How many."))
  }
  typealias Output = EchoTool.Output

  let name = "report_steps"
  let title = "Report"
  let summary = "Reports."
  let hints = ToolHints.reading
  let toolset = "tasks"
  let fixture: Fixture

  func waits(_ input: Input) -> Bool { true }

  func call(_ input: Input, _ context: CallContext) throws(ToolFailure) -> ToolAnswer<Output> {
    for step in 0..<input.steps {
      context.progress(Double(step), total: Double(input.steps), message: "step \(step)")
      context.progress(Double(step) - 0.5)
      context.cancellation.wait(for: .milliseconds(150))
    }
    let late = fixture
    late.state.update { $0.clients.append(context.client) }
    return .done(Output(said: "done"))
  }
}

/// Gives a text of any size, as structured content.
struct BigTool: Tool {
  struct Input: JSONCodable {
    var size: Int
    static let json = Codec.object(Self.init, required("size", \.size, .int, "Bytes."))
  }
  typealias Output = EchoTool.Output

  let name = "big_text"
  let title = "Big"
  let summary = "Says much."
  let hints = ToolHints.reading
  let toolset = "tasks"

  func waits(_ input: Input) -> Bool { input.size == 300 << 10 }

  func call(_ input: Input, _ context: CallContext) throws(ToolFailure) -> ToolAnswer<Output> {
    .done(Output(said: String(repeating: "x", count: input.size)))
  }
}

struct FailTool: Tool {
  struct Input: JSONCodable {
    static let json = Codec<JSONObject>.anyObject.map(
      { _ in Input() }, expected: "an object", from: { _ in [:] })
  }
  typealias Output = EchoTool.Output

  let name = "fail_always"
  let title = "Fail"
  let summary = "Fails."
  let hints = ToolHints(readOnly: false, destructive: true, idempotent: false, openWorld: true)
  let toolset = "review"

  func call(_ input: Input, _ context: CallContext) throws(ToolFailure) -> ToolAnswer<Output> {
    throw ToolFailure(
      code: "task_validation_failed", summary: "The input is not valid.",
      faults: [
        Fault(pointer: JSONPointer(tokens: ["input", "brief"]), message: "expected a string"),
        Fault(pointer: .root, message: "two\nlines"),
      ], nextStep: "Call fail_always again.")
  }
}

/// Changes something, so that its answer waits for the commit.
struct WriteTool: Tool {
  typealias Input = EchoTool.Input
  typealias Output = EchoTool.Output

  let name = "write_text"
  let title = "Write"
  let summary = "Writes."
  let hints = ToolHints(readOnly: false, destructive: false, idempotent: true, openWorld: false)
  let toolset = "tasks"
  let meta: JSONObject? = ["anthropic/alwaysLoad": true]

  func waits(_ input: Input) -> Bool { input.text == "slow" }

  func call(_ input: Input, _ context: CallContext) throws(ToolFailure) -> ToolAnswer<Output> {
    .done(Output(said: input.text))
  }
}

/// Gives a text, a link and a sound: not every version knows them all.
struct LinkTool: Tool {
  struct Input: JSONCodable {
    static let json = Codec<JSONObject>.anyObject.map(
      { _ in Input() }, expected: "an object", from: { _ in [:] })
  }

  let name = "link_blocks"
  let title = "Link"
  let summary = "Links."
  let hints = ToolHints.reading
  let toolset = "artifacts"

  func call(
    _ input: Input, _ context: CallContext
  ) throws(ToolFailure) -> ToolAnswer<ContentOutput> {
    .done(
      ContentOutput([
        .text("plain"), .audio(base64: "AAAA", mimeType: "audio/wav"),
        .resourceLink(ResourceLink(uri: "test://item/1", name: "one", size: 3)),
      ]))
  }
}

/// Is shown only by clients that can.
struct PageTool: Tool {
  typealias Input = EchoTool.Input
  typealias Output = EchoTool.Output

  let name = "open_page"
  let title = "Page"
  let summary = "Opens."
  let hints = ToolHints.reading
  let toolset = "app"

  func call(_ input: Input, _ context: CallContext) throws(ToolFailure) -> ToolAnswer<Output> {
    .done(Output(said: input.text))
  }
}
