import JSON
import Posix
import Tasks

/// Holds what a person may set; every default stands here, and the file is optional.
package struct Configuration: Sendable, Hashable {
  package var profiles: [Profile] = []
  /// Named when a task names none; absent means the first agent that is installed.
  package var defaultProfile: String?
  /// Directories, with all below them, in which agents may work; empty means home and start.
  package var roots: [String] = []
  /// Attempts at once; absent means one a core, at least two.
  package var maxParallel: Int = max(2, Environment.processorCount)
  package var timeouts = Timeouts()
  package var budget = Budget(usd: 5)
  /// The most all tasks of a day (UTC) may cost before no more are started.
  package var dailyUsd = 50.0
  /// What models cost, for agents that tell only tokens.
  package var prices: [String: Price] = [:]
  /// Lets what a used-up quota stopped go on by itself once the quota is back.
  package var autoResume = false
  /// Lets a chat client run commands of its own choice.
  package var allowCommands = false
  package var questions = Questions()
  package var env = PassedEnvironment()
  package var retention = Retention()
  package var limits = Limits()
  package var console = ConsoleSetting()
  package var signing = Signing()
  package var team = "local"

  /// Sets how long things may take, in seconds.
  package struct Timeouts: Sendable, Hashable {
    package var dispatch = 300
    package var start = 90
    package var running = 7200
    package var grace = 5
    package var check = 600
    /// Zero sets no limit.
    package var silence = 0
    package init() {}
  }

  /// Names variables every agent gets beside the fixed few.
  package struct PassedEnvironment: Sendable, Hashable {
    package var pass: [String] = []
    package init() {}
  }

  /// Names the user's own key, with which ssh-keygen signs what attempts hand in.
  package struct Signing: Sendable, Hashable {
    /// Absent: nothing is signed.
    package var key: String?
    /// Whose signatures are good, in ssh's own form; absent: those of the key.
    package var allowedSigners: String?
    package init() {}
  }

  /// Describes one way to run tasks.
  package struct Profile: Sendable, Hashable {
    package var name: String
    package var adapter: AdapterKind
    package var executable: String?
    package var arguments: [String] = []
    package var env: [String: String] = [:]
    package var passEnv: [String] = []
    package var model: String?
    package var effort: String?
    package var permissionMode = PermissionMode.edits
    package var directories: [String] = []
    package var budget = Budget()
    package var timeouts = ProfileTimeouts()
    package var questions: Questions?
    package var maxParallel: Int?
    /// Lets several of its tasks work in one directory at once.
    package var sharedDirectory = false
    /// Names whose quota it uses; absent means its program's.
    package var account: String?
    /// Run in each new worktree or scratch folder before the agent: program and arguments.
    package var setup: [String] = []
    /// Beginnings of ignored paths that can be made anew, so that they keep no worktree.
    package var disposable: [String] = []

    package init(name: String, adapter: AdapterKind) {
      self.name = name
      self.adapter = adapter
    }
  }

  /// Sets what one profile may lower.
  package struct ProfileTimeouts: Sendable, Hashable {
    package var running: Int?
    package var setup: Int?
    package init() {}
  }

  package init() {}

  /// Finds the file: `$ERRAND_CONFIG`, else below `$XDG_CONFIG_HOME`, else below the home.
  package static func path(environment: [String: String]) -> String {
    NamedPlace.path("ERRAND_CONFIG", in: environment)
      ?? Path.join(
        NamedPlace.folder("XDG_CONFIG_HOME", or: ".config", in: environment),
        "errand/config.json")
  }

  /// Reads the file as it is now; none is the defaults. Unknown keys are told, not refused.
  package static func load(
    environment: [String: String], files: any FileSystem = RealFileSystem()
  ) throws(ConfigurationError) -> (Configuration, warnings: [String]) {
    let path = path(environment: environment)
    let bytes: [UInt8]
    do throws(SystemError) {
      bytes = try files.read(path, limit: 1 << 20)
    } catch {
      if error.isNotFound { return (Configuration(), []) }
      throw .unreadable(path: path, error)
    }
    let value: JSONValue
    do throws(JSONSyntaxError) {
      value = try JSONValue.parse(bytes)
    } catch {
      throw .syntax(path: path, error)
    }
    return (try decode(value, path), unknownKeys(value, path))
  }
}
