import JSON
import JSONRPC
import MCP
import Posix

/// Holds a server's surroundings in a test: tools that each do one thing, and switches to break
/// them.
final class Fixture: Sendable {
  struct State: Sendable {
    var commits = 0
    var commitFails = false
    var listening: [Bool] = []
    var asked: [ElicitationOutcome] = []
    var states: [JSONValue?] = []
    var interrupted = 0
    var finished = 0
    var now: Int64 = 1_800_000_000_000
    var items = 5
    var clients: [Client] = []
  }

  let state = Monitor(State())
  let handles = FixtureHandles()
  /// Is set once the server is made, for tools that need it.
  let server = Monitor<Server?>(nil)
  private let change: @Sendable (inout Offer) -> Void

  init(_ change: @escaping @Sendable (inout Offer) -> Void = { _ in }) { self.change = change }

  static let card = ServerCard(
    name: "fixture", title: "Fixture", version: "1.2.3", instructions: "For tests.")

  var tools: [AnyTool] {
    [
      AnyTool(EchoTool()), AnyTool(SleepTool(fixture: self)), AnyTool(BigTool()),
      AnyTool(FailTool()), AnyTool(WriteTool()), AnyTool(ElicitTool(fixture: self)),
      AnyTool(AskTool(fixture: self)), AnyTool(HandleTool(fixture: self)), AnyTool(LinkTool()),
      AnyTool(ProgressTool(fixture: self)), AnyTool(PageTool()),
    ]
  }

  var offer: Offer {
    var offer = Offer(
      card: Self.card, tools: { self.tools },
      stateKey: { Array("a key of the store".utf8) },
      now: { self.state.withLock { $0.now } })
    offer.prompts = { FixturePrompts.all }
    offer.resources = FixtureResources(fixture: self)
    offer.handles = handles
    offer.offersApps = true
    offer.listening = { isHeard in self.state.update { $0.listening.append(isHeard) } }
    offer.commit = { () throws(ToolFailure) in
      let fails = self.state.update { state in
        state.commits += 1
        return state.commitFails
      }
      if fails {
        throw ToolFailure(
          code: "store_unavailable", summary: "The store cannot be written.",
          nextStep: "Free some space and try again.")
      }
    }
    change(&offer)
    return offer
  }
}
