import JSON
import Posix
import TestSupport
import Testing

/// Checks that the server goes soon, however it is made to, while its task goes on and another
/// process writes to the store without waiting for anybody.
struct DepartureTests {
  enum Departure: String, CaseIterable {
    case endOfInput, terminate, interrupt, hangup, closedOutput, unreadOutput, unreadErrors
    case parentKilled

    var signal: Signal? {
      switch self {
      case .terminate: .terminate
      case .interrupt: .interrupt
      case .hangup: .hangup
      case .parentKilled: .kill
      case .endOfInput, .closedOutput, .unreadOutput, .unreadErrors: nil
      }
    }

    var readsNothing: Bool { self == .unreadOutput || self == .unreadErrors }

    /// Starts the server, below a shell where that must read its output or be killed for it.
    func start(_ folder: String, errors: Int32?) throws -> RunningProgram {
      let serve = #""$1" serve --allow-commands"#
      let script: String? =
        switch self {
        // Reads one answer and closes.
        case .closedOutput: serve + " | head -n 1"
        // What feeds the server lives on, and holds the pipe, when their parent is gone.
        case .parentKilled: "{ cat; exec sleep 600; } | \(serve); true"
        default: nil
        }
      var spec = ProcessSpec(
        executable: script == nil ? try Program.errand() : "/bin/sh",
        arguments: try script.map { ["-c", $0, "sh", try Program.errand()] }
          ?? ["serve", "--allow-commands"],
        environment: Conversation.environment(store: folder + "/store"), directory: folder)
      spec.descriptors[2] = errors
      return try RunningProgram(spec)
    }
  }

  /// Is far above what an answer of the other server needs, and far below any wait of it.
  private static let bound = Duration.seconds(5)

  @Test(arguments: Departure.allCases)
  func theServerGoesItsTaskGoesOnAndNobodyWaits(_ departure: Departure) throws {
    try withTemporaryDirectory { folder in
      let errors = try Pipe.make()
      if departure == .unreadErrors { try Self.fill(errors.writing) }
      let server = try departure.start(
        folder, errors: departure == .unreadErrors ? errors.writing.rawValue : nil)
      let held = try Self.createHeldTask(of: server, in: folder)
      let other = try Conversation(store: folder + "/store", arguments: ["--allow-commands"])
      #expect(
        try eventually { try other.call("tasks_get", ["task_id": held])["status"] == "running" })
      // Far more than pipes hold: what the server has to say stays with it.
      if departure.readsNothing {
        try server.send((1...100).map { Modern.request($0, "tools/list") }.joined(separator: "\n"))
      }
      var tasks = [held]
      try other.send([Self.create(1)])
      tasks.append(try Self.id(of: try other.answer(1, within: Self.bound)))

      let bound = try PromisedTime.bound(
        [.terminate, .interrupt, .hangup].contains(departure.signal)
          ? .milliseconds(100) : .seconds(1))
      if let signal = departure.signal {
        #expect(try server.process.signal(signal))
      } else if departure != .closedOutput {
        server.closeInput()
      }
      try other.send([Self.create(2)])
      if departure == .parentKilled {
        // Only the server still holds the output.
        #expect(try server.nextLine(within: bound) == nil)
      } else {
        #expect(try server.waitForExit(within: bound) == .exited(code: 0))
      }
      tasks.append(try Self.id(of: try other.answer(2, within: Self.bound)))

      #expect(try other.call("tasks_get", ["task_id": held])["status"] == "running")
      try HeldTask.release(in: folder)
      for task in tasks {
        let ended = try other.end(of: try #require(task.stringValue))
        #expect(ended["status"] == "completed", "\(ended.text)")
      }
      #expect(try other.text(of: try #require(held.stringValue)).contains("finished"))
      #expect(try other.finish() == .exited(code: 0))
    }
  }

  private static func fill(_ pipe: borrowing Descriptor) throws {
    let page = [UInt8](repeating: UInt8(ascii: "x"), count: 4096)[...]
    while try !Poller.wait([(pipe.rawValue, .writable)], until: .now).isEmpty {
      _ = try pipe.writeOnce(page)
    }
  }

  private static func createHeldTask(
    of server: RunningProgram, in folder: String
  ) throws -> JSONValue {
    let arguments: JSONValue = [
      "brief": .string(HeldTask.script(in: folder)), "profile": "shell",
      "directory": .string(folder), "workspace": "shared_mount",
    ]
    try server.send(Modern.call(0, "tasks_create", arguments.text))
    return try id(of: try JSONValue.parse(try #require(try server.nextLine())))
  }

  private static func create(_ id: Int) -> String {
    Modern.call(id, "tasks_create", #"{"brief":"true","profile":"shell","workspace":"none"}"#)
  }

  private static func id(of answer: JSONValue) throws -> JSONValue {
    try #require(answer["result"]?["structuredContent"]?["id"], "\(answer.text)")
  }
}
