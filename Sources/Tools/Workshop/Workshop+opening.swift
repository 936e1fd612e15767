import Posix
import Runner
import TaskStore

extension Workshop.Setting {
  /// Takes everything from this process: its environment, its directory, its own program.
  package static func ofThisProcess(build: Build) throws(SystemError) -> Workshop.Setting {
    let environment = Environment.current
    let executable = try Environment.executablePath()
    var setting = Workshop.Setting(
      environment: environment, storeRoot: StoreLayout.defaultRoot(environment: environment),
      startDirectory: try Environment.currentDirectory(), build: build
    ) { (store) throws(RunnerError) in
      try RunnerLauncher.ensureRunning(store: store, executable: executable, build: build)
    }
    setting.pass = Self.pass(environment, for: setting.storeRoot)
    return setting
  }

  /// Without a pass an agent can still read; with one for another store, too.
  private static func pass(_ environment: [String: String], for root: String) -> AttemptPass? {
    do throws(PassError) {
      let pass = try AttemptPass.named(in: environment)
      return pass?.store == root ? pass : nil
    } catch {
      StandardError.write("errand: \(error); tasks can only be read here.\n")
      return nil
    }
  }
}
