import JSON
import Posix
import Tasks
import TestSupport

/// Makes tasks through several servers and the command line, and kills whatever it meets.
struct Chaos {
  let house: ChaosHouse
  private let plan: ChaosPlan
  private var random: SeededRandom
  private var servers: [ChaosServer] = []
  private(set) var tasks: [ChaosTask] = []
  /// Counts who was killed, not whom a blow has missed.
  private(set) var blows: [Blow: Int] = [:]
  /// When a runner or a supervisor may have been killed by us, in milliseconds.
  private(set) var deaths: [ClosedRange<Int64>] = []
  /// Supervisors that were killed by us.
  private(set) var killedSupervisors: Set<Int32> = []
  /// Agents, and whatever worked for them, that were killed by us.
  private(set) var killedAgents: Set<Int32> = []
  /// How many tasks had not ended when somebody last listed them.
  private var unended = 0
  /// Commands that are still at it, and when each is killed.
  private var writers: [(task: Int, program: RunningProgram, dies: MonotonicTime)] = []

  init(_ plan: ChaosPlan, _ house: ChaosHouse) throws {
    self.plan = plan
    self.house = house
    random = SeededRandom(plan.seed)
    for _ in 0..<3 { servers.append(try ChaosServer(in: house)) }
  }

  /// Rages until the time is over; then lets everything that lives come to its end.
  mutating func run() throws {
    let start = MonotonicTime.now
    let end = start + plan.time
    var nextBlow = start
    while .now < end {
      try act()
      if nextBlow <= .now {
        // What chance has left out in the first half falls in the second.
        let isLate = start + plan.time * 0.5 <= .now
        let missing = isLate ? missingBlows.randomElement(using: &random) : nil
        try strike(missing ?? .random(using: &random))
        nextBlow = .after(.milliseconds(Int.random(in: 20...240, using: &random)))
      }
      try listen(for: .milliseconds(Int.random(in: 0...20, using: &random)))
    }
    try RealFileSystem().replace(house.stop, with: [])
    while let writer = writers.first { try finish(writer) }
    for index in servers.indices {
      try hearOut(servers[index])
      guard try servers[index].leave() == .exited(code: 0) else {
        throw ChaosFailure("a server did not end well: \(servers[index].errorText)")
      }
    }
  }

  /// Names the blows that have met nobody so far.
  var missingBlows: [Blow] { Blow.allCases.filter { blows[$0, default: 0] == 0 } }

  // MARK: Doing

  private mutating func act() throws {
    let server = Int.random(in: 0..<servers.count, using: &random)
    switch Int.random(in: 0..<20, using: &random) {
    case 0..<7 where unended < 30:
      for _ in 0..<Int.random(in: 1...3, using: &random) { ask(server, toCreate: newTask()) }
    case 7, 8:
      let known = tasks.indices.filter { tasks[$0].id != nil }.suffix(30)
      guard let index = known.randomElement(using: &random), let id = tasks[index].id else {
        return
      }
      tasks[index].isCancelled = true
      servers[server].ask("tasks_cancel", ["task_id": .string(id)])
    case 9, 10:
      servers[server].ask("tasks_list", ["view": "all", "limit": 1])
    case 11:
      guard let id = tasks.compactMap(\.id).suffix(10).randomElement(using: &random) else { return }
      servers[server].ask(
        "tasks_wait", ["task_ids": [.string(id)], "until": "terminal", "timeout_sec": 1])
    default: break
    }
  }

  private mutating func newTask() -> Int {
    let kind = ChaosTask.Kind.allCases.randomElement(using: &random) ?? .quick
    tasks.append(
      ChaosTask(
        name: "c-\(tasks.count)", kind: kind,
        sharesDirectory: kind != .held && Int.random(in: 0..<8, using: &random) == 0))
    return tasks.count - 1
  }

  private mutating func ask(_ server: Int, toCreate index: Int) {
    let task = tasks[index]
    var arguments: JSONObject = [
      "brief": .string(task.script(marks: house.marks, stop: house.stop)), "profile": "shell",
      "name": .string(task.name), "idempotency_key": .string(task.name),
      "workspace": task.sharesDirectory ? "shared_mount" : "none",
    ]
    if task.sharesDirectory { arguments["directory"] = .string(house.work) }
    servers[server].ask("tasks_create", .object(arguments), .create(index))
  }

  // MARK: Listening

  private mutating func listen(for time: Duration) throws {
    for index in servers.indices {
      while let (question, answer) = try servers[index].take(within: .zero) {
        try note(question, answer)
      }
    }
    if let (question, answer) = try servers.randomElement(using: &random)?.take(within: time) {
      try note(question, answer)
    }
    for writer in writers where writer.dies <= .now { try finish(writer) }
  }

  private mutating func hearOut(_ server: ChaosServer) throws {
    let deadline = MonotonicTime.after(.seconds(60))
    while !server.open.isEmpty {
      if let (question, answer) = try server.take(within: .seconds(1)) {
        try note(question, answer)
      }
      guard .now < deadline, !server.isGone else {
        throw ChaosFailure("\(server.open.count) calls were never answered: \(server.errorText)")
      }
    }
  }

  private mutating func note(_ question: ChaosServer.Question, _ answer: JSONValue) throws {
    guard let result = answer["result"] else { throw ChaosFailure("refused: \(answer.text)") }
    guard case .create(let index) = question else {
      // What ended meanwhile cannot be cancelled, and so on: any answer will do, as long as it is
      // no trouble of the store.
      let text = result["content"]?.arrayValue?.first?["text"]?.stringValue ?? ""
      for word in ["[store_", "[damaged", "[internal"] where text.hasPrefix(word) {
        throw ChaosFailure("the store is in trouble: \(text)")
      }
      if let counts = result["structuredContent"]?["counts"]?.objectValue {
        unended = counts.reduce(0) { sum, count in
          let isOver = TaskStatus(rawValue: count.key)?.isTerminal ?? true
          return isOver ? sum : sum + (count.value.intValue ?? 0)
        }
      }
      return
    }
    guard result["isError"] != true, let id = result["structuredContent"]?["id"]?.stringValue
    else { throw ChaosFailure("a create was refused: \(answer.text)") }
    if let known = tasks[index].id, known != id {
      throw ChaosFailure("\(tasks[index].name) was made twice, as \(known) and as \(id)")
    }
    tasks[index].id = id
  }

  // MARK: Killing

  private mutating func strike(_ blow: Blow) throws {
    let before = WallClock.nowMilliseconds()
    let hit =
      switch blow {
      case .server: try killServer()
      case .runner: try kill(house.runner())
      case .supervisor: try killSupervisor()
      case .agent: try killAgent()
      case .writer: try startWriter()
      case .anything: try killAnybody()
      case .tornLine: try JournalTear.tear(house.store, using: &random)
      }
    guard hit else { return }
    blows[blow, default: 0] += 1
    if [.runner, .supervisor, .anything].contains(blow) {
      deaths.append(before...max(before, WallClock.nowMilliseconds()))
    }
  }

  private func kill(_ identity: ProcessIdentity?) throws -> Bool {
    guard let identity else { return false }
    return try ProcessTable.signal(identity, .kill)
  }

  /// Kills a server right after it was given work; what it left unanswered is asked of another,
  /// which must not do it a second time.
  private mutating func killServer() throws -> Bool {
    let victim = Int.random(in: 0..<servers.count, using: &random)
    for _ in 0..<Int.random(in: 0...4, using: &random) { ask(victim, toCreate: newTask()) }
    _ = try Poller.wait([], timeoutMilliseconds: Int.random(in: 0...12, using: &random))
    let dead = servers[victim]
    try dead.kill()
    for (question, answer) in try dead.takeLast() { try note(question, answer) }
    servers[victim] = try ChaosServer(in: house)
    for case .create(let index) in dead.open.values { ask(victim, toCreate: index) }
    return true
  }

  /// Lists the supervisors at work: programs of ours that are neither server, command nor runner.
  private func supervisors(among everybody: [ProcessRecord]) throws -> [ProcessRecord] {
    let others = Set(servers.map(\.pid) + writers.map(\.program.pid))
    let runner = try house.runner()?.pid
    return everybody.filter {
      $0.name == "errand" && $0.session == $0.pid && !others.contains($0.pid) && $0.pid != runner
    }
  }

  private mutating func killSupervisor() throws -> Bool {
    let found = try supervisors(among: house.everybody())
    guard let victim = found.randomElement(using: &random) else { return false }
    killedSupervisors.insert(victim.pid)
    return try kill(victim.identity)
  }

  private mutating func killAgent() throws -> Bool {
    let everybody = try house.everybody()
    let supervisors = Set(try supervisors(among: everybody).map(\.pid))
    let found = everybody.filter { supervisors.contains($0.parent) && $0.session == $0.pid }
    guard let victim = found.randomElement(using: &random) else { return false }
    killedAgents.insert(victim.pid)
    return try kill(victim.identity)
  }

  /// Kills any process at all, servers apart: their open questions must be known.
  private mutating func killAnybody() throws -> Bool {
    let servers = Set(servers.map(\.pid) + writers.map(\.program.pid))
    let found = try house.everybody().filter { !servers.contains($0.pid) }
    guard let victim = found.randomElement(using: &random) else { return false }
    // Whoever it was, its own end and that of what it worked for are excused.
    killedSupervisors.insert(victim.pid)
    killedAgents.formUnion([victim.pid, victim.session])
    return try kill(victim.identity)
  }

  /// Starts one that is killed, and counted, a moment later.
  private mutating func startWriter() throws -> Bool {
    guard writers.count < 3 else { return false }
    let index = newTask()
    tasks[index].sharesDirectory = false
    writers.append(
      (
        index, try command(for: index),
        .after(.milliseconds(Int.random(in: 0...80, using: &random)))
      ))
    return false
  }

  private func command(for index: Int) throws -> RunningProgram {
    let task = tasks[index]
    return try Program.start(
      [
        "create", "-q", "--profile", "shell", "--workspace", "none", "--name", task.name, "--key",
        task.name, "--", task.script(marks: house.marks, stop: house.stop),
      ], environment: house.environment, directory: house.work)
  }

  /// Kills a writer, if it is not done, and asks once more for what it was to make.
  private mutating func finish(_ writer: (task: Int, program: RunningProgram, dies: MonotonicTime))
    throws
  {
    writers.removeAll { $0.task == writer.task }
    _ = try writer.program.process.signal(.kill)
    let said = String(decoding: try writer.program.restOfOutput(), as: UTF8.self)
    if try writer.program.waitForExit() == .signalled(.kill) { blows[.writer, default: 0] += 1 }
    let again = try command(for: writer.task)
    let id = try again.nextLine()
    guard try again.waitForExit() == .exited(code: 0), let id else {
      throw ChaosFailure("a command failed: \(again.errorText)")
    }
    if said.hasSuffix("\n"), said != id + "\n" {
      throw ChaosFailure("\(tasks[writer.task].name) was made twice, as \(said) and as \(id)")
    }
    tasks[writer.task].id = id
  }
}
