import JSON
import Posix

/// Finds what the task is to do: in an argument, in a file, or on standard input.
enum BriefText {
  private static let limit = 4 << 20

  /// Fills `brief` or `input` of the tool's arguments.
  static func fill(
    _ arguments: inout JSONObject, from call: Invocation, operand: Int = 0
  ) throws(Complaint) {
    let sources = [
      call.operand(operand) == nil ? nil : "an argument",
      call[Options.file] == nil ? nil : "--file",
      call[Options.input] == nil ? nil : "--input",
    ].compactMap { $0 }
    guard sources.count <= 1 else {
      throw Complaint(
        "The work is given twice: \(sources.joined(separator: " and ")).",
        next: "Keep one of them.", code: .usage)
    }
    if let text = call[Options.input] {
      arguments["input"] = try json(
        text, of: "--input", next: "Correct it; `errand schemas TYPE --json` shows its schema.")
    } else if let path = call[Options.file] {
      arguments["brief"] = .string(try text(of: path))
    } else if let word = call.operand(operand) {
      arguments["brief"] = .string(word == "-" ? try standardInput() : word)
    } else if !Environment.isTerminal(0) {
      arguments["brief"] = .string(try standardInput())
    } else {
      throw missing(call)
    }
    if arguments["brief"]?.stringValue?.allSatisfy(\.isWhitespace) == true { throw missing(call) }
  }

  private static func missing(_ call: Invocation) -> Complaint {
    Complaint(
      "There is nothing to do: the brief is missing or empty.",
      why: ["Usage: \(call.command.usage)"],
      next: "Give it in quotes, with --file FILE, or on standard input with `-`.", code: .usage)
  }

  /// Reads an option's value that is JSON, or @ and a file that holds it.
  static func json(
    _ given: String, of option: String, next: String = "Correct it, or give @ and a file."
  ) throws(Complaint) -> JSONValue {
    let text = given.hasPrefix("@") ? try text(of: String(given.dropFirst())) : given
    do throws(JSONSyntaxError) {
      return try JSONValue.parse(text)
    } catch {
      throw Complaint(
        "The value of \(option) is not JSON.", why: [error.description], next: next, code: .usage)
    }
  }

  static func standardInput() throws(Complaint) -> String {
    let bytes: [UInt8]
    do throws(SystemError) {
      bytes = try Descriptor(duplicating: 0).readToEnd(limit: limit)
    } catch {
      throw unreadable("Standard input", error)
    }
    return try decoded(bytes, "Standard input")
  }

  private static func text(of path: String) throws(Complaint) -> String {
    if path == "-" { return try standardInput() }
    let bytes: [UInt8]
    do throws(SystemError) {
      // It may well be the end of a pipe.
      bytes = try Descriptor.open(path).readToEnd(limit: limit)
    } catch {
      // Of an open file the error knows only its number.
      throw unreadable(path, SystemError(error.call, error.code, path))
    }
    return try decoded(bytes, path)
  }

  private static func decoded(_ bytes: [UInt8], _ source: String) throws(Complaint) -> String {
    guard let text = String(validating: bytes, as: UTF8.self) else {
      throw Complaint(
        "\(source) is not UTF-8 text.", next: "Give the work as UTF-8 text.", code: .usage)
    }
    return text
  }

  private static func unreadable(_ source: String, _ error: SystemError) -> Complaint {
    Complaint(
      "\(source) cannot be read.", why: [error.description],
      next: error.isTooLarge ? "Give at most 4 MiB." : "Check the path and its permissions.",
      code: .usage)
  }
}
