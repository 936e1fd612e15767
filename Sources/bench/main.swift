import Posix

// Prints what Errand costs, each figure beside a yardstick of the same run.

/// Runs the benchmarks asked for in a folder that goes away with them.
func measure(_ options: Options, in folder: String) throws {
  let beside = Path.parent(try Environment.executablePath())
  let environment = [
    "ERRAND_HOME": folder + "/home", "ERRAND_CONFIG": folder + "/config/config.json",
    "HOME": folder, "PATH": Environment.value("PATH") ?? "/usr/bin:/bin",
  ]
  let programs = WireBench.Programs(
    errand: options.errand ?? beside + "/errand", yardstick: beside + "/yardstick",
    environment: environment)
  let wanted = options.only.map { [$0] } ?? Options.Part.allCases
  var report = Report(asJSON: options.asJSON)
  for part in wanted {
    switch part {
    case .json: try JSONBench(rounds: options.isQuick ? 200 : 2000).run(&report)
    case .wire:
      if options.only == nil, try runPinned(options, environment) { continue }
      try WireBench(programs: programs, rounds: options.isQuick ? 200 : 2000).run(&report)
    case .store:
      let sizes = options.isQuick ? [1000] : [1000, 10_000, 100_000]
      try StoreBench(
        folder: folder, programs: programs, rounds: options.isQuick ? 50 : 300,
        sizes: sizes + (options.isLarge ? [1_000_000] : []), withAgents: !options.isQuick
      ).run(&report)
    case .tasks:
      let work = folder + "/work"
      try RealFileSystem().createDirectory(work)
      try AgentBench(programs: programs, folder: work, rounds: options.isQuick ? 150 : 1000)
        .run(&report)
      try CrowdBench(programs: programs, folder: work, agents: options.isQuick ? 20 : 200)
        .run(&report)
    case .console:
      let work = folder + "/console-work"
      try RealFileSystem().createDirectory(work)
      try ConsoleBench(programs: programs, folder: work, rounds: options.isQuick ? 5 : 20)
        .run(&report)
    }
  }
  report.finish()
}

/// Runs the wire's part on one processor, where a round trip shows what it costs and not where it
/// was scheduled; false where that cannot be asked for.
func runPinned(_ options: Options, _ environment: [String: String]) throws -> Bool {
  guard let taskset = Environment.which("taskset", path: environment["PATH"]) else { return false }
  let child = try ChildProcess.spawn(
    ProcessSpec(
      executable: taskset,
      arguments: ["-c", "0", try Environment.executablePath()] + options.arguments(only: .wire),
      environment: Environment.current, descriptors: [1: 1, 2: 2]))
  _ = try child.waitForExit()
  guard try child.reap().isSuccess else {
    throw Options.Misuse(description: "the pinned part failed")
  }
  return true
}

Signal.ignoreBrokenPipe()
do {
  let options = try Options(Array(Environment.arguments.dropFirst()))
  let base = try Environment.realPath(Environment.value("TMPDIR") ?? "/tmp")
  let folder = Path.join(base, "errand-bench-\(ProcessTable.currentPID)")
  try RealFileSystem().createDirectory(folder)
  defer {
    // Leftovers in the temporary folder harm nobody, and the figures are out already.
    try? RealFileSystem().removeTree(folder)
  }
  try measure(options, in: folder)
} catch let misuse as Options.Misuse {
  StandardError.write("bench: \(misuse)\n")
  exitNow(2)
} catch {
  StandardError.write("bench: \(error)\n")
  exitNow(1)
}
