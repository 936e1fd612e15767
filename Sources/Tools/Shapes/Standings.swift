import MCP
import Runner
import TaskStore
import Tasks

/// Tells what tasks cannot know themselves, for a whole page with one look.
struct Standings {
  /// Is absent where nothing is queued: the look is not free.
  private let view: QueueView?
  private let damaged: Set<TaskID>
  private let console: ConsolePlace?

  init(_ workshop: Workshop, for tasks: [TaskRecord]) throws(ToolFailure) {
    let store = try workshop.store()
    console = workshop.consolePlace()
    damaged = try naming { () throws(StoreError) in try store.damaged(among: tasks.map(\.id)) }
    guard tasks.contains(where: { $0.status == .queued }) else {
      view = nil
      return
    }
    let configuration = workshop.usableConfiguration()
    view = try namingRunner { () throws(RunnerError) in
      try QueueView(store: store, configuration: configuration)
    }
  }

  func brief(_ task: TaskRecord) -> BriefEnvelope {
    BriefEnvelope(
      task, standing: view?.standing(of: task), isDamaged: damaged.contains(task.id),
      consoleUrl: console?.url(of: task.spec.name))
  }

  func envelope(_ task: TaskRecord, children: [TaskStatus: Int]?) -> TaskEnvelope {
    let isDamaged = damaged.contains(task.id)
    var envelope = TaskEnvelope(
      task, standing: view?.standing(of: task), isDamaged: isDamaged, children: children)
    envelope.consoleUrl = console?.url(of: task.spec.name)
    if isDamaged {
      let error = StoreError.damagedTask(task.id)
      envelope.statusMessage = "\(error) \(error.nextStep)"
    }
    return envelope
  }

  /// Words what to call next; of a damaged task nothing follows from its status.
  func hint(for task: TaskRecord) -> String {
    damaged.contains(task.id) ? Hint.damaged : Hint.next(for: task)
  }
}
