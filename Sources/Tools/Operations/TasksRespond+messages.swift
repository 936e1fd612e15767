import Agents
import JSON
import MCP
import Posix
import TaskStore
import Tasks

// What is said to a running agent: kept in the task until it is heard or taken back.
extension TasksRespond {
  func say(_ input: Input, _ task: TaskRecord, _ caller: Caller) throws(ToolFailure) -> Output {
    let text = input.message ?? ""
    let sendId = input.sendId ?? Self.freshID()
    if let earlier = task.steering.first(where: { $0.sendId == sendId }) {
      guard earlier.text == text, earlier.timing == input.timing else {
        throw .argument(
          "send_id", "was used for another message", code: "idempotency_conflict", tool: name)
      }
      return told(earlier, task)
    }
    guard task.status.isActive else { throw .notRunning(task) }
    guard task.hearsMessages else { throw .hearsNothing(task) }
    let saying = Saying(sendId: sendId, text: text, timing: input.timing)
    let store = try workshop.store()
    let record: TaskRecord
    do throws(StoreError) {
      record = try store.change(.id(task.id), by: caller.actor, evenInDoubt: true) { fresh in
        fresh.steering.contains { $0.sendId == sendId } ? nil : .messageSent(saying)
      }
    } catch .refused(let refusal) {
      if case .limit = refusal.cause { throw .tooManyMessages }
      throw .notRunning(
        try workshop.find(TaskPlace(task: .id(task.id), team: task.spec.teamId, diary: nil)))
    } catch {
      throw ToolFailure(error)
    }
    return output(
      .queued, record, input.timing == .interrupt ? Hint.interrupting : Hint.queued,
      sendId: sendId)
  }

  private static func freshID() -> String {
    var random = SystemRandomNumberGenerator()
    return "s" + String(random.next() as UInt64, radix: 36)
  }

  private func told(_ steering: Steering, _ task: TaskRecord) -> Output {
    switch steering.state {
    case .queued: output(.queued, task, Hint.queued, sendId: steering.sendId)
    case .delivered: output(.delivered, task, Hint.heard, sendId: steering.sendId)
    case .withdrawn: output(.takenBack, task, Hint.takenBack, sendId: steering.sendId)
    }
  }

  func takeBack(
    _ sendId: String, of task: TaskRecord, _ caller: Caller
  ) throws(ToolFailure) -> Output {
    let store = try workshop.store()
    let record: TaskRecord
    do throws(StoreError) {
      record = try store.change(.id(task.id), by: caller.actor, evenInDoubt: true) { fresh in
        let state = fresh.steering.first { $0.sendId == sendId }?.state
        return state == .withdrawn || state == .delivered
          ? nil : .messageWithdrawn(sendId: sendId)
      }
    } catch .refused(let refusal) {
      if case .unknownMessage = refusal.cause {
        throw .argument(
          "cancel_send_id", "nothing was said under it", code: "message_unknown", tool: name)
      }
      throw .notRunning(task)
    } catch {
      throw ToolFailure(error)
    }
    guard let steering = record.steering.first(where: { $0.sendId == sendId }) else {
      preconditionFailure("a message was taken back that does not exist")
    }
    return told(steering, record)
  }
}

extension ToolFailure {
  fileprivate static func notRunning(_ task: TaskRecord) -> ToolFailure {
    ToolFailure(
      code: "not_running",
      summary: "Task \(task.spec.name) is \(task.status.rawValue): no agent hears a message.",
      nextStep: task.status.isTerminal
        ? "Say it with tasks_continue, or create a new task that says so in its brief."
        : "Wait until it runs, then call again.")
  }

  fileprivate static func hearsNothing(_ task: TaskRecord) -> ToolFailure {
    ToolFailure(
      code: "not_supported",
      summary:
        "The agent of profile \(task.spec.launch.profile) is told everything at its start and hears nothing while it runs. Nothing was sent.",
      nextStep: task.latestAttempt?.executor?.hears == false
        ? "Let it end, then say it with tasks_continue."
        : "Let it end, or cancel it and create a new task that says so in its brief.")
  }

  fileprivate static let tooManyMessages = ToolFailure(
    code: FailureCode.limit.rawValue,
    summary: "Too many messages wait for this agent, or were sent to it. Nothing was sent.",
    nextStep: "Take some back with cancel_send_id, or wait until they are heard.")
}
