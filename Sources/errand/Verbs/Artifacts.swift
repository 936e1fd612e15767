import JSON
import Posix

extension Command {
  static let artifactsList = Command(
    path: ["artifacts", "list"], summary: "List what a task handed in.",
    operands: [.task],
    options: [Options.attempt.spec, Options.kind.spec] + Options.place
      + [Options.json.spec, Options.quiet.spec],
    tool: "tasks_artifacts_list",
    examples: [
      Example("errand artifacts list fix-login-test-k3f9", "Files, reports and the diff."),
      Example("errand artifacts list fix-login-test-k3f9 -q", "Content ids only."),
    ],
    run: Artifacts.list)

  static let artifactsGet = Command(
    path: ["artifacts", "get"], summary: "Print or save one artifact, by title or content id.",
    operands: [.task, .required("artifact", "cid")],
    options: [Options.output.spec, Options.attempt.spec] + Options.place + [Options.json.spec],
    tool: "tasks_artifacts_download",
    examples: [
      Example("errand artifacts get fix-login-test-k3f9 report.md", "To standard output."),
      Example("errand artifacts get fix-login-test-k3f9 bafkrei… -o all.diff", "To a file."),
    ],
    run: Artifacts.get)

  static let artifactsPut = Command(
    path: ["artifacts", "put"], summary: "Add a file to a task's artifacts.",
    operands: [.task, .required("file", "path")],
    options: [
      Options.attempt.spec, Options.kind.spec, Options.title.spec, Options.contentType.spec,
    ] + Options.place + [Options.json.spec, Options.quiet.spec],
    tool: "tasks_artifacts_upload", otherTools: ["tasks_artifacts_stage"],
    examples: [
      Example("errand artifacts put fix-login-test-k3f9 notes.md --kind report", "A report."),
      Example("errand artifacts put fix-login-test-k3f9 out.png --attempt 1 -q", "Prints its id."),
    ],
    run: Artifacts.put)
}

/// Moves artifacts between the store and files.
enum Artifacts {
  /// Collects all pages; a task holds a bounded number of artifacts.
  private static func all(
    _ arguments: JSONObject, _ operations: Operations
  ) throws(Complaint) -> [JSONValue] {
    var arguments = arguments
    var artifacts: [JSONValue] = []
    repeat {
      arguments["limit"] = 100
      let answer = try operations.call("tasks_artifacts_list", arguments)
      artifacts += answer["artifacts"]?.arrayValue ?? []
      arguments["cursor"] = answer["nextCursor"]
    } while arguments["cursor"] != nil
    return artifacts
  }

  static func list(_ call: Invocation) throws(Complaint) -> ExitCode {
    var arguments = call.arguments()
    arguments["task_id"] = .string(call.operand(0) ?? "")
    arguments["kind"] = call[Options.kind].map { .string($0) }
    let artifacts = try all(arguments, Operations.open(for: call.command))
    if call[Options.json] {
      try call.terminal.print(JSONValue.object(["artifacts": .array(artifacts)]).text)
    } else if call[Options.quiet] {
      for artifact in artifacts { try call.terminal.print(TaskText.line(artifact["cid"])) }
    } else if artifacts.isEmpty {
      call.terminal.note("No artifacts yet.")
    } else {
      try call.terminal.print(table(artifacts).text(for: call.terminal))
    }
    return .ok
  }

  private static func table(_ artifacts: [JSONValue]) -> Table {
    var table = Table([
      Table.Column("TITLE", atLeast: 10), Table.Column("KIND", leaves: 2),
      Table.Column("SIZE", alignsRight: true, leaves: 3),
      Table.Column("ATTEMPT", alignsRight: true, leaves: 1),
      Table.Column("CONTENT ID", atLeast: 16),
    ])
    for artifact in artifacts {
      table.add([
        Table.Cell(TaskText.line(artifact["title"]), .bold),
        Table.Cell(TaskText.line(artifact["kind"])),
        Table.Cell(artifact["sizeBytes"]?.intValue.map { Figures.bytes($0) } ?? ""),
        Table.Cell(artifact["attemptN"]?.intValue.map { "\($0)" } ?? ""),
        Table.Cell(TaskText.line(artifact["cid"])),
      ])
    }
    return table
  }

  static func get(_ call: Invocation) throws(Complaint) -> ExitCode {
    let operations = try Operations.open(for: call.command)
    let task = call.naming(call.operand(0) ?? "")
    let artifact = try find(call.operand(1) ?? "", of: task, call, operations)
    guard let cid = artifact["cid"]?.stringValue else {
      throw Complaint(
        "The artifact has no content id.", next: "Run `errand doctor`.", code: .tryLater)
    }
    var reader = try ArtifactReader(task: task, cid: cid, operations: operations)
    if let path = call[Options.output], path != "-" {
      try save(&reader, to: path)
      if call[Options.json] {
        var saved = artifact.objectValue ?? [:]
        saved["savedTo"] = .string(path)
        try call.terminal.print(JSONValue.object(saved).text)
      } else {
        call.terminal.note("\(path): \(Figures.bytes(reader.received)), \(cid)")
      }
    } else if call[Options.json] {
      try call.terminal.print(try described(artifact, &reader))
    } else {
      while let bytes = try reader.next() { try call.terminal.write(bytes) }
    }
    return .ok
  }

  /// Gives what is known of an artifact together with its content, as a script reads it.
  private static func described(
    _ artifact: JSONValue, _ reader: inout ArtifactReader
  ) throws(Complaint) -> String {
    var bytes: [UInt8] = []
    while let piece = try reader.next() {
      bytes += piece
      guard bytes.count <= most else {
        throw Complaint(
          "The artifact is too large for one line of JSON.",
          next: "Save it with --output FILE.", code: .usage)
      }
    }
    var whole = artifact.objectValue ?? [:]
    if let text = String(validating: bytes, as: UTF8.self) {
      whole["text"] = .string(text)
    } else {
      whole["contentBase64"] = .string(Base64.encode(bytes))
    }
    return JSONValue.object(whole).text
  }

  /// Bounds what is held in memory to be written as JSON.
  private static let most = 64 << 20

  /// Finds an artifact by content id, else the latest of that title.
  private static func find(
    _ wanted: String, of task: JSONObject, _ call: Invocation, _ operations: Operations
  ) throws(Complaint) -> JSONValue {
    var arguments = task
    arguments["attempt_n"] = call[Options.attempt].map { .integer($0) }
    let artifacts = try all(arguments, operations)
    let found =
      artifacts.first { $0["cid"]?.stringValue == wanted }
      ?? artifacts.last { $0["title"]?.stringValue == wanted }
    if let found { return found }
    let titles = artifacts.map { TaskText.line($0["title"]) }
    throw Complaint(
      "The task has no artifact `\(wanted)`.",
      why: titles.isEmpty
        ? ["It has none yet."] : ["It has: \(titles.prefix(10).joined(separator: ", "))."],
      next: "See `errand artifacts list \(call.operand(0) ?? "")`.", code: .notFound)
  }

  static func save(
    _ reader: inout ArtifactReader, to path: String
  ) throws(Complaint) {
    let file: Descriptor
    do throws(SystemError) {
      file = try Descriptor.open(path, [.write, .create, .truncate], permissions: 0o666)
    } catch {
      throw unwritable(path, error)
    }
    while let bytes = try reader.next() {
      do throws(SystemError) {
        try file.write(bytes)
      } catch {
        throw unwritable(path, error)
      }
    }
  }

  private static func unwritable(_ path: String, _ error: SystemError) -> Complaint {
    Complaint(
      "\(path) cannot be written.", why: [error.description],
      next: "Check the folder, its permissions and the free space.", code: .usage)
  }

  static func put(_ call: Invocation) throws(Complaint) -> ExitCode {
    var arguments = call.arguments()
    arguments["task_id"] = .string(call.operand(0) ?? "")
    arguments["path"] = .string(try resolved(call.operand(1) ?? ""))
    arguments["kind"] = call[Options.kind].map { .string($0) }
    arguments["content_type"] = call[Options.contentType].map { .string($0) }
    let answer = try Operations.open(for: call.command).call("tasks_artifacts_upload", arguments)
    if call[Options.json] {
      try call.terminal.print(answer.text)
    } else {
      try call.terminal.print(TaskText.line(answer["cid"]))
    }
    return .ok
  }

  static func resolved(_ path: String) throws(Complaint) -> String {
    do throws(SystemError) {
      return try Environment.realPath(path)
    } catch {
      throw Complaint(
        "\(path) cannot be read.", why: [error.description], next: "Check the path.",
        code: error.isNotFound ? .notFound : .usage)
    }
  }
}
