import Posix

// Prints what Errand costs, each figure beside a yardstick of the same run.
//   swift run -c release bench [--quick] [--json] [--large]

Signal.ignoreBrokenPipe()
let arguments = Environment.arguments.dropFirst()
if let unknown = arguments.first(where: { !["--quick", "--json", "--large"].contains($0) }) {
  StandardError.write("bench: \(unknown) is not known. Use --quick, --json or --large.\n")
  exitNow(2)
}
let isQuick = arguments.contains("--quick")

/// Runs all benchmarks in a folder that goes away with them.
func measure(in folder: String) throws {
  let beside = Path.parent(try Environment.executablePath())
  let environment = [
    "ERRAND_HOME": folder + "/home", "ERRAND_CONFIG": folder + "/config.json", "HOME": folder,
    "PATH": Environment.value("PATH") ?? "/usr/bin:/bin",
  ]
  let programs = WireBench.Programs(
    errand: beside + "/errand", yardstick: beside + "/yardstick", environment: environment)
  var report = Report(asJSON: arguments.contains("--json"))
  try WireBench(programs: programs, rounds: isQuick ? 200 : 2000).run(&report)
  let sizes = isQuick ? [1000] : [1000, 10_000, 100_000]
  try StoreBench(
    folder: folder, environment: environment, rounds: isQuick ? 50 : 300,
    sizes: sizes + (arguments.contains("--large") ? [1_000_000] : [])
  ).run(&report)
  try AgentBench(programs: programs, folder: folder, rounds: isQuick ? 150 : 1000).run(&report)
  report.finish()
}

do {
  let files = RealFileSystem()
  let base = try Environment.realPath(Environment.value("TMPDIR") ?? "/tmp")
  let folder = Path.join(base, "errand-bench-\(ProcessTable.currentPID)")
  try files.createDirectory(folder)
  defer {
    // Leftovers in the temporary folder harm nobody, and the figures are out already.
    try? files.removeTree(folder)
  }
  try measure(in: folder)
} catch {
  StandardError.write("bench: \(error)\n")
  exitNow(1)
}
