import Posix

/// Runs programs for tests: the built `errand` beside the running test bundle, or any other.
package enum Program {
  /// Is what a finished run left behind.
  package struct Outcome: Sendable {
    package let status: ExitStatus
    package let output: [UInt8]
    package let errors: [UInt8]

    package var text: String { String(decoding: output, as: UTF8.self) }
    package var errorText: String { String(decoding: errors, as: UTF8.self) }
  }

  /// Tells that a program did not do what a test waited for.
  package enum Failure: Error, CustomStringConvertible {
    case tooSlow(waitingFor: String, errors: String)
    case unexpected(String)

    package var description: String {
      switch self {
      case .tooSlow(let what, let errors): "no \(what) in time; stderr: \(errors)"
      case .unexpected(let what): what
      }
    }
  }

  /// Gives the directory into which this test run was built.
  package static func buildDirectory() throws(SystemError) -> String {
    for argument in [try Environment.executablePath()] + Environment.arguments {
      var path = argument
      while path.contains(".xctest") { path = Path.parent(path) }
      if path != argument { return path }
    }
    return Path.parent(try Environment.executablePath())
  }

  /// Gives the path of the built `errand`.
  package static func errand() throws(SystemError) -> String {
    Path.join(try buildDirectory(), "errand")
  }

  /// Gives the path of the built agent that behaves badly.
  package static func hostileAgent() throws(SystemError) -> String {
    Path.join(try buildDirectory(), "hostile-agent")
  }

  /// Runs to the end, feeding `input`; kills and fails when that takes too long.
  package static func run(
    _ arguments: [String], executable: String? = nil, input: String = "",
    environment: [String: String] = [:], directory: String? = nil,
    within limit: Duration = .seconds(30)
  ) throws -> Outcome {
    let program = try start(
      arguments, executable: executable, environment: environment, directory: directory)
    if !input.isEmpty { try program.send(bytes: Array(input.utf8)) }
    program.closeInput()
    let output = try program.restOfOutput(within: limit)
    let status = try program.waitForExit(within: limit)
    return Outcome(status: status, output: output, errors: program.errors(complete: true))
  }

  /// Starts a program to talk with. The environment is what is given, with PATH added if missing.
  package static func start(
    _ arguments: [String], executable: String? = nil, environment: [String: String] = [:],
    directory: String? = nil
  ) throws -> RunningProgram {
    var environment = environment
    if environment["PATH"] == nil { environment["PATH"] = Environment.value("PATH") }
    let path = try executable ?? errand()
    return try RunningProgram(
      ProcessSpec(
        executable: path, arguments: arguments, environment: environment, directory: directory))
  }
}
