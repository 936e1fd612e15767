import JSON
import Posix
import Runner

/// Is the throw-away place of the demonstration: a store, a configuration and a git repository.
struct DemoHouse: Sendable {
  let root: String
  let executable: String
  private let git: String

  var repository: String { Path.join(root, "project") }
  private var home: String { Path.join(root, "store") }
  private var configuration: String { Path.join(root, "settings/config.json") }

  /// Makes everything, under the system's folder for temporary files.
  static func make() throws(DemoFailure) -> DemoHouse {
    do throws(SystemError) {
      let folder = Environment.value("TMPDIR") ?? "/tmp"
      let name = "errand-demo-" + String(UInt64.random(in: .min ... .max), radix: 36)
      let git = Environment.which("git", path: Environment.value("PATH"))
      guard let git else { throw .notFound("which", "git") }
      let files = RealFileSystem()
      let root = Path.join(try Environment.realPath(folder), name)
      let house = DemoHouse(
        root: root, executable: try Environment.executablePath(), git: git)
      try files.createDirectories(house.repository)
      try files.createDirectories(house.home)
      try files.createDirectories(Path.parent(house.configuration))
      let roots: JSONValue = ["roots": .array([.string(house.repository)])]
      try files.replace(house.configuration, with: roots.bytes)
      return house
    } catch {
      throw .system(error)
    }
  }

  /// Keeps the person's own store and settings out of reach of everything started here.
  var environment: [String: String] {
    let kept = ["PATH", "HOME", "USER", "LOGNAME", "SHELL", "LANG", "LC_ALL", "TMPDIR", "TERM"]
    var environment = Environment.current.filter { kept.contains($0.key) }
    environment["ERRAND_HOME"] = home
    environment["ERRAND_CONFIG"] = configuration
    // Words a person's git configuration might add: signing, hooks, templates.
    environment["GIT_CONFIG_GLOBAL"] = "/dev/null"
    return environment
  }

  func server(_ client: String) -> ProcessSpec {
    ProcessSpec(
      executable: executable, arguments: ["serve", "--allow-commands", "--client", client],
      environment: environment, directory: repository)
  }

  /// Runs git in the repository and gives what it printed.
  @discardableResult
  func git(_ arguments: [String]) throws(DemoFailure) -> String {
    let identity = [
      "-c", "user.name=Errand demo", "-c", "user.email=demo@localhost",
      "-c", "commit.gpgsign=false", "-c", "init.defaultBranch=main",
    ]
    do {
      let output = try Pipe.make()
      let child = try ChildProcess.spawn(
        ProcessSpec(
          executable: git, arguments: identity + arguments, environment: environment,
          directory: repository, descriptors: [1: output.writing.rawValue, 2: 2]))
      let bytes = try output.takeReading().readToEnd(limit: 1 << 20)
      let status = try child.reap()
      try insist("git \(arguments[0]) works (\(status))", status.isSuccess)
      return String(decoding: bytes, as: UTF8.self)
    } catch let failure as DemoFailure {
      throw failure
    } catch let failure as SpawnFailure {
      throw .spawn(failure.description)
    } catch {
      throw .notTrue("git \(arguments[0]) works: \(error)")
    }
  }

  /// Asks what is left to go, by force after a while; gives the names of what would not.
  func evict(within time: Duration) throws(DemoFailure) -> [String] {
    let gentle = MonotonicTime.after(time)
    let final = gentle + .seconds(2)
    do throws(SystemError) {
      while true {
        let left = try processes()
        if left.isEmpty { return [] }
        if final.remaining == .zero { return left.map { "\($0.name) (\($0.pid))" } }
        // Asked again and again: one that was asked may have started another just before.
        let signal: Signal = gentle.remaining == .zero ? .kill : .terminate
        for process in left { try ProcessTable.signal(process.identity, signal) }
        _ = try Poller.wait([], until: .after(.milliseconds(20)))
      }
    } catch {
      throw .system(error)
    }
  }

  /// Lists the servers, runners and supervisors of this house's store.
  private func processes() throws(SystemError) -> [ProcessRecord] {
    try ProcessTable.carrying(marker: "ERRAND_HOME=\(home)")
  }

  /// Leaves in a hurry; what cannot be ended or removed now stays under the temporary folder.
  func abandon() {
    do throws(DemoFailure) {
      _ = try evict(within: .seconds(1))
      try remove()
    } catch {
      StandardError.write("\(root) is left behind: \(error)\n")
    }
  }

  func remove() throws(DemoFailure) {
    do throws(SystemError) {
      try RealFileSystem().removeTree(root)
    } catch {
      throw .system(error)
    }
  }
}
