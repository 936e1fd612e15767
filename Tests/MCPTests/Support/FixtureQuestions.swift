import JSON
import JSONRPC
import MCP
import Posix

let approval = ElicitationForm(
  "Approve it?", [ElicitationField("ok", title: "OK?", .yesNo(), isRequired: true)])

/// Has a field of each kind.
let questionnaire = ElicitationForm(
  "Fill it in.",
  [
    ElicitationField("text", title: "Text", description: "Short.", .text(maxLength: 5)),
    ElicitationField("number", title: "Number", .integer(1...9), isRequired: false),
    ElicitationField("flag", title: "Flag", .yesNo(preset: true), isRequired: false),
    ElicitationField(
      "one", title: "One", .choice([.init("a", title: "A"), .init("b", title: "B")]),
      isRequired: false),
    ElicitationField(
      "many", title: "Many", .choices([.init("a", title: "A"), .init("b", title: "B")]),
      isRequired: false),
  ])

/// Asks by `elicit`, which works in both eras.
struct ElicitTool: Tool {
  struct Input: JSONCodable {
    var key: String
    static let json = Codec.object(
      Self.init, unknownKeys: .refused,
      defaulted("key", \.key, .string, "approve", "Which question."))
  }
  struct Output: JSONCodable, ToolOutput {
    var outcome: String
    static let json = Codec.object(
      Self.init, required("outcome", \.outcome, .string, "What the user said."))
  }

  let name = "elicit_ok"
  let title = "Elicit"
  let summary = "Asks."
  let hints = ToolHints.reading
  let toolset = "tasks"
  let fixture: Fixture

  func waits(_ input: Input) -> Bool { true }

  func call(_ input: Input, _ context: CallContext) throws(ToolFailure) -> ToolAnswer<Output> {
    let form = input.key == "all" ? questionnaire : approval
    let outcome = try context.elicit(form, key: input.key, state: ["step": 1])
    fixture.state.update { state in
      state.asked.append(outcome)
      state.states.append(context.requestState)
    }
    switch outcome {
    case .accepted(let content) where input.key == "all":
      return .done(Output(outcome: JSONValue.object(content).text))
    case .accepted(let content): return .done(Output(outcome: "ok \(content["ok"]?.text ?? "?")"))
    case .declined: return .done(Output(outcome: "declined"))
    case .cancelled: return .done(Output(outcome: "cancelled"))
    case .unavailable: return .done(Output(outcome: "unavailable"))
    }
  }
}

/// Asks two questions at once by `.ask`, then gives a handle or a result.
struct AskTool: Tool {
  struct Input: JSONCodable {
    var handle: Bool
    static let json = Codec.object(
      Self.init, defaulted("handle", \.handle, .bool, false, "Whether a handle follows."))
  }
  typealias Output = ElicitTool.Output

  let name = "ask_two"
  let title = "Ask"
  let summary = "Asks two things."
  let hints = ToolHints.reading
  let toolset = "tasks"
  let fixture: Fixture

  func call(_ input: Input, _ context: CallContext) throws(ToolFailure) -> ToolAnswer<Output> {
    let answered = context.inputResponses.keys.filter { ["first", "second"].contains($0) }
    let open = ["first", "second"].filter { !answered.contains($0) }
    if !open.isEmpty {
      let forms = open.map { ($0, ElicitationForm("The \($0)?", approval.fields)) }
      return .ask(Dictionary(uniqueKeysWithValues: forms), state: "carried")
    }
    if input.handle, context.client.takesTaskHandles {
      return .handle(try fixture.handles.make())
    }
    return .done(Output(outcome: context.requestState?.stringValue ?? "no state"))
  }
}

/// Gives a handle, to whoever takes one; a rude call gives it to anyone.
struct HandleTool: Tool {
  struct Input: JSONCodable {
    var rude: Bool
    static let json = Codec.object(
      Self.init, defaulted("rude", \.rude, .bool, false, "Whether to ask first."))
  }
  typealias Output = ElicitTool.Output

  let name = "start_wait"
  let title = "Wait"
  let summary = "Starts a wait."
  let hints = ToolHints(readOnly: false, destructive: false, idempotent: false, openWorld: false)
  let toolset = "tasks"
  let fixture: Fixture

  func call(_ input: Input, _ context: CallContext) throws(ToolFailure) -> ToolAnswer<Output> {
    guard input.rude || context.client.takesTaskHandles else {
      return .done(Output(outcome: "no handle"))
    }
    return .handle(try fixture.handles.make())
  }
}

/// Keeps wait handles in memory.
final class FixtureHandles: WaitHandles {
  private let kept = Monitor<[String: WaitHandleState]>([:])
  let answers = Monitor<[String: ElicitationOutcome]>([:])

  func make() throws(ToolFailure) -> WaitHandleState {
    let time = Timestamp(milliseconds: 1_800_000_000_000)
    return kept.update { kept in
      let state = WaitHandleState(
        handle: "wait_\(kept.count)", phase: .working, statusMessage: "queued", createdAt: time,
        lastUpdatedAt: time, ttlMilliseconds: 3_600_000, pollMilliseconds: 2000)
      kept[state.handle] = state
      return state
    }
  }

  func set(_ handle: String, _ phase: WaitHandleState.Phase) {
    kept.update { $0[handle]?.phase = phase }
  }

  func state(of handle: String) throws(ToolFailure) -> WaitHandleState? {
    kept.withLock { $0[handle] }
  }

  func update(
    _ handle: String, _ responses: [String: ElicitationOutcome]
  ) throws(ToolFailure) -> Bool {
    kept.update { kept in
      guard let state = kept[handle] else { return false }
      guard case .inputRequired(var open) = state.phase else { return true }
      for (key, outcome) in responses where open.removeValue(forKey: key) != nil {
        answers.update { $0[key] = outcome }
      }
      kept[handle]?.phase = open.isEmpty ? .working : .inputRequired(open)
      return true
    }
  }

  func cancel(_ handle: String) throws(ToolFailure) -> Bool {
    kept.update { kept in
      switch kept[handle]?.phase {
      case nil: return false
      case .completed, .failed, .cancelled: return true
      case .working, .inputRequired:
        kept[handle]?.phase = .cancelled
        return true
      }
    }
  }
}
