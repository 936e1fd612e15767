// swift-tools-version: 6.2
import PackageDescription

// One target per room, bottom-up; a room knows only rooms below it.

let strict: [SwiftSetting] = [
  .treatAllWarnings(as: .error),
  .strictMemorySafety(),
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("MemberImportVisibility"),
  .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
  .enableUpcomingFeature("InferIsolatedConformances"),
]

func room(_ name: String, _ below: [Target.Dependency] = []) -> Target {
  .target(name: name, dependencies: below, swiftSettings: strict)
}

/// Is optimized in debug builds, too: tests have it compute for minutes.
func busyRoom(_ name: String, _ below: [Target.Dependency] = []) -> Target {
  .target(
    name: name, dependencies: below,
    swiftSettings: strict + [.unsafeFlags(["-O"], .when(configuration: .debug))])
}

func program(_ name: String, _ below: [Target.Dependency]) -> Target {
  .executableTarget(name: name, dependencies: below, swiftSettings: strict)
}

/// Data folders are excluded, not resources: resources would bring Foundation in. Tests find them
/// beside their own sources.
func tests(_ room: String, _ below: [Target.Dependency], data: [String] = []) -> Target {
  .testTarget(
    name: "\(room)Tests", dependencies: below, exclude: data, swiftSettings: strict)
}

let package = Package(
  name: "Errand",
  platforms: [.macOS(.v15)],
  products: [
    .executable(name: "errand", targets: ["errand"])
  ],
  targets: [
    // Floor 0: what the system and the wire are made of.
    .target(name: "CPosix"),
    room("Posix", ["CPosix"]),
    busyRoom("JSON"),

    // Floor 1: conversations, and what a task is.
    room("JSONRPC", ["JSON", "Posix"]),
    room("MCP", ["JSON", "JSONRPC"]),
    room("HTTP", ["Posix"]),
    busyRoom("Tasks", ["JSON"]),

    // Floor 2: the record on disk, and one agent process.
    busyRoom("TaskStore", ["Tasks", "JSON", "Posix"]),
    room("Agents", ["Tasks", "JSON", "JSONRPC", "Posix"]),

    // Floor 3: what runs.
    room("Runner", ["TaskStore", "Agents", "Tasks", "JSON", "Posix"]),

    // Floor 4: what can be asked for.
    room("Tools", ["MCP", "TaskStore", "Runner", "Agents", "Tasks", "JSON", "JSONRPC", "Posix"]),

    // Floor 5: the page that asks.
    .target(
      name: "Console",
      dependencies: ["HTTP", "Tools", "MCP", "Runner", "TaskStore", "Tasks", "JSON", "Posix"],
      swiftSettings: strict, plugins: ["EmbedPages"]),
    // Makes the pages' files a part of the program.
    .plugin(
      name: "EmbedPages", capability: .buildTool(), dependencies: ["embed"],
      path: "Sources/Plugins/EmbedPages"),
    .executableTarget(name: "embed"),

    // Floor 6: the programs.
    program(
      "errand",
      [
        "Console", "Tools", "MCP", "Runner", "Agents", "TaskStore", "Tasks", "JSONRPC", "JSON",
        "Posix",
      ]),
    // Measures the two programs, which stand beside it: whoever builds it builds them.
    program("bench", ["TaskStore", "Tasks", "JSON", "Posix", "errand", "yardstick"]),
    // In C alone; linked statically, since loading a runtime it does not use would slow its start.
    .executableTarget(
      name: "yardstick", dependencies: ["CPosix"],
      linkerSettings: [
        .unsafeFlags(["-static-executable"], .when(platforms: [.linux]))
      ]),

    // Tests, a target a room; TestSupport holds what several share.
    .target(
      name: "TestSupport", dependencies: ["TestThreads", "JSON", "Posix"],
      path: "Tests/TestSupport", exclude: ["Schemas"], swiftSettings: strict),
    // In C alone: it must be there before the first test, and only a constructor is.
    .target(name: "TestThreads", path: "Tests/TestThreads"),
    // In C alone: what it does to its own process no runtime should soften.
    .executableTarget(name: "hostile-agent", path: "Tests/HostileAgent"),
    // One of many writers to one store.
    .executableTarget(
      name: "store-writer", dependencies: ["TaskStore", "Tasks", "JSON", "Posix"],
      path: "Tests/StoreWriter", swiftSettings: strict),
    tests("JSON", ["JSON", "TestSupport"], data: ["Fixtures"]),
    tests("Posix", ["Posix", "TestSupport", "hostile-agent"]),
    tests("JSONRPC", ["JSONRPC", "JSON", "Posix", "TestSupport"]),
    tests("MCP", ["MCP", "JSONRPC", "JSON", "Posix", "TestSupport"]),
    tests("HTTP", ["HTTP", "Posix", "TestSupport"]),
    tests("Tasks", ["Tasks", "JSON", "Posix", "TestSupport"]),
    tests("TaskStore", ["TaskStore", "Tasks", "JSON", "Posix", "TestSupport"]),
    tests(
      "Agents", ["Agents", "Tasks", "JSON", "Posix", "TestSupport"], data: ["Recordings"]),
    tests(
      "Runner",
      [
        "Runner", "Agents", "TaskStore", "Tasks", "JSON", "Posix", "TestSupport",
        "hostile-agent",
      ]),
    tests(
      "Tools",
      [
        "Tools", "Runner", "MCP", "JSONRPC", "TaskStore", "Tasks", "JSON", "Posix", "TestSupport",
      ]),
    tests(
      "Console",
      [
        "Console", "errand", "HTTP", "Tools", "Runner", "TaskStore", "Tasks", "JSON", "Posix",
        "TestSupport",
      ]),
    tests(
      "Chaos",
      ["errand", "store-writer", "TaskStore", "Tasks", "JSON", "Posix", "TestSupport"]),
    tests(
      "Fuzz",
      [
        "errand", "Tools", "Runner", "Agents", "HTTP", "MCP", "JSONRPC", "TaskStore", "Tasks",
        "JSON", "Posix", "TestSupport",
      ]),
    tests("Program", ["errand", "JSON", "Posix", "TestSupport"], data: ["Clients"]),
  ]
)

// Not built otherwise: without libFuzzer's `main` it cannot be linked.
if Context.environment["ERRAND_FUZZER"] != nil {
  // Only what reads is watched.
  let readers = ["Agents", "HTTP", "JSONRPC", "TaskStore", "Tasks", "JSON"]
  let watched: [SwiftSetting] = [.unsafeFlags(["-sanitize=fuzzer"])]
  for target in package.targets where readers.contains(target.name) {
    target.swiftSettings? += watched
  }
  package.targets.append(
    .executableTarget(
      name: "fuzzer", dependencies: (readers + ["Posix"]).map { .init(stringLiteral: $0) },
      path: "Tests/Fuzzer", exclude: ["Seeds"],
      swiftSettings: strict + watched + [.unsafeFlags(["-parse-as-library"])],
      linkerSettings: [
        .unsafeFlags(["-sanitize=fuzzer"]),
        // The usual linker stumbles over libFuzzer.
        .unsafeFlags(["-use-ld=lld"], .when(platforms: [.linux])),
      ]))
}
