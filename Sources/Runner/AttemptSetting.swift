import Agents
import JSON
import Posix
import TaskStore
import Tasks

/// Holds what must be known before an agent can start: who, where, with what.
struct AttemptSetting {
  let launch: AgentLaunch
  let brief: Brief
  let revival: SessionRevival
  let type: TaskType
  let place: Workplace
  let environment: [String: String]
  /// The values that must not be stored, by name.
  let secrets: [String: String]
  let adapter: any AgentAdapter
  let interpreter: any AgentInterpreter
  let folders: AttemptFolders
  /// What is to be said of how it is driven.
  let notes: [String]

  init(
    record: TaskRecord, ledger: AttemptLedger, folders: AttemptFolders,
    supervisor: [String: String], files: any FileSystem, until deadline: MonotonicTime
  ) throws(Unfit) {
    self.folders = folders
    do throws(SystemError) { try folders.prepare(files: files) } catch {
      throw Unfit(.workspaceError, "The attempt's folder cannot be written: \(error).")
    }
    secrets = try Self.secrets(of: record, ledger)
    var environment = try Self.recordedEnvironment(of: record, ledger)
    environment.merge(secrets) { $1 }
    let own = Self.ownEnvironment(record.id, ledger.attemptN, folders)
      .merging(ledger.mark.variable) { $1 }
    let ofPlace = environment.merging(own) { $1 }
    place = try Workplace.prepare(
      for: record, ledger.attemptN, ledger.store.layout, scratch: folders.scratch,
      environment: ofPlace, until: deadline)
    let fitted = CodexProbe.fitted(record.spec.launch, environment: ofPlace)
    adapter = (fitted ?? record.spec.launch).adapterInUse
    notes = fitted == nil ? [] : ["This Codex has no app-server: it runs by exec, and asks nobody."]
    type = try Self.type(of: record, ledger)
    revival = try SessionRevival.prepare(
      for: record, in: ledger.store, environment: ofPlace, directory: place.directory)
    let tools = try Self.tools(record, ledger, folders, adapter.traits, supervisor, files)
    let left = try Self.leftOfDay(for: record, ledger, supervisor)
    do throws(LaunchRefusal) {
      let isNew = revival.conversation == .new
      var brief = try Brief(
        record.spec, type, feedback: record.feedback, background: isNew ? revival.background : nil
      ).goingOn(
        with: revival.conversation, after: record.stop, notes: place.notes + revival.notes)
      if !isNew, let background = revival.background {
        brief.anew = Prompt.render(
          record.spec, type, feedback: record.feedback, background: background)
      }
      // A limit is on all attempts together, and the day's on all tasks.
      brief.budgetUsd = brief.budgetUsd.map { max(0, $0 - (record.usage.costUsd ?? 0)) }
      if let left, left < brief.budgetUsd ?? .infinity {
        brief.budgetUsd = (left * 1e6).rounded() / 1e6
        brief.budgetOwner = .day
      }
      self.brief = brief
      let site = AgentPlace(
        directory: place.directory, attemptFolder: folders.attempt, canAsk: true,
        tools: tools)
      launch = try adapter.launch(brief, in: site)
      interpreter = adapter.interpreter(for: brief, in: site)
    } catch {
      throw Unfit(.workspaceError, error.description)
    }
    environment.merge(launch.environment) { $1 }
    environment.merge(own) { $1 }
    self.environment = environment
    do throws(SystemError) {
      for file in launch.files { try files.createFile(file.path).append(file.bytes) }
    } catch {
      throw Unfit(.workspaceError, "The attempt's folder cannot be written: \(error).")
    }
  }

  /// Lets the agent report, ask and hand in its output for this attempt alone.
  private static func tools(
    _ record: TaskRecord, _ ledger: AttemptLedger, _ folders: AttemptFolders,
    _ traits: AgentTraits, _ supervisor: [String: String], _ files: any FileSystem
  ) throws(Unfit) -> AgentTools {
    let pass = AttemptPass(
      store: ledger.store.layout.root, task: record.id, attemptN: ledger.attemptN,
      leaseId: ledger.leaseId, patienceSec: traits.patience,
      configuration: Configuration.path(environment: supervisor))
    return try fit { () throws(SystemError) in
      try pass.tools(
        writtenTo: folders.pass, executable: try Environment.executablePath(), mark: ledger.mark,
        files: files)
    }
  }

  /// Gives what the day has left, for an agent that must keep its own limit.
  private static func leftOfDay(
    for record: TaskRecord, _ ledger: AttemptLedger, _ supervisor: [String: String]
  ) throws(Unfit) -> Double? {
    guard record.spec.launch.adapter == .claude else { return nil }
    do throws(StoreError) {
      return try DayWatch(environment: supervisor).left(in: ledger.store)
    } catch {
      throw Unfit(.storeError, "What the day has cost cannot be read: \(error).")
    }
  }

  private static func type(
    of record: TaskRecord, _ ledger: AttemptLedger
  ) throws(Unfit) -> TaskType {
    do throws(StoreError) { return try ledger.store.type(of: record.spec) } catch {
      throw Unfit(.storeError, "The task's type cannot be read: \(error).")
    }
  }

  private static func recordedEnvironment(
    of record: TaskRecord, _ ledger: AttemptLedger
  ) throws(Unfit) -> [String: String] {
    guard let cid = record.spec.launch.environment else { return [:] }
    do throws(StoreError) { return try ledger.store.environment(cid) } catch {
      throw Unfit(.storeError, "The recorded environment cannot be read: \(error).")
    }
  }

  private static func secrets(
    of record: TaskRecord, _ ledger: AttemptLedger
  ) throws(Unfit) -> [String: String] {
    let names = Set(record.spec.launch.secretNames)
    guard !names.isEmpty else { return [:] }
    do throws(StoreError) {
      return try ledger.store.secrets(of: record.id).filter { names.contains($0.key) }
    } catch {
      throw Unfit(.storeError, "The recorded secrets cannot be read: \(error).")
    }
  }

  private static func ownEnvironment(
    _ task: TaskID, _ attemptN: Int, _ folders: AttemptFolders
  ) -> [String: String] {
    [
      AgentEnvironment.Name.task: task.description,
      AgentEnvironment.Name.attemptN: "\(attemptN)",
      AgentEnvironment.Name.attempt: "\(task)/\(attemptN)",
      AgentEnvironment.Name.artifacts: folders.artifacts,
      AgentEnvironment.Name.pass: folders.pass,
      AgentEnvironment.Name.temporary: folders.temporary,
    ]
  }
}

extension TaskRecord {
  /// How the attempt ended whose conversation the latest one goes on with; nil if it is no other's.
  fileprivate var stop: Brief.Stop? {
    guard let earlier = latestAttempt?.resumes else { return nil }
    guard let attempt = attempts.first(where: { $0.attemptN == earlier }) else {
      return .sentBack(feedback)
    }
    if attempt.isPaused { return .paused }
    return attempt.isBrokenOff ? .brokenOff(feedback) : .sentBack(feedback)
  }
}

extension Attempt {
  /// Tells whether it came to nothing that could be sent back.
  fileprivate var isBrokenOff: Bool {
    switch error?.code {
    case .checkFailed, .outputInvalid, .outputMissing: false
    default: status != .completed
    }
  }
}
