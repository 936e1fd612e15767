import JSON

/// Names a version and build of this program.
package struct Build: Sendable, Hashable {
  package var version: String
  package var build: String

  package init(version: String, build: String) {
    self.version = version
    self.build = build
  }

  /// Is newer than none.
  package static let unknown = Build(version: "0", build: "")

  /// Tells whether this is a later version than another, number by number.
  package func isNewer(than other: Build) -> Bool {
    let (own, others) = (Self.numbers(version), Self.numbers(other.version))
    return others.lexicographicallyPrecedes(own)
  }

  private static func numbers(_ version: String) -> [Int] {
    version.split(whereSeparator: { !$0.isNumber }).prefix(4).map { Int($0) ?? 0 }
  }
}

/// Says who runs the store's tasks; the file `runner.json` while a runner lives.
package struct RunnerPresence: Sendable, Hashable {
  package var version: String
  package var build: String
  package var pid: Int
  package var startTicks: String
  /// Is where it serves the console, if it does.
  package var consolePort: Int?

  package var asBuild: Build { Build(version: version, build: build) }
}

extension RunnerPresence: JSONCodable {
  package static let json = Codec.object(
    Self.init,
    required("version", \.version, .string, "The program's version."),
    required("build", \.build, .string, "The program's build."),
    required("pid", \.pid, .int, "Process number, meaningful only together with its start."),
    required("startTicks", \.startTicks, .string, "When the process started, in ticks."),
    optional("consolePort", \.consolePort, .int(1...65_535), "Where the console is served."))
}
