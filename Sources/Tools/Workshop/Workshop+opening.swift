import Posix
import Runner
import TaskStore

extension Workshop.Setting {
  /// Takes everything from this process: its environment, its directory, its own program.
  package static func ofThisProcess(build: Build) throws(SystemError) -> Workshop.Setting {
    let environment = Environment.current
    let executable = try Environment.executablePath()
    return Workshop.Setting(
      environment: environment, storeRoot: StoreLayout.defaultRoot(environment: environment),
      startDirectory: try Environment.currentDirectory(), build: build
    ) { (store) throws(RunnerError) in
      try RunnerLauncher.ensureRunning(store: store, executable: executable, build: build)
    }
  }
}
