import Agents
import JSON
import Posix
import Tasks

/// Plays a recording to the interpreter of its agent, answering what it asks.
struct Replay {
  private(set) var interpreter: any AgentInterpreter
  private(set) var standing = AgentStanding()
  /// Everything that happened, a line each; what we write begins with an arrow.
  private(set) var story: [String] = []
  private var answers: ArraySlice<JSONValue>
  private let traits: AgentTraits

  init(_ recording: Recording) {
    let adapter = recording.adapter
    traits = adapter.traits
    interpreter = adapter.interpreter(
      for: recording.brief, in: AgentPlace(directory: "/work", attemptFolder: "/attempt"))
    answers = recording.answers[...]
    take(interpreter.open())
  }

  mutating func hear(_ line: AgentLine) { take(interpreter.interpret(line)) }

  mutating func finish() { take(interpreter.finish()) }

  /// Says how it rests, and what its end means together with that of its process.
  mutating func end(_ exit: ExitStatus, _ lastErrorLine: String?) {
    if !standing.openCalls.isEmpty {
      story.append("open calls: \(standing.openCalls.values.sorted().joined(separator: ", "))")
    }
    story.append("in all: \(EventText.usage(standing.usage))")
    story.append("rest: \(interpreter.rest)")
    story.append("\(exit) → \(EventText.outcome(outcome(exit, lastErrorLine)))")
  }

  func outcome(_ exit: ExitStatus, _ lastErrorLine: String?) -> Settlement.Outcome {
    standing.outcome(exit: exit, traits, lastErrorLine: lastErrorLine)
  }

  private mutating func take(_ reaction: Reaction) {
    for event in reaction.events {
      standing.take(event)
      story.append(EventText.event(event))
    }
    for line in reaction.bytes.split(separator: UInt8(ascii: "\n")) {
      story.append("→ " + EventText.short(String(decoding: line, as: UTF8.self)))
    }
    for case .asked(let question) in reaction.events {
      guard let answer = answers.popFirst() else { continue }
      story.append("answer \(answer.text)")
      take(interpreter.carry(out: .answer(requestId: question.requestId, answer)))
    }
  }
}
