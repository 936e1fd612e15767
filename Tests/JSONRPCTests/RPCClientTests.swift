import JSON
import JSONRPC
import Posix
import TestSupport
import Testing

/// Joins two clients by two pipes, each the other's peer.
private struct Pair {
  let here: RPCClient
  let there: RPCClient
  let heardHere = Monitor<[RPCClient.Event]>([])
  let heardThere = Monitor<[RPCClient.Event]>([])

  init(
    version: Incoming.VersionMember = .required,
    answering: @escaping @Sendable (RPCClient, RequestID, String, JSONObject) -> Void = {
      _, _, _, _ in
    }
  ) throws {
    Signal.ignoreBrokenPipe()
    let first = try Pipe.make()
    let second = try Pipe.make()
    let (firstReading, secondReading) = (
      try first.reading.duplicate().take(), try second.reading.duplicate().take()
    )
    here = try RPCClient(
      reading: Descriptor(owning: secondReading), writing: first.takeWriting(), name: "here",
      version: version
    ) { [heardHere] _, event in heardHere.update { $0.append(event) } }
    there = try RPCClient(
      reading: Descriptor(owning: firstReading), writing: second.takeWriting(), name: "there",
      version: version, numbering: .prefixed("there-")
    ) { [heardThere] client, event in
      heardThere.update { $0.append(event) }
      if case .request(let id, let method, let params) = event {
        answering(client, id, method, params)
      }
    }
  }

  func close() {
    here.close()
    there.close()
    #expect(here.waitForEnd(until: .after(.seconds(60))))
    #expect(there.waitForEnd(until: .after(.seconds(60))))
  }
}

@Suite struct RPCClientTests {
  @Test(arguments: [Incoming.VersionMember.required, .optional])
  func aCallGetsItsAnswer(_ version: Incoming.VersionMember) throws {
    let pair = try Pair(version: version) { client, id, method, params in
      switch method {
      case "add": client.answer(id, .result(["sum": params["a"] ?? nil]))
      default: client.answer(id, .error(.methodNotFound(method)))
      }
    }
    #expect(try pair.here.call("add", ["a": 5], timeout: .seconds(5)) == ["sum": 5])
    #expect(throws: CallFailure.refused(.methodNotFound("sub"))) {
      try pair.here.call("sub", timeout: .seconds(5))
    }
    pair.close()
    #expect(
      pair.heardThere.withLock { $0.first }
        == .request(.integer(1), method: "add", params: ["a": 5]))
  }

  @Test func answersMayComeInAnyOrder() throws {
    let held = Monitor<[RequestID]>([])
    let pair = try Pair { client, id, _, _ in
      let all = held.update { held in
        held.append(id)
        return held.count == 8 ? held : []
      }
      for id in all.reversed() { client.answer(id, .result(id.value)) }
    }
    let results = Monitor<[Bool]>([])
    for index in 0..<8 {
      try Thread.start(name: "caller") {
        let answer = Result { () throws(CallFailure) in
          try pair.here.call("hold", ["n": .integer(index)], timeout: .seconds(5))
        }
        results.update { results in
          if case .success = answer { results.append(true) } else { results.append(false) }
        }
      }
    }
    let all = results.wait(until: .after(.seconds(60))) { $0.count == 8 ? $0 : nil }
    #expect(all == Array(repeating: true, count: 8))
    pair.close()
  }

  @Test func aCallThatGetsNoAnswerEndsInTime() throws {
    let pair = try Pair()
    #expect(throws: CallFailure.timedOut(.integer(1))) {
      try pair.here.call("never", timeout: .milliseconds(20))
    }
    // The late answer belongs to nobody.
    pair.there.answer(.integer(1), .result(nil))
    let cancellation = Cancellation()
    try Thread.start(name: "cancel") { cancellation.cancel() }
    #expect(throws: CallFailure.cancelled(.integer(2))) {
      try pair.here.call("never", timeout: .seconds(20), cancellation: cancellation)
    }
    pair.close()
  }

  @Test func aPeerThatLeavesEndsTheCalls() throws {
    let pair = try Pair { client, _, _, _ in client.close() }
    #expect(throws: CallFailure.closed) { try pair.here.call("leave", timeout: .seconds(20)) }
    #expect(throws: CallFailure.closed) { try pair.here.call("again", timeout: .seconds(20)) }
    pair.close()
    #expect(pair.heardHere.withLock { $0 } == [.ended])
  }

  @Test func bothSidesMayAskAndTell() throws {
    let pair = try Pair()
    pair.there.notify("said", ["a": 1])
    pair.there.sendLine(Array("Starting up…".utf8))
    pair.there.sendLine([])
    pair.there.sendLine(Array(#"{"jsonrpc":"2.0","id":"x","method":7}"#.utf8))
    let allowed = Monitor<JSONValue?>(nil)
    try Thread.start(name: "asks") {
      do {
        let answer = try pair.there.call("permission", timeout: .seconds(5))
        allowed.update { $0 = answer }
      } catch {
        Issue.record("\(error)")
      }
    }
    let asked = pair.heardHere.wait(until: .after(.seconds(60))) { heard in
      heard.contains(.request(.string("there-1"), method: "permission", params: [:])) ? true : nil
    }
    #expect(asked == true)
    pair.here.answer(.string("there-1"), .result(["allowed": true]))
    #expect(allowed.wait(until: .after(.seconds(60))) { $0 } == ["allowed": true])
    pair.close()
    #expect(
      pair.heardHere.withLock { $0 } == [
        .notification(method: "said", params: ["a": 1]), .noise(Array("Starting up…".utf8)),
        .request(.string("there-1"), method: "permission", params: [:]), .ended,
      ])
  }
}
