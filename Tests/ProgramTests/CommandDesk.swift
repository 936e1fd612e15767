import JSON
import Posix
import TestSupport
import Testing

/// Is a command line on a store of its own.
struct CommandDesk: Sendable {
  private let root: String

  init(root: String) { self.root = root }

  var store: String { root + "/store" }
  var configuration: String { root + "/settings/config.json" }
  /// Is where the person stands and tasks work.
  var folder: String { root + "/work" }

  var environment: [String: String] {
    [
      "ERRAND_HOME": store, "ERRAND_CONFIG": configuration, "HOME": root + "/home",
      "PATH": Environment.value("PATH") ?? "/usr/bin:/bin", "LANG": "C.UTF-8",
    ]
  }

  /// Runs one command to its end, in a directory that tasks may work in.
  func errand(
    _ arguments: [String], input: String = "", environment more: [String: String] = [:]
  ) throws -> Program.Outcome {
    try Program.run(
      arguments, input: input, environment: environment.merging(more) { _, new in new },
      directory: folder, within: .seconds(40))
  }

  /// Starts one command to talk with.
  func start(_ arguments: [String]) throws -> RunningProgram {
    try Program.start(arguments, environment: environment, directory: folder)
  }

  /// Runs a command that must succeed, and reads what it printed as JSON.
  func json(_ arguments: [String]) throws -> JSONValue {
    let outcome = try errand(arguments)
    try #require(outcome.status == .exited(code: 0), "\(arguments): \(outcome.errorText)")
    return try JSONValue.parse(outcome.output.dropLast(outcome.output.last == 10 ? 1 : 0))
  }

  /// Runs a script as a task to its end; gives its id.
  func task(_ script: String, name: String? = nil) throws -> String {
    let naming = name.map { ["--name", $0] } ?? []
    let outcome = try errand(["run", "--profile", "shell", "--watch", "-q"] + naming + [script])
    let id = outcome.text.split(separator: "\n").first.map(String.init)
    return try #require(id, "\(outcome.errorText)")
  }
}

/// Lends a command line on a fresh store, and leaves no runner of it behind.
func withCommandDesk(_ body: (CommandDesk) throws -> Void) throws {
  try withTemporaryDirectory { root in
    let desk = CommandDesk(root: root)
    // Tasks may work neither beside the configuration nor above the home.
    for name in ["home", "settings", "work"] {
      try RealFileSystem().createDirectory("\(root)/\(name)")
    }
    defer {
      // A test that has failed must tell its own error, not that of its teardown.
      try? dismissRunner(of: desk.store)
    }
    try body(desk)
  }
}

/// Ends what belongs to a store that is about to vanish, and waits until it is gone.
func dismissRunner(of store: String) throws {
  // Asked again and again: one that was asked may have started another just before.
  let isGone = try eventually {
    let left = try ProcessTable.carrying(marker: "ERRAND_HOME=\(store)")
    for process in left { try ProcessTable.signal(process.identity, .terminate) }
    return left.isEmpty
  }
  #expect(isGone, "a process of the test's store is left")
}
