import Agents
import JSON
import MCP
import Runner
import TaskStore
import Tasks

/// Lets an agent hand in its output, so that it can mend what is wrong with it while it works.
package struct TaskSubmitOutput: TaskTool {
  package let workshop: Workshop
  package let name = "task_submit_output"
  package let title = "Hand in the output"
  package let summary = """
    Hands in your task's output: one JSON object of the shape that the task asks for. It is \
    checked at once and what is wrong is named, so that you can call again. A later one takes the \
    place of an earlier; it counts when your work ends well.
    """
  package let hints = ToolHints(
    readOnly: false, destructive: false, idempotent: true, openWorld: false)
  package let group = Toolset.attempt

  package struct Input: JSONCodable {
    var output: JSONObject

    package static let json = Codec.object(
      Self.init, unknownKeys: .refused,
      required("output", \.output, .anyObject, "The whole output."))
  }

  package typealias Output = Acknowledgement

  package func perform(_ input: Input, _ caller: Caller) throws(ToolFailure) -> Output {
    let own = try workshop.ownAttempt()
    let output = own.redactor.redacted(.object(input.output))
    let faults = try naming { () throws(StoreError) in
      try own.ledger.faults(in: output, of: own.record)
    }
    guard faults.isEmpty else {
      throw ToolFailure(
        code: FailureReason.outputInvalid.rawValue,
        summary: "The output is not what the task asks for. It was not taken.", faults: faults,
        nextStep: "Correct it and call \(name) again.")
    }
    if own.record.latestAttempt?.output != output {
      try naming { () throws(StoreError) in try own.ledger.submitted(output) }
    }
    return Output(hint: "Taken. End your work with a short last message.")
  }
}
