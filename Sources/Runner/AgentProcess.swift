import Agents
import Posix
import Tasks

/// Starts an agent in a session of its own, with exactly three descriptors.
struct AgentProcess {
  let child: ChildProcess
  let streams: AgentStreams

  static func start(
    _ launch: AgentLaunch, in directory: String, environment: [String: String],
    marker: String, transcript: BoundedFile, errorLog: BoundedFile, redactor: Redactor,
    hearsErrors: Bool = false, leavesOutPieces: Bool = false
  ) throws(Unfit) -> AgentProcess {
    let executable = try program(launch.program, in: directory, environment["PATH"])
    do throws(SpawnFailure) {
      let output = try pipe()
      let errors = try pipe()
      let input = try pipe()
      var spec = ProcessSpec(
        executable: executable, arguments: launch.arguments, environment: environment,
        directory: directory,
        descriptors: [1: output.writing.rawValue, 2: errors.writing.rawValue], brand: marker)
      var inputBytes: [UInt8] = []
      if launch.input != .nothing { spec.descriptors[0] = input.reading.rawValue }
      if case .text(let bytes) = launch.input { inputBytes = bytes }
      return AgentProcess(
        child: try ChildProcess.spawn(spec),
        streams: AgentStreams(
          output: output.takeReading(), errors: errors.takeReading(), input: input.takeWriting(),
          inputBytes: inputBytes, isDialogue: launch.input == .dialogue, transcript: transcript,
          errorLog: errorLog, redactor: redactor, hearsErrors: hearsErrors,
          leavesOutPieces: leavesOutPieces))
    } catch {
      throw unfit(error)
    }
  }

  private static func pipe() throws(SpawnFailure) -> Pipe {
    do throws(SystemError) { return try Pipe.make() } catch { throw .system(error) }
  }

  private static func program(
    _ program: AgentLaunch.Program, in directory: String, _ path: String?
  ) throws(Unfit) -> String {
    switch program {
    case .path(let path): return path
    case .named(let name):
      let place = name.contains("/") ? Path.join(directory, name) : name
      guard let found = Environment.which(place, path: path) else {
        throw Unfit(.agentMissing, "There is no program \(name) to run.")
      }
      return found
    }
  }

  private static func unfit(_ failure: SpawnFailure) -> Unfit {
    switch failure {
    case .program(let error): Unfit(.agentMissing, "The program cannot be started: \(error).")
    case .directory(let error): Unfit(.workspaceError, "The directory cannot be used: \(error).")
    case .system(let error), .unwatched(let error):
      Unfit(.unknown, "No process could be started: \(error).", mayPass: failure.mayPass)
    }
  }
}
