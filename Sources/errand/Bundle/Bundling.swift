import JSON
import MCP
import Posix
import TaskStore
import Tasks
import Tools

extension Command {
  static let export = Command(
    path: ["export"], summary: "Write a task into a folder, for people and for other stores.",
    operands: [.task],
    options: [Options.bundleFolder.spec, Options.json.spec],
    notes: """
      The folder holds task.md to read, task.json with all that is known, the messages of each
      attempt, and the artifacts under content/. Leases, secrets, environment and the agent's own
      conversation stay here. A folder that exists is not touched.
      """,
    examples: [
      Example("errand export fix-login-test-k3f9", "Into fix-login-test-k3f9.errand/."),
      Example("errand export fix-login-test-k3f9 -o ~/archive/login", "Into a folder of your own."),
    ],
    run: Bundling.export)

  static let importTask = Command(
    path: ["import"], summary: "Take over tasks that were exported, with all they hold.",
    operands: [Operand(name: "folder", repeats: true)],
    options: [Options.team.spec, Options.json.spec, Options.quiet.spec],
    notes: """
      Only tasks that have ended are taken over, and none is ever started by it. A task that is here
      already stays as it is. Content is held against its content id.
      """,
    examples: [Example("errand import fix-login-test-k3f9.errand", "Under its id, and its name.")],
    run: Bundling.takeOver)
}

/// Carries tasks between stores, by folders that people can read.
enum Bundling {
  static func export(_ call: Invocation) throws(Complaint) -> ExitCode {
    let workshop = Workshop(try Operations.setting())
    let task: TaskRecord
    let store: TaskStore
    do throws(ToolFailure) {
      task = try workshop.shownTask(TaskReference(call.operand(0) ?? ""))
      store = try workshop.store()
    } catch {
      throw Complaint(error, in: .export)
    }
    let folder = try place(call[Options.bundleFolder] ?? "\(task.spec.name).errand")
    try checkParent(of: folder)
    let text = BundleText(task: task, contentFolder: TaskBundle.contentFolder) { attemptN in
      messages(of: task, attemptN, in: store)
    }
    do throws(BundleError) {
      try store.write(task, readable: text.text, to: TaskBundle(folder))
    } catch {
      throw complaint(error)
    }
    if call[Options.json] {
      let answer: JSONValue = ["id": .string(task.id.description), "folder": .string(folder)]
      try call.terminal.print(answer.text)
    } else {
      try call.terminal.print(folder)
    }
    return .ok
  }

  private static func checkParent(of folder: String) throws(Complaint) {
    let parent = Path.parent(folder)
    do throws(SystemError) {
      if try FileStatus.of(parent)?.kind == .directory { return }
    } catch {
      // Writing there says better what is wrong.
      return
    }
    throw Complaint(
      "\(parent) is no directory. Nothing was written.", next: "Name another place with -o.",
      code: .usage)
  }

  static func takeOver(_ call: Invocation) throws(Complaint) -> ExitCode {
    let workshop = Workshop(try Operations.setting())
    let actor = Caller.terminal(user: Environment.userName).actor
    for operand in call.operands {
      let bundle = TaskBundle(try place(operand))
      let taken: TaskStore.Creation
      do {
        try workshop.mayChange()
        let configuration = try workshop.configuration()
        taken = try workshop.store().takeOver(
          bundle, team: call[Options.team] ?? configuration.team, limits: configuration.limits,
          by: actor)
      } catch let error as ToolFailure {
        throw Complaint(error, in: .importTask)
      } catch let error as BundleError {
        throw complaint(error)
      } catch {
        preconditionFailure("nothing else is thrown: \(error)")
      }
      try tell(taken, call)
    }
    return .ok
  }

  private static func tell(
    _ taken: TaskStore.Creation, _ call: Invocation
  ) throws(Complaint) {
    let (id, name) = (taken.record.id.description, taken.record.spec.name)
    if call[Options.json] {
      let answer: JSONValue = [
        "id": .string(id), "name": .string(name), "replayed": .bool(taken.replayed),
      ]
      try call.terminal.print(answer.text)
    } else if call[Options.quiet] {
      try call.terminal.print(id)
    } else {
      let lies = taken.record.deletion == nil ? "" : ", in the bin: errand restore \(name)"
      let words = taken.replayed ? "was here already" + lies : "taken over"
      try call.terminal.print("\(name): \(words)")
    }
  }

  /// Reads what there is; what cannot be read is left out of the readable part only.
  private static func messages(
    of task: TaskRecord, _ attemptN: Int, in store: TaskStore
  ) -> [Message] {
    var query = MessageQuery()
    query.limit = 5000
    query.maxBytes = 4 << 20
    let folder = store.layout.attemptFolder(of: task, attemptN)
    do throws(StoreError) {
      return try MessageReader(folder: folder).read(query).items
    } catch {
      return []
    }
  }

  private static func place(_ path: String) throws(Complaint) -> String {
    if path.hasPrefix("/") { return path }
    do throws(SystemError) {
      return Path.join(try Environment.currentDirectory(), path)
    } catch {
      throw Complaint(
        "The current directory cannot be used.", why: [error.description],
        next: "Change to a directory that exists, then call again.", code: .usage)
    }
  }

  private static func complaint(_ error: BundleError) -> Complaint {
    switch error {
    case .store(let error):
      Complaint("\(error)", next: error.nextStep, code: .tryLater)
    case .file(let error):
      Complaint("A file cannot be used: \(error).", next: error.cure, code: .tryLater)
    case .taken(let folder):
      Complaint(
        "\(folder) is there already. Nothing was written.", next: "Name another with -o.",
        code: .usage)
    case .notABundle(let folder, let why):
      Complaint(
        "\(folder) is no task that was exported. Nothing was taken over.", why: [why],
        next: "Name a folder that `errand export` has written.", code: .usage)
    case .newer(let version):
      Complaint(
        "It was exported by a newer Errand (version \(version)).", next: "Update Errand.",
        code: .usage)
    case .stillGoesOn(let name):
      Complaint(
        "Task \(name) had not ended when it was exported. Nothing was taken over.",
        next: "Export it again once it has ended.", code: .usage)
    }
  }
}
