import JSON
import MCP
import Posix
import Runner
import TaskStore
import Tasks

// Answers to questions: the first one wins.
extension TasksRespond {
  func answer(
    _ input: Input, _ task: TaskRecord, _ caller: Caller
  ) throws(ToolFailure) -> Output {
    let request = try request(input, task)
    guard request.isOpen else { return late(request, task) }
    let answer = try value(input, for: request, caller)
    let found = try workshop.answer(request, of: task, with: answer, caller)
    guard found.isFirst else { return late(found.request, found.task) }
    var hint = found.task.pendingRequests.isEmpty ? Hint.answered : Hint.answersMissing
    if found.task.status.isTerminal { hint = Hint.answerKept }
    return output(.answered, found.task, hint, request: found.request)
  }

  /// Finds the question that is meant: the one that is open, else the last that was answered.
  private func request(_ input: Input, _ task: TaskRecord) throws(ToolFailure) -> InputRequest {
    let open = task.pendingRequests
    if let id = input.request {
      if let found = task.requests.last(where: { $0.requestId == id }) {
        guard found.isOpen, !open.contains(found) else { return found }
        throw .nothingAsked(task)
      }
      throw .argument(
        "request_id", open.isEmpty ? "it has asked no such thing" : "open are: \(Self.ids(open))",
        code: "request_unknown", tool: name)
    }
    guard open.count <= 1 else {
      throw .argument("request_id", "several are open: \(Self.ids(open))", tool: name)
    }
    guard let only = open.first ?? task.requests.last(where: { $0.answer != nil }) else {
      throw .nothingAsked(task)
    }
    return only
  }

  private static func ids(_ requests: [InputRequest]) -> String {
    requests.map(\.requestId.cleanedWord).joined(separator: ", ")
  }

  private func late(_ request: InputRequest, _ task: TaskRecord) -> Output {
    request.answer == nil
      ? output(.withdrawn, task, Hint.withdrawn, request: request)
      : output(.alreadyAnswered, task, Hint.alreadyAnswered, request: request)
  }

  /// Gives the answer as it is stored, or says what is wrong with it.
  private func value(
    _ input: Input, for request: InputRequest, _ caller: Caller
  ) throws(ToolFailure) -> JSONValue {
    var (argument, given) = ("answer", input.answer ?? .null)
    if let option = input.option { (argument, given) = ("option", .string(option)) }
    if let decision = input.decision {
      given = decision.answer(message: input.message)
      argument = "decision"
    }
    let answer = request.understood(given)
    if answer["decision"] == .string(Permission.allowAlways.rawValue),
      request.permission != nil, !caller.isAtTerminal
    {
      throw .argument(
        argument, "allow_always is decided at the terminal only", code: "terminal_only", tool: name)
    }
    let faults = request.faults(in: answer, at: JSONPointer(tokens: [argument]))
    guard faults.isEmpty else {
      throw ToolFailure(
        code: "answer_invalid",
        summary:
          "The answer does not fit question \(request.requestId.cleanedWord). It stays open.",
        faults: faults, nextStep: "Correct it, then call again.")
    }
    return answer
  }
}

extension InputRequest {
  /// Understands an option by its words in any case or its number, a decision by its word, and a
  /// value that was written as text where the schema wants another.
  fileprivate func understood(_ given: JSONValue) -> JSONValue {
    guard let text = given.stringValue else { return given }
    if permission != nil {
      return Permission(rawValue: text.lowercased()).map { $0.answer() } ?? given
    }
    if !options.isEmpty {
      if options.contains(text) { return given }
      let alike = options.filter { $0.lowercased() == text.lowercased() }
      if alike.count == 1 { return .string(alike[0]) }
      guard let number = Int(text), options.indices.contains(number - 1) else { return given }
      return .string(options[number - 1])
    }
    guard schema != nil, !faults(in: given).isEmpty else { return given }
    do throws(JSONSyntaxError) {
      let value = try JSONValue.parse(text)
      // What is wrong in an object is told of its members, not of its text.
      return faults(in: value).isEmpty || value.objectValue != nil ? value : given
    } catch {
      return given
    }
  }
}

/// Is what an answer found: whether it was the first, and how the question stands now.
struct GivenAnswer: Sendable {
  var isFirst: Bool
  var task: TaskRecord
  var request: InputRequest
}

extension Workshop {
  /// Stores an answer unless the question is closed already.
  func answer(
    _ request: InputRequest, of task: TaskRecord, with answer: JSONValue, _ caller: Caller
  ) throws(ToolFailure) -> GivenAnswer {
    let store = try store()
    var isFirst = true
    let record: TaskRecord
    do throws(StoreError) {
      record = try store.change(.id(task.id), by: caller.actor, evenInDoubt: true) {
        (fresh) throws(StoreError) in
        let now = fresh.requests.first { $0.requestId == request.requestId }
        isFirst = now?.isOpen == true
        return isFirst ? .inputAnswered(requestId: request.requestId, answer: answer) : nil
      }
    } catch {
      guard case .refused = error else { throw ToolFailure(error) }
      // It ended between the look and the answer.
      throw .nothingAsked(
        try find(TaskPlace(task: .id(task.id), team: task.spec.teamId, diary: nil)))
    }
    let found = record.requests.first { $0.requestId == request.requestId } ?? request
    return GivenAnswer(
      isFirst: isFirst, task: isFirst ? heard(record, in: store, caller) : record, request: found)
  }

  /// Sees to it that somebody hears an answer, or that the task is seen to have ended: the answer
  /// is kept for whoever goes on with the conversation.
  private func heard(_ task: TaskRecord, in store: TaskStore, _ caller: Caller) -> TaskRecord {
    do throws(RunnerError) {
      return try Reconciler.settleIfOrphaned(task, store: store, by: caller.actor) ?? task
    } catch {
      // The answer is stored all the same; whoever looks next tries again.
      StandardError.write("errand: what a crash left could not be settled: \(error)\n")
      return task
    }
  }
}

extension ToolFailure {
  static func nothingAsked(_ task: TaskRecord) -> ToolFailure {
    ToolFailure(
      code: "nothing_asked",
      summary: "Task \(task.spec.name) is \(task.status.rawValue) and has no open question.",
      nextStep: task.status.isActive
        ? "Send a message to tell its agent something, or look again with tasks_get."
        : task.isBrokenOff
          ? "tasks_retry with session resume goes on; say the answer as its reason."
          : "Look at what came of it with tasks_get.")
  }
}

extension TaskRecord {
  /// Tells whether its agent was lost, and its conversation can be gone on with.
  fileprivate var isBrokenOff: Bool {
    error?.code == .interrupted && latestAttempt?.session?.isResumable == true
  }
}
