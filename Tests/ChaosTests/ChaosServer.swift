import JSON
import Posix
import TestSupport

/// Is one server with what it was asked and has not answered; it may be killed at any time.
final class ChaosServer {
  private let program: RunningProgram
  private(set) var open: [Int: Question] = [:]
  private var lastID = 0
  private(set) var isGone = false

  enum Question {
    case create(Int)
    case other
  }

  init(in house: ChaosHouse) throws {
    program = try Program.start(
      ["serve", "--allow-commands"], environment: house.environment, directory: house.work)
  }

  var pid: Int32 { program.pid }
  var errorText: String { program.errorText }

  func ask(_ tool: String, _ arguments: JSONValue, _ question: Question = .other) {
    lastID += 1
    open[lastID] = question
    do {
      try program.send(Modern.call(lastID, tool, arguments.text))
    } catch {
      // It was killed: what it has answered before can still be read.
    }
  }

  /// Takes the next answer there is, or what was left unanswered at the end; nil for neither.
  func take(within limit: Duration) throws -> (Question, JSONValue)? {
    guard !isGone else { return nil }
    do {
      guard let line = try program.nextLine(within: limit) else {
        isGone = true
        return nil
      }
      let message = try JSONValue.parse(line)
      guard let id = message["id"]?.intValue, let question = open.removeValue(forKey: id) else {
        throw ChaosFailure("an answer to nothing: \(line.prefix(400))")
      }
      return (question, message)
    } catch Program.Failure.tooSlow {
      return nil
    } catch Program.Failure.unexpected {
      // Its last words were cut short.
      isGone = true
      return nil
    }
  }

  /// Takes what is still to be read of one that was killed.
  func takeLast() throws -> [(Question, JSONValue)] {
    var all: [(Question, JSONValue)] = []
    while !isGone, let next = try take(within: .seconds(10)) { all.append(next) }
    return all
  }

  func kill() throws { _ = try program.process.signal(.kill) }

  /// Ends it as a client would.
  func leave() throws -> ExitStatus {
    program.closeInput()
    return try program.waitForExit(within: .seconds(10))
  }
}

/// Tells what was found that must never be.
struct ChaosFailure: Error, CustomStringConvertible {
  let description: String
  init(_ description: String) { self.description = description }
}
