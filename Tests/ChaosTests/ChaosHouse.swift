import JSON
import Posix
import TestSupport

/// Names the places of one run, and finds who works in them.
struct ChaosHouse {
  let root: String

  init(root: String) throws {
    self.root = root
    for folder in [work, marks, config] { try RealFileSystem().createDirectory(folder) }
    try writeFile(config + "/config.json", #"{"maxParallel":6}"#)
  }

  var store: String { root + "/store" }
  var work: String { root + "/work" }
  var marks: String { root + "/marks" }
  var stop: String { root + "/stop" }
  private var config: String { root + "/config" }

  /// Is handed on to everything that is started, agents included.
  var marker: String { "HOME=\(root)" }

  var environment: [String: String] {
    [
      "ERRAND_HOME": store, "ERRAND_CONFIG": config + "/config.json", "HOME": root,
      "PATH": Environment.value("PATH") ?? "/usr/bin:/bin", "LANG": "C.UTF-8",
    ]
  }

  func everybody() throws -> [ProcessRecord] { try ProcessTable.carrying(marker: marker) }

  /// Names the runner by what it says of itself, if that is true.
  func runner() throws -> ProcessIdentity? {
    let path = store + "/run/runner.json"
    guard try RealFileSystem().exists(path) else { return nil }
    let text = try RealFileSystem().read(path, limit: 1 << 16)
    guard let pid = try JSONValue.parse(text)["pid"]?.intValue.flatMap(Int32.init(exactly:)),
      let found = try everybody().first(where: { $0.pid == pid })
    else { return nil }
    return found.identity
  }
}
