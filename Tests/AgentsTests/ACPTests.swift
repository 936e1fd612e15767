import Agents
import JSON
import Posix
import Tasks
import TestSupport
import Testing

/// Plays what real ACP agents said: each dialogue must read as its golden file beside it says, and
/// may be cut anywhere. `ERRAND_RENEW_GOLDEN=1` writes the files anew, to be looked at.
@Suite struct ACPRecordingTests {
  @Test func thereAreRecordings() { #expect(ACPRecording.all.count >= 50) }

  @Test(arguments: ACPRecording.all)
  func aRecordedDialogueReadsAsItsGoldenFile(_ recording: ACPRecording) throws {
    var replay = ACPReplay(recording)
    for entry in recording.entries { replay.play(entry) }
    replay.finish()
    replay.end(.signalled(.terminate))
    let story = replay.story.joined(separator: "\n") + "\n"
    if Environment.current["ERRAND_RENEW_GOLDEN"] != nil {
      try RealFileSystem().replace(recording.goldenPath, with: Array(story.utf8))
    }
    #expect(story == (try readText(recording.goldenPath)))
  }

  @Test(arguments: ACPRecording.all)
  func aDialogueCutAnywhereStillEndsLegally(_ recording: ACPRecording) {
    var replay = ACPReplay(recording)
    for entry in recording.entries {
      replay.play(entry)
      var cut = replay
      cut.finish()
      for exit in [Posix.ExitStatus.signalled(.kill), .exited(code: 0), .exited(code: 1)] {
        if case .completed = cut.outcome(exit) { #expect(cut.standing.result != nil) }
      }
    }
  }

  @Test func anAgentThatMayOnlyLookIsDeniedEverythingElse() throws {
    let recording = try #require(
      ACPRecording.all.first { $0.testDescription == "acp-codebuddy/rejected" })
    var replay = ACPReplay(recording, mode: .readOnly)
    for entry in recording.entries { replay.play(entry) }
    let answers = replay.story.filter { $0.contains("outcome") }
    #expect(!answers.isEmpty)
    #expect(answers.allSatisfy { !$0.contains("allow") })
  }
}

/// Checks what the recordings do not show.
@Suite struct ACPInterpreterTests {
  /// A conversation up to its prompt; what was written last is the prompt.
  static func prompted(
    _ settings: AgentSettings = AgentSettings(), offer: String = "", canAsk: Bool = true,
    capabilities: String = "{}"
  ) -> (any AgentInterpreter, Reaction) {
    let plan = LaunchPlan(
      profile: "p", adapter: .acp, executable: "/bin/agent", settings: settings)
    var interpreter: any AgentInterpreter = ACPAdapter(plan: plan).interpreter(
      for: Brief(work: .words(brief: "Do it", prompt: "Do it")),
      in: AgentPlace(directory: "/place", attemptFolder: "/a", canAsk: canAsk))
    _ = interpreter.open()
    _ = interpreter.interpret(
      line(#"{"id":1,"result":{"protocolVersion":1,"agentCapabilities":\#(capabilities)}}"#))
    let reaction = interpreter.interpret(line(#"{"id":2,"result":{"sessionId":"s"\#(offer)}}"#))
    return (interpreter, reaction)
  }

  static func line(_ text: String) -> AgentLine { AgentLine(Array(text.utf8)) }

  static func text(_ reaction: Reaction) -> String {
    String(decoding: reaction.bytes, as: UTF8.self)
  }

  static func update(_ text: String) -> AgentLine {
    line(#"{"method":"session/update","params":{"sessionId":"s","update":\#(text)}}"#)
  }

  @Test func piecesOfAMessageBecomeOneText() {
    var (interpreter, _) = Self.prompted()
    for piece in ["Hel", "lo ", "there"] {
      _ = interpreter.interpret(
        Self.update(
          #"{"sessionUpdate":"agent_message_chunk","content":{"type":"text","text":"\#(piece)"}}"#))
    }
    let end = interpreter.interpret(Self.line(#"{"id":3,"result":{"stopReason":"end_turn"}}"#))
    #expect(end.events.contains(.text("Hello there")))
    #expect(end.events.contains(.result(AgentResult(summary: "Hello there"))))
    #expect(interpreter.rest == .resting)
  }

  static let ends: [(answer: String, said: String, reason: FailureReason)] = [
    (#""result":{"stopReason":"refusal"}"#, "I cannot do that.", .agentRefused),
    (#""result":{"stopReason":"refusal"}"#, "status_code: 401 invalid x-api-key", .agentAuth),
    (#""result":{"stopReason":"end_turn"}"#, "Error: HTTP 401 unauthorized", .agentAuth),
    (#""result":{"stopReason":"max_tokens"}"#, "x", .contextOverflow),
    (#""result":{"stopReason":"max_turn_requests"}"#, "x", .maxTurns),
    (#""result":{"stopReason":"cancelled"}"#, "x", .interrupted),
    (#""result":{"stopReason":"tired"}"#, "x", .unknown),
    (#""error":{"code":-32000,"message":"Authentication required"}"#, "", .agentAuth),
    (#""error":{"code":-32603,"message":"Too many requests"}"#, "", .agentRateLimited),
    (#""error":{"code":-32603,"message":"boom"}"#, "", .unknown),
  ]

  @Test(arguments: ends)
  func anEndOtherThanSuccessHasItsReason(answer: String, said: String, reason: FailureReason) {
    var (interpreter, _) = Self.prompted()
    _ = interpreter.interpret(
      Self.update(
        #"{"sessionUpdate":"agent_message_chunk","content":{"type":"text","text":"\#(said)"}}"#))
    let end = interpreter.interpret(Self.line(#"{"id":3,\#(answer)}"#))
    let failed = end.events.compactMap { event -> FailureReason? in
      if case .failed(let failure) = event { failure.reason } else { nil }
    }
    #expect(failed == [reason])
  }

  @Test(arguments: ["{}", #"{"sessionCapabilities":{"fork":{}}}"#])
  func whereAnotherConversationWillDoOneThatCannotBeCopiedIsBegunAnew(capabilities: String) {
    var brief = Brief(work: .words(brief: "Judge", prompt: "Judge"))
    brief.conversation = .fork(id: "source", spent: nil)
    brief.anew = "Judge by this briefing"
    let plan = LaunchPlan(profile: "p", adapter: .acp, executable: "/bin/agent")
    var interpreter = ACPAdapter(plan: plan).interpreter(
      for: brief, in: AgentPlace(directory: "/place", attemptFolder: "/a"))
    _ = interpreter.open()
    var reaction = interpreter.interpret(
      Self.line(#"{"id":1,"result":{"protocolVersion":1,"agentCapabilities":\#(capabilities)}}"#))
    var next = 2
    if capabilities != "{}" {
      #expect(Self.text(reaction).contains("session/fork"))
      reaction = interpreter.interpret(
        Self.line(#"{"id":2,"error":{"code":-32603,"message":"no such thing"}}"#))
      next = 3
    }
    #expect(Self.text(reaction).contains("session/new"))
    guard case .progress(let words, _)? = reaction.events.first else {
      Issue.record("\(reaction.events)")
      return
    }
    #expect(words.hasSuffix("It starts from a briefing."))
    let opened = interpreter.interpret(Self.line(#"{"id":\#(next),"result":{"sessionId":"s"}}"#))
    #expect(Self.text(opened).contains("Judge by this briefing"))
    guard case .session(let session)? = opened.events.first else {
      Issue.record("\(opened.events)")
      return
    }
    #expect(session.isInPlaceOfCopy)
  }

  @Test func aNewerProtocolIsRefused() {
    let plan = LaunchPlan(profile: "p", adapter: .acp, executable: "/bin/agent")
    var interpreter = ACPAdapter(plan: plan).interpreter(
      for: Brief(work: .words(brief: "b", prompt: "b")),
      in: AgentPlace(directory: "/place", attemptFolder: "/a"))
    _ = interpreter.open()
    let reaction = interpreter.interpret(Self.line(#"{"id":1,"result":{"protocolVersion":2}}"#))
    guard case .failed(let failure)? = reaction.events.first else {
      Issue.record("\(reaction.events)")
      return
    }
    #expect(failure.reason == .agentVersionUnsupported)
    #expect(interpreter.rest == .resting)
  }

  @Test func aModelItDoesNotOfferIsNamedWithThoseItDoes() {
    let offer =
      #","configOptions":[{"id":"model","category":"model","currentValue":"a","#
      + #""options":[{"value":"a"},{"value":"b"}]}]"#
    let (_, unknown) = Self.prompted(AgentSettings(model: "c"), offer: offer)
    guard case .failed(let failure)? = unknown.events.last else {
      Issue.record("\(unknown.events)")
      return
    }
    #expect(failure.reason == .modelUnavailable)
    #expect(failure.message.contains("a, b"))
    var (interpreter, known) = Self.prompted(AgentSettings(model: "b"), offer: offer)
    #expect(Self.text(known).contains("session/set_config_option"))
    let set = interpreter.interpret(Self.line(#"{"id":3,"result":{}}"#))
    #expect(Self.text(set).contains("session/prompt"))
  }

  static let permission = #"""
    {"id":7,"method":"session/request_permission","params":{"sessionId":"s",
    "toolCall":{"toolCallId":"t","kind":"KIND","title":"Do","locations":[{"path":"PATH"}]},
    "options":[{"optionId":"y","kind":"allow_once"},{"optionId":"a","kind":"allow_always"},
    {"optionId":"n","kind":"reject_once"}]}}
    """#

  static let leaves: [(mode: PermissionMode, kind: String, path: String, answer: String?)] = [
    (.edits, "edit", "/place/a", "y"), (.edits, "edit", "/place/../etc/a", nil),
    (.edits, "edit", "/etc/a", nil), (.edits, "execute", "/place/a", nil),
    (.edits, "read", "/etc/a", "y"), (.readOnly, "edit", "/place/a", "n"),
    (.readOnly, "search", "/", "y"), (.all, "execute", "/", "y"), (.ask, "edit", "/place/a", nil),
  ]

  @Test(arguments: leaves)
  func leaveIsGivenDeniedOrAskedForByTheMode(
    mode: PermissionMode, kind: String, path: String, answer: String?
  ) {
    for canAsk in [true, false] {
      var (interpreter, _) = Self.prompted(AgentSettings(permissionMode: mode), canAsk: canAsk)
      let request = Self.permission.replacing("\n", with: "").replacing("KIND", with: kind)
        .replacing("PATH", with: path)
      let reaction = interpreter.interpret(Self.line(request))
      let asked = reaction.events.contains { if case .asked = $0 { true } else { false } }
      #expect(asked == (answer == nil && canAsk))
      let expected = answer ?? (canAsk ? nil : "n")
      #expect(
        Self.text(reaction).contains(#""optionId":"\#(expected ?? "none")""#) == (expected != nil))
    }
  }

  @Test func anAnswerForOnceIsNeverTurnedIntoOneForEver() {
    var (interpreter, _) = Self.prompted(AgentSettings(permissionMode: .ask))
    let request = Self.permission.replacing("\n", with: "")
      .replacing(#"{"optionId":"y","kind":"allow_once"},"#, with: "")
    _ = interpreter.interpret(Self.line(request))
    let reaction = interpreter.carry(out: .answer(requestId: "acp-7", "allow"))
    #expect(Self.text(reaction).contains(#""outcome":"cancelled""#))
  }

  @Test func anInterruptAnswersEveryOpenRequest() {
    var (interpreter, _) = Self.prompted(AgentSettings(permissionMode: .ask))
    _ = interpreter.interpret(Self.line(Self.permission.replacing("\n", with: "")))
    let reaction = interpreter.carry(out: .interrupt)
    #expect(Self.text(reaction).contains("session/cancel"))
    #expect(Self.text(reaction).contains(#""outcome":"cancelled""#))
    #expect(reaction.events == [.withdrawn(requestId: "acp-7")])
  }

  @Test func whatIsSaidMeanwhileIsHeardAfterTheTurn() {
    var (interpreter, _) = Self.prompted()
    #expect(interpreter.carry(out: .message("And tests.")) == .none)
    let end = interpreter.interpret(Self.line(#"{"id":3,"result":{"stopReason":"end_turn"}}"#))
    #expect(Self.text(end).contains("And tests."))
    #expect(interpreter.rest == .working)
  }

  @Test func methodsItWasNotOfferedAreRefusedByName() {
    var (interpreter, _) = Self.prompted()
    let reaction = interpreter.interpret(
      Self.line(#"{"id":9,"method":"fs/write_text_file","params":{"path":"/a"}}"#))
    #expect(Self.text(reaction).contains("-32601"))
    #expect(Self.text(reaction).contains("fs/write_text_file"))
  }
}
