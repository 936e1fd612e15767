import Agents
import JSON
import Tasks
import TestSupport
import Testing

/// Feeds lines of text and gives every event, the gathered rest included.
private func events(_ lines: [String]) -> [AgentEvent] {
  var interpreter = LineInterpreter()
  var found: [AgentEvent] = []
  for line in lines { found += interpreter.interpret(AgentLine(Array(line.utf8))).events }
  return found + interpreter.finish().events
}

@Suite struct LineInterpreterTests {
  @Test func plainLinesBecomeOneBlock() {
    #expect(events(["a", "", "b"]) == [.text("a\n\nb")])
  }

  @Test func aRestGivesUpWhatWasGathered() {
    var interpreter = LineInterpreter()
    #expect(interpreter.interpret(AgentLine(Array("a".utf8))) == .none)
    #expect(interpreter.isGathering)
    #expect(interpreter.pause().events == [.text("a")])
    #expect(!interpreter.isGathering)
    #expect(interpreter.pause() == .none)
  }

  @Test func blankLinesAloneAreNoMessage() {
    #expect(events(["", "  ", "\t"]).isEmpty)
  }

  @Test func aBlockIsGivenUpWhenItIsLarge() {
    var interpreter = LineInterpreter()
    let line = AgentLine([UInt8](repeating: 97, count: 1000))
    let linesPerBlock = AgentBounds.block / 1001 + 1
    var blocks = 0
    for _ in 0..<100 { blocks += interpreter.interpret(line).events.count }
    #expect(blocks == 100 / linesPerBlock)
  }

  @Test(arguments: [
    (#"{"errand":"text","text":"hi"}"#, AgentEvent.text("hi")),
    (#"  {"text":"hi","errand":"text","x":1}"#, .text("hi")),
    (
      #"{"errand":"progress","text":"half","data":{"share":0.5}}"#,
      .progress(text: "half", data: ["share": 0.5])
    ),
    (
      #"{"errand":"tool_start","callId":"1","tool":"sh","title":"t","arguments":["a"]}"#,
      .toolStart(callId: "1", tool: "sh", title: "t", arguments: ["a"])
    ),
    (
      #"{"errand":"tool_end","callId":"1","ok":false,"result":"no","durationMs":3}"#,
      .toolEnd(callId: "1", tool: "", ok: false, result: "no", durationMs: 3)
    ),
    (
      #"{"errand":"usage","inputTokens":3,"costUsd":0.5,"turns":1}"#,
      .usage(Usage(inputTokens: 3, turns: 1, costUsd: 0.5))
    ),
    (
      #"{"errand":"result","summary":"done","output":{"n":1}}"#,
      .result(AgentResult(summary: "done", output: ["n": 1]))
    ),
    (
      #"{"errand":"error","code":"agent_quota","message":"no more"}"#,
      .error(.agentQuota, message: "no more")
    ),
    (#"{"errand":"error","code":"odd","message":"m"}"#, .error(.unknown, message: "m")),
  ])
  func anEventLineBecomesItsEvent(line: String, event: AgentEvent) {
    #expect(events([line]) == [event])
  }

  @Test(arguments: [
    #"{"errand":"text"}"#, #"{"errand":"dance"}"#, #"{"errand":"text","text":"#,
    #"{"errand":"usage","inputTokens":-1}"#, #"{"errand":"usage","costUsd":-0.5}"#,
    #"{"errand":"usage","turns":"many"}"#, #"{"errand":"result"}"#, #"{"errand":"error"}"#,
    #"{"errand":"tool_start","callId":"1"}"#,
  ])
  func aMalformedEventLineStaysTextAndIsCounted(line: String) {
    let found = events([line])
    #expect(found.contains(.unknown))
    #expect(found.contains(.text(line)))
  }

  @Test(arguments: [
    #"{"type":"text","text":"errand"}"#, #"{"a":{"errand":"text"}}"#, "{", #"["errand"]"#,
    #"say "errand""#,
  ])
  func otherLinesStayText(line: String) {
    #expect(events([line]) == [.text(line)])
  }

  @Test func anEventEndsTheBlockBeforeIt() {
    let found = events(["a", #"{"errand":"progress","text":"p"}"#, "b"])
    #expect(found == [.text("a"), .progress(text: "p", data: nil), .text("b")])
  }

  @Test func escapesAndInvalidBytesAreMadeHarmless() {
    var interpreter = LineInterpreter()
    _ = interpreter.interpret(AgentLine([0x1B, 0x5B, 0x33, 0x31, 0x6D, 0x61, 0xFF, 0x62]))
    #expect(interpreter.finish().events == [.text("a\u{FFFD}b")])
  }

  @Test func aLongLineIsKeptInPartAndSaysSo() throws {
    var interpreter = LineInterpreter()
    let line = AgentLine([UInt8](repeating: 120, count: 2 << 20))
    guard case .text(let text)? = interpreter.interpret(line).events.first else {
      Issue.record("no text")
      return
    }
    #expect(text.utf8.count < (1 << 20) + 200)
    #expect(text.hasSuffix("[cut: 1048576 of 2097152 bytes kept]"))
  }

  @Test func aLineCutOnTheWaySaysHowLongItWas() {
    var interpreter = LineInterpreter()
    let line = AgentLine(Array("begin".utf8), length: 50_000_000)
    let found = interpreter.interpret(line).events
    #expect(found == [.text("begin … [cut: 5 of 50000000 bytes kept]")])
  }

  @Test func largeArgumentsAreKeptInPart() {
    let long = String(repeating: "y", count: 100_000)
    let found = events([
      #"{"errand":"tool_start","callId":"1","tool":"t","arguments":{"a":"\#(long)"}}"#
    ])
    guard case .toolStart(_, _, _, .string(let kept)?)? = found.first else {
      Issue.record("not cut: \(found.count)")
      return
    }
    #expect(kept.utf8.count < AgentBounds.storedValue + 200)
  }

  @Test func mutatedLinesNeitherCrashNorVanish() {
    var random = SeededRandom(11)
    let seeds = [
      #"{"errand":"tool_end","callId":"1","tool":"x","ok":true,"result":{"a":[1,2]}}"#,
      #"{"errand":"usage","inputTokens":3,"costUsd":0.25,"model":"m"}"#,
      #"{"errand":"error","code":"agent_auth","message":"\u00e9\ud800"}"#,
    ]
    for _ in 0..<3000 {
      var bytes = Array(seeds[Int.random(in: 0..<seeds.count, using: &random)].utf8)
      for _ in 0..<Int.random(in: 1...4, using: &random) {
        let at = Int.random(in: 0..<bytes.count, using: &random)
        switch Int.random(in: 0..<3, using: &random) {
        case 0: bytes[at] = UInt8.random(in: 0...255, using: &random)
        case 1: bytes.remove(at: at)
        default: bytes.insert(UInt8.random(in: 0...255, using: &random), at: at)
        }
      }
      var interpreter = LineInterpreter()
      let found = interpreter.interpret(AgentLine(bytes)).events + interpreter.finish().events
      #expect(!found.isEmpty)
    }
  }
}
