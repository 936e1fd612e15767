import JSON
import Posix
import TestSupport
import Testing

/// Checks that what a client is given to come back with is good as it was given, for its call.
struct AskedStateTests {
  private static func wait(_ task: String, seconds: Int = 1) -> String {
    #"{"task_ids":["\#(task)"],"timeout_sec":\#(seconds),"until":"needs_me"}"#
  }

  /// Comes back with a state and an answer.
  private static func retry(
    _ id: Int, _ tool: String, _ arguments: String, state: String, _ responses: String
  ) -> String {
    let more = #","requestState":\#(JSONValue.string(state).text),"inputResponses":{\#(responses)}"#
    return Modern.call(id, tool, arguments, more: more, capabilities: Modern.forms)
  }

  @Test func aStateIsTakenOnlyAsItWasGivenAndForItsCall() throws {
    try withQuestion { held, _ in
      let client = try Conversation(store: held.desk.store)
      let call = Self.wait(held.id)
      let yes = #""\#(held.id).q1":{"action":"accept","content":{"answer":"blue"}}"#
      let asked = try client.result(
        1, Modern.call(1, "tasks_wait", call, capabilities: Modern.forms))
      let state = try #require(asked["requestState"]?.stringValue, "\(asked.text)")
      let wrong: [(tool: String, arguments: String, state: String)] = [
        ("tasks_wait", call, state + "-TAMPERED"), ("tasks_wait", call, state + "="),
        ("tasks_wait", call, String(state.dropLast())), ("tasks_wait", call, state + state),
        ("tasks_wait", call, String(state.reversed())),
        ("tasks_wait", Self.wait(held.id, seconds: 2), state), ("tasks_list", "{}", state),
      ]
      for (index, one) in wrong.enumerated() {
        let line = Self.retry(index + 2, one.tool, one.arguments, state: one.state, yes)
        let refused = try client.ask(index + 2, line)
        #expect(refused["error"]?["code"] == -32602, "\(index): \(refused.text)")
      }
      // None of that has answered: a key that is missing is asked for again, another is nothing.
      let other = #""another":{"action":"accept","content":{"answer":"red"}}"#
      let again = try client.result(20, Self.retry(20, "tasks_wait", call, state: state, other))
      #expect(again["resultType"] == "input_required", "\(again.text)")
      #expect(again["inputRequests"]?.objectValue?.keys == ["\(held.id).q1"])
      // Who shows no forms is told what is open.
      let plain = try client.result(21, Modern.call(21, "tasks_wait", call))
      #expect(plain["resultType"] == "complete")
      let open = plain["structuredContent"]?["changed"]?.arrayValue?.first?["pendingRequests"]
      #expect(open?.arrayValue?.count == 1, "\(plain.text)")
      #expect(try client.finish() == .exited(code: 0))
    }
  }
}
