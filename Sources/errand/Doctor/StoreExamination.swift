import JSON
import Posix
import Runner
import TaskStore
import Tasks

/// Looks at a store without changing it.
struct StoreExamination {
  private static let scarceKiB = 512 * 1024

  let root: String
  /// Tells that the journal is walked whole besides, however long it is.
  let isWalked: Bool
  private let files = RealFileSystem()

  init(root: String, isWalked: Bool) {
    self.root = root
    self.isWalked = isWalked
  }

  func findings() -> [Finding] {
    do throws(SystemError) {
      guard let found = try files.status(root) else {
        return [.note("store", "\(root) does not exist yet", means: "The first task makes it.")]
      }
      guard found.kind == .directory else {
        return [
          .problem(
            "store", "\(root) is no directory", means: "No task can be stored.",
            next: "Move that file away, or set ERRAND_HOME to another place.")
        ]
      }
      let faults = StoreInspection(root: root).faults.filter {
        if case .longJournal = $0 { !isWalked } else { true }
      }
      let broken = faults.map(Finding.init)
      return [.ok("store", root)] + broken + writing() + space() + content() + damage()
    } catch {
      return [
        .problem(
          "store", "\(root) cannot be looked at (\(error.reason))",
          means: "No task can be read or stored.",
          next: "Check the permissions of that path and of the folders above it.")
      ]
    }
  }

  /// Tries to write by making a file of no meaning and removing it again.
  private func writing() -> [Finding] {
    let probe = Path.join(root, ".probe-\(UInt32.random(in: .min ... .max))")
    do throws(SystemError) {
      try files.createFile(probe).append([0])
      try files.remove(probe)
      return [.ok("writing", "the store can be written")]
    } catch {
      return [
        .problem(
          "writing", "the store cannot be written (\(error.reason))",
          means: "Tasks can be read, but none can be created or changed.",
          next: error.cure)
      ]
    }
  }

  private func space() -> [Finding] {
    let environment = Environment.current
    guard let df = Environment.which("df", path: environment["PATH"] ?? "/bin:/usr/bin"),
      let answer = SmallCommand.run(df, ["-P", "-k", root], environment: environment),
      answer.status.isSuccess,
      let row = answer.text.split(separator: "\n").dropFirst().first,
      let free = row.split(separator: " ").dropFirst(3).first.flatMap({ Int($0) })
    else {
      return [.note("space", "the free space is not known")]
    }
    guard free < Self.scarceKiB else { return [.ok("space", "\(free / 1024) MiB free")] }
    return [
      .problem(
        "space", "only \(free / 1024) MiB free", means: "Soon nothing more can be stored.",
        next: "Make room on the disk of \(root).")
    ]
  }

  /// Reads journal and snapshot through the store itself.
  private func content() -> [Finding] {
    do throws(StoreError) {
      let store = try TaskStore.open(root)
      let counts = try store.counts()
      let total = counts.values.reduce(0, +)
      let active = try store.activeTasks().count
      let reading = Finding.ok(
        "journal",
        "readable: \(total) tasks, \(active) of them not ended, "
          + "\(try store.number()) events")
      return [reading] + damaged(try store.damagedTasks()) + lost(try store.lostTasks())
        + unread(try store.hasUnread()) + [runner(store, active)]
    } catch {
      return [
        .problem(
          "journal", "\(error)", means: "Some or all tasks cannot be read.",
          next: error.nextStep)
      ]
    }
  }

  private func damaged(_ tasks: [TaskID]) -> [Finding] {
    guard let first = tasks.first else { return [] }
    return [
      .problem(
        "damaged tasks", "the state of \(tasks.count) tasks is not known, such as \(first)",
        means: "A change of theirs could not be read. All other tasks are served. What a "
          + "supervisor ends meanwhile shows its end, but may still lack what was lost.",
        next: "Look at them with `errand get` and `errand logs`; `errand cancel` ends one, "
          + "`errand doctor --fix` all of them that no living supervisor owns.")
    ]
  }

  private func lost(_ tasks: [TaskID]) -> [Finding] {
    guard let first = tasks.first else { return [] }
    return [
      .problem(
        "lost tasks",
        "the journal has lost \(tasks.count == 1 ? "a task" : "\(tasks.count) tasks") that a "
          + "folder is here of, such as \(first)",
        means: "They are not shown. What they left stays: nothing is pruned of them.",
        next: "errand doctor --fix takes them in again from what they left.")
    ]
  }

  private func unread(_ isSo: Bool) -> [Finding] {
    guard isSo else { return [] }
    return [
      .problem(
        "unread lines",
        "the journal has lost something, or has lines that cannot be read, that named no task",
        means: "A schedule or a wait may be missing. What nothing names stays.",
        next: "Restore journal/ from a backup; or look at `errand schedule list`, make anew what "
          + "is missing, and run `errand doctor --fix`.")
    ]
  }

  private func runner(_ store: TaskStore, _ active: Int) -> Finding {
    do throws(RunnerError) {
      if try RunnerLauncher.isRunning(store: store) { return .ok("runner", "running") }
    } catch {
      return .problem(
        "runner", "\(error)", means: "It is not known whether tasks are being started.",
        next: error.nextStep)
    }
    guard active > 0 else { return .ok("runner", "not running; it starts when there is work") }
    return .problem(
      "runner", "not running; \(active == 1 ? "a task has" : "\(active) tasks have") not ended",
      means: "Nothing starts what is queued.", next: "errand runner")
  }

  private func damage() -> [Finding] {
    do throws(SystemError) {
      let folder = Path.join(root, "damaged")
      guard try files.exists(folder) else { return [] }
      let names = try files.list(folder)
      guard !names.isEmpty else { return [.ok("damage", "none was found so far")] }
      return [
        .note(
          "damage",
          "\(names.count) pieces are kept in \(folder): " + names.prefix(5).joined(separator: ", "),
          means: "They could not be read, or lay in the way. Nothing needs them any more; keep "
            + "them, or remove them once you have looked.")
      ]
    } catch {
      return [
        .problem(
          "damage", error.description, means: "It is not known whether anything was damaged.",
          next: "Check the permissions of \(root).")
      ]
    }
  }
}
