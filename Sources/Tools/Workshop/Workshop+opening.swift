import Posix
import Runner
import TaskStore

extension Workshop.Setting {
  /// Takes everything from this process: its environment, its directory, its own program.
  package static func ofThisProcess(build: Build) throws(SystemError) -> Workshop.Setting {
    let environment = Environment.current
    let executable = try Environment.executablePath()
    let pass = pass(environment)
    let root = StoreLayout.defaultRoot(environment: environment)
    // An agent is told its attempt, not where the store is.
    let isNamed = environment["ERRAND_HOME"] != nil
    var setting = Workshop.Setting(
      environment: environment, storeRoot: isNamed ? root : pass?.store ?? root,
      startDirectory: startDirectory, build: build
    ) { (store) throws(RunnerError) in
      try RunnerLauncher.ensureRunning(store: store, executable: executable, build: build)
    }
    if let pass, pass.store == setting.storeRoot {
      setting.pass = pass
      setting.environment["ERRAND_CONFIG"] =
        pass.configuration ?? Configuration.path(environment: environment)
    }
    return setting
  }

  /// Gives the current directory; the root, which opens no place and serves no task, where that was
  /// removed under us, as a task may remove its own.
  private static var startDirectory: String {
    do throws(SystemError) { return try Environment.currentDirectory() } catch { return "/" }
  }

  /// Without a pass an agent can still read; with one for another store, too.
  private static func pass(_ environment: [String: String]) -> AttemptPass? {
    do throws(PassError) {
      return try AttemptPass.named(in: environment)
    } catch {
      StandardError.write("errand: \(error); tasks can only be read here.\n")
      return nil
    }
  }
}
