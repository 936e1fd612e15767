import Posix

/// Runs a command of the system to its end, and reads all it printed.
struct SystemCommand {
  let environment: [String: String]

  struct Outcome: Sendable {
    var status: ExitStatus
    var output: String
    var errors: String
  }

  /// Gives nil where there is no such program.
  func run(_ name: String, _ arguments: [String]) throws(Complaint) -> Outcome? {
    guard let program = Environment.which(name, path: environment["PATH"]) else { return nil }
    do {
      return try Self.outcome(
        ProcessSpec(executable: program, arguments: arguments, environment: environment))
    } catch {
      throw Complaint(
        "`\(name)` could not be run.", why: ["\(error)"], next: "Run `errand doctor`.",
        code: .tryLater)
    }
  }

  /// Lets it print into files, however much that is.
  private static func outcome(_ spec: ProcessSpec) throws -> Outcome {
    let files = RealFileSystem()
    let folder = Path.join(
      spec.environment["TMPDIR"] ?? "/tmp", "errand-\(UInt64.random(in: 0 ... .max))")
    try files.createDirectory(folder)
    // What is left of a few lines in the folder for such things harms nobody.
    defer { try? files.removeTree(folder) }
    let paths = [Path.join(folder, "output"), Path.join(folder, "errors")]
    let output = try Descriptor.open(paths[0], [.write, .create])
    let errors = try Descriptor.open(paths[1], [.write, .create])
    var spec = spec
    spec.descriptors = [1: output.rawValue, 2: errors.rawValue]
    let child = try ChildProcess.spawn(spec)
    if try child.waitForExit(until: .after(.seconds(20))) == nil { try child.signalGroup(.kill) }
    let status = try child.reap()
    let texts = try paths.map {
      String(decoding: try files.read($0, limit: 1 << 20), as: UTF8.self)
    }
    return Outcome(status: status, output: texts[0], errors: texts[1])
  }
}
