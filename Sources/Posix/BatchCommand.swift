/// Runs a program to its end; what it reads and prints is in files, however much that is.
package enum BatchCommand {
  package struct Outcome: Sendable {
    package var status: ExitStatus
    package var output: String
    package var errors: String
  }

  /// Runs it in a folder of its own, which is given to `arguments`; ends it when it takes too long.
  package static func run(
    _ program: String, environment: [String: String], input: String = "",
    files given: [String: String] = [:], within limit: Duration = .seconds(20),
    arguments: (_ folder: String) -> [String]
  ) throws(SystemError) -> Outcome {
    let files = RealFileSystem()
    let folder = Path.join(
      environment["TMPDIR"] ?? "/tmp", "errand-\(UInt64.random(in: 0 ... .max))")
    try files.createDirectory(folder)
    // What is left in the folder for such things harms nobody.
    defer { try? files.removeTree(folder) }
    var texts = given
    texts["input"] = input
    for (name, text) in texts {
      try files.createFile(Path.join(folder, name)).append(Array(text.utf8))
    }
    let paths = [Path.join(folder, "output"), Path.join(folder, "errors")]
    let reading = try Descriptor.open(Path.join(folder, "input"), [.read])
    let output = try Descriptor.open(paths[0], [.write, .create])
    let errors = try Descriptor.open(paths[1], [.write, .create])
    let spec = ProcessSpec(
      executable: program, arguments: arguments(folder), environment: environment,
      descriptors: [0: reading.rawValue, 1: output.rawValue, 2: errors.rawValue])
    let child: ChildProcess
    do throws(SpawnFailure) { child = try ChildProcess.spawn(spec) } catch { throw error.error }
    let ended = try child.waitForExit(until: .after(limit))
    guard let status = try ended == nil ? child.endNow() : child.reap() else {
      throw .timedOut("wait", program)
    }
    return Outcome(
      status: status, output: try text(of: paths[0], files), errors: try text(of: paths[1], files))
  }

  private static func text(of path: String, _ files: RealFileSystem) throws(SystemError) -> String {
    String(decoding: try files.read(path, limit: 1 << 20), as: UTF8.self)
  }
}
