import Posix
import Tasks

/// Runs git so that nothing a repository says can make it run something else, wait or prompt.
struct GitCommand: Sendable {
  let executable: String
  /// Only what git needs; its own variables are set per call.
  let environment: [String: String]

  struct Output: Sendable {
    var status: ExitStatus
    var bytes: [UInt8]
    /// More came than was asked for; the rest was thrown away.
    var isCut: Bool
    var complaint: String

    var lines: [String] {
      String(decoding: bytes, as: UTF8.self).split(separator: "\n").map(String.init)
    }
  }

  /// Overrides settings of the user's and the repository's by which git would run other programs.
  private static let hardening = [
    "core.hooksPath=/dev/null", "core.fsmonitor=false", "core.pager=cat", "core.editor=true",
    "core.sshCommand=false", "credential.helper=", "core.askPass=",
    "protocol.allow=never", "submodule.recurse=false", "diff.ignoreSubmodules=dirty",
    "gc.auto=0", "maintenance.auto=false", "core.compression=0",
  ]

  init(environment: [String: String]) throws(GitFailure) {
    guard let found = Environment.which("git", path: environment["PATH"]) else { throw .noGit }
    executable = found
    let kept = [
      "PATH", "HOME", "XDG_CONFIG_HOME", AgentEnvironment.Name.attempt, AgentEnvironment.Name.mark,
    ]
    self.environment = environment.filter { kept.contains($0.key) }
  }

  /// Runs one command to its end and takes what it prints, up to a limit; `input` is a file.
  func run(
    _ arguments: [String], in directory: String, variables: [String: String] = [:],
    input: String = "/dev/null", limit: Int = 1 << 20, until deadline: MonotonicTime
  ) throws(GitFailure) -> Output {
    let name = arguments.first ?? ""
    do throws(SystemError) {
      let output = try Pipe.make()
      let errors = try Pipe.make()
      let input = try Descriptor.open(input)
      let spec = ProcessSpec(
        executable: executable,
        arguments: Self.hardening.flatMap { ["-c", $0] } + ["--no-pager"] + arguments,
        environment: environment.merging(Self.quiet) { $1 }.merging(variables) { $1 },
        directory: directory,
        descriptors: [
          0: input.rawValue, 1: output.writing.rawValue, 2: errors.writing.rawValue,
        ])
      let child: ChildProcess
      do throws(SpawnFailure) {
        child = try ChildProcess.spawnPatiently(spec, until: deadline)
      } catch {
        throw error.error
      }
      return try Self.collect(
        child, output: output.takeReading(), errors: errors.takeReading(), limit, deadline)
    } catch {
      if error.isTimedOut { throw .tookTooLong(command: name) }
      throw GitFailure(error)
    }
  }

  /// Runs a command that must succeed.
  func demand(
    _ arguments: [String], in directory: String, variables: [String: String] = [:],
    limit: Int = 1 << 20, until deadline: MonotonicTime
  ) throws(GitFailure) -> Output {
    let output = try run(
      arguments, in: directory, variables: variables, limit: limit, until: deadline)
    guard output.status.isSuccess else {
      throw .refused(
        command: arguments.first ?? "", status: output.status.description,
        complaint: output.complaint)
    }
    return output
  }

  private static let quiet = [
    "GIT_TERMINAL_PROMPT": "0", "GIT_OPTIONAL_LOCKS": "0", "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_ATTR_NOSYSTEM": "1", "GIT_NO_LAZY_FETCH": "1", "LC_ALL": "C",
  ]

  private static func collect(
    _ child: ChildProcess, output: consuming Descriptor, errors: consuming Descriptor,
    _ limit: Int, _ deadline: MonotonicTime
  ) throws(SystemError) -> Output {
    var kept = BoundedBytes(limit: limit)
    var complaint = BoundedBytes(limit: 4096)
    var open = [output.rawValue, errors.rawValue]
    do throws(SystemError) {
      while !open.isEmpty {
        let ready = try Poller.wait(open.map { ($0, .readable) }, until: deadline)
        if ready.isEmpty { throw .timedOut("git", "") }
        for number in open where ready[number] != nil {
          let isOutput = number == output.rawValue
          let bytes = try isOutput ? output.read(upTo: 65536) : errors.read(upTo: 65536)
          if bytes.isEmpty { open.removeAll { $0 == number } }
          if isOutput { kept.append(bytes) } else { complaint.append(bytes) }
        }
      }
      guard try child.waitForExit(until: deadline) != nil else { throw .timedOut("git", "") }
    } catch {
      // Killed before it is reaped, so that the number is still its own.
      try child.endNow()
      throw error
    }
    return Output(
      status: try child.reap(), bytes: kept.bytes, isCut: kept.isCut,
      complaint: CleanText.line(String(decoding: complaint.bytes, as: UTF8.self), limit: 300))
  }
}

/// Keeps the beginning of a stream up to a limit.
struct BoundedBytes: Sendable {
  private(set) var bytes: [UInt8] = []
  private(set) var isCut = false
  let limit: Int

  init(limit: Int) { self.limit = limit }

  mutating func append(_ more: [UInt8]) {
    let room = limit - bytes.count
    if more.count > room { isCut = true }
    bytes += more.prefix(room)
  }
}
