import MCP
import Runner
import TaskStore
import Tasks

/// Tells where queued tasks stand, for a whole page with one look.
struct Standings {
  /// Is absent where nothing is queued: the look is not free.
  private let view: QueueView?

  init(_ workshop: Workshop, for tasks: [TaskRecord]) throws(ToolFailure) {
    guard tasks.contains(where: { $0.status == .queued }) else {
      view = nil
      return
    }
    let (store, configuration) = (try workshop.store(), try workshop.configuration())
    view = try namingRunner { () throws(RunnerError) in
      try QueueView(store: store, configuration: configuration)
    }
  }

  func brief(_ task: TaskRecord) -> BriefEnvelope {
    BriefEnvelope(task, standing: view?.standing(of: task))
  }

  func envelope(_ task: TaskRecord, children: [TaskStatus: Int]?) -> TaskEnvelope {
    TaskEnvelope(task, standing: view?.standing(of: task), children: children)
  }
}
