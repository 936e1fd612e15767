import Agents
import JSON
import MCP
import Runner
import TaskStore
import Tasks

/// Keeps what a worker says and does, where everybody reads what agents say and do.
package struct TasksMessagesAppend: TaskTool {
  package let workshop: Workshop
  package let name = "tasks_messages_append"
  package let title = "Say something of a task"
  package let summary = """
    Appends messages to the attempt you hold: what you say (text), the tools you call \
    (tool_call_start, tool_call_end), turns (turn_end), errors and notes (info). Payloads are as \
    tasks_messages_list shows them. Counts as a sign of life.
    """
  package let hints = ToolHints(
    readOnly: false, destructive: false, idempotent: false, openWorld: false)
  package let group = Toolset.worker

  /// Those that only a worker can know; the others are said by people, or by us.
  private static let kinds: Set<MessageKind> = [
    .text, .textDelta, .toolCallStart, .toolCallEnd, .turnEnd, .error, .info,
  ]

  package struct Input: JSONCodable, LeasedInput {
    var task: TaskReference
    var leaseId: String
    var messages: [Said]
    var team: String?
    var diary: String?

    struct Said: JSONCodable {
      var kind: MessageKind
      var payload: JSONObject

      static let json = Codec.object(
        Self.init(kind:payload:), unknownKeys: .refused,
        required("kind", \.kind, MessageKind.json),
        required("payload", \.payload, .anyObject))
    }

    package static let json = Codec.object(
      Self.init, unknownKeys: .refused, TaskPlace.taskField(\.task),
      leaseField(\.leaseId),
      required(
        "messages", \.messages, .array(of: Said.json, count: 1...200), "In their order."),
      TaskPlace.teamField(\.team), TaskPlace.diaryField(\.diary))
  }

  package func waits(_ input: Input) -> Bool { true }

  package func perform(_ input: Input, _ caller: Caller) throws(ToolFailure) -> Output {
    let bodies = try bodies(input.messages)
    let limits = try workshop.configuration().limits
    let next = try workshop.atDesk(input, caller) { desk, task throws(WorkerDesk.Refusal) in
      try desk.append(bodies, to: task, input.leaseId, limits: limits)
    }
    return Output(nextSeq: next, hint: "Kept.")
  }

  private func bodies(_ said: [Input.Said]) throws(ToolFailure) -> [MessageBody] {
    let redactor = Redactor([:])
    var faults: [Fault] = []
    var bodies: [MessageBody] = []
    for (index, message) in said.enumerated() {
      let place = ["messages", "\(index)"]
      let payload = redactor.redacted(.object(message.payload))
      guard Self.kinds.contains(message.kind) else {
        faults.append(
          Fault(
            pointer: JSONPointer(tokens: place + ["kind"]),
            message: "is not for workers to say"))
        continue
      }
      guard payload.bytes.count <= AgentBounds.storedValue else {
        faults.append(
          Fault(
            pointer: JSONPointer(tokens: place + ["payload"]),
            message: "is larger than \(AgentBounds.storedValue >> 10) KiB"))
        continue
      }
      do throws(Mismatch) {
        bodies.append(try MessageBody.reading(message.kind, payload))
      } catch {
        faults += error.faults.map {
          Fault(
            pointer: JSONPointer(tokens: place + ["payload"] + $0.pointer.tokens),
            message: $0.message)
        }
      }
    }
    guard faults.isEmpty else { throw .invalidArguments(faults, tool: name) }
    return bodies
  }

  package struct Output: JSONCodable, ToolOutput {
    var nextSeq: Int
    var hint: String

    package static let json = Codec.object(
      Self.init(nextSeq:hint:),
      required("nextSeq", \.nextSeq, .int, "Number of the next message."),
      required("hint", \.hint, .string))
  }
}
