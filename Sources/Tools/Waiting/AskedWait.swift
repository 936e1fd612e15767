import JSON
import JSONRPC
import MCP
import Posix
import TaskStore
import Tasks

extension Workshop {
  /// Waits, and puts what the tasks ask to the user meanwhile, where the client can.
  func waitAsking(
    _ terms: WaitTerms, seconds: Int, _ caller: Caller
  ) throws(ToolFailure) -> WaitOutcome {
    guard caller.ask != nil, terms.until != .change, try isFreeToChange else {
      return try wait(terms, seconds: seconds, caller)
    }
    let deadline = MonotonicTime.after(.seconds(seconds))
    func left() -> Int { max(0, Int((deadline - .now).components.seconds)) }
    var wakes = terms
    wakes.until = .needsMe
    var turnedAway: Set<String> = []
    while true {
      let outcome = try wait(wakes, seconds: left(), caller)
      let isOver = outcome.matched.isEmpty || outcome.matched.contains(where: \.status.isTerminal)
      let open = isOver ? [] : RequestForm.all(of: outcome.matched)
      guard let next = open.first(where: { !turnedAway.contains($0.key) }) else {
        // Nothing more can be asked: now it is as if nobody could be.
        return isOver || terms.until == wakes.until
          ? outcome : try wait(terms, seconds: left(), caller)
      }
      if try !put(next, caller) { turnedAway.insert(next.key) }
    }
  }

  /// Looks at the tasks once what the call itself answers is stored.
  func takingAnswers(_ terms: WaitTerms, _ caller: Caller) throws(ToolFailure) -> WaitOutcome {
    let outcome = try look(terms)
    var hasTaken = false
    for question in RequestForm.all(of: outcome.matched + outcome.waiting) {
      guard case .accepted(let content)? = caller.given(question.form, question.key),
        let answer = question.answer(content)
      else { continue }
      try keep(answer, to: question, caller)
      hasTaken = true
    }
    return hasTaken ? try look(terms) : outcome
  }

  /// Stores an answer that came by a form, unless somebody was quicker or nobody asks any more.
  func keep(
    _ answer: JSONValue, to question: RequestForm, _ caller: Caller
  ) throws(ToolFailure) {
    let store = try store()
    let record = try naming { () throws(StoreError) in
      try store.task(.id(question.task), evenInDoubt: true)
    }
    guard record.pendingRequests.contains(question.request) else { return }
    _ = try self.answer(question.request, of: record, with: answer, caller)
    try commit()
  }

  /// Asks the user; true if there is an answer now, theirs or somebody else's.
  private func put(_ question: RequestForm, _ caller: Caller) throws(ToolFailure) -> Bool {
    guard let ask = caller.ask else { return false }
    let outcome = try showing(question, caller) { (moot) throws(ToolFailure) in
      try ask(question.form, question.key, moot)
    }
    guard case .accepted(let content) = outcome, let answer = question.answer(content) else {
      return false
    }
    try keep(answer, to: question, caller)
    return true
  }

  /// Takes a form back from the user as soon as somebody else has answered, or nobody asks any more.
  private func showing(
    _ question: RequestForm, _ caller: Caller,
    _ show: (Cancellation) throws(ToolFailure) -> ElicitationOutcome
  ) throws(ToolFailure) -> ElicitationOutcome {
    let store = try store()
    let moot = Cancellation()
    let look: @Sendable () -> Void = {
      // What cannot be looked at now is still asked.
      guard let record = try? store.task(.id(question.task), evenInDoubt: true) else { return }
      if !record.pendingRequests.contains(question.request) { moot.cancel() }
    }
    let news = try naming { () throws(StoreError) in try store.follow { _ in look() } }
    defer { news.cancel() }
    look()
    return try caller.cancellation.observing(
      { moot.cancel() }, { () throws(ToolFailure) in try show(moot) })
  }
}
