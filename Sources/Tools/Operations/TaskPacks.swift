import JSON
import MCP
import TaskStore
import Tasks

extension TasksCreate {
  /// Refuses to have a pack rendered that nobody could find: it is stored content, or what a task
  /// that is named has made, or may still make.
  func checkPack(_ spec: TaskSpec) throws(ToolFailure) {
    guard spec.taskType == "render_pack", let pack = spec.input["packId"]?.stringValue,
      try !isKnown(pack, to: spec)
    else { return }
    throw ToolFailure(
      code: "render_pack.packNotFound",
      summary: "The pack to render is not there. Nothing was stored.",
      faults: [
        Fault(
          pointer: JSONPointer(tokens: ["input", "packId"]),
          message: "is neither the content id of what is stored nor an artifact of a task named")
      ],
      nextStep: "Give the pack's cid (tasks_artifacts_list shows it), or name the task that makes "
        + "it in references, and call \(name) again.")
  }

  private func isKnown(_ pack: String, to spec: TaskSpec) throws(ToolFailure) -> Bool {
    let store = try workshop.store()
    return try naming { () throws(StoreError) in
      if let cid = ContentID(parsing: pack), try store.blobs.size(cid) != nil { return true }
      var tasks = spec.claimCondition?.tasks ?? []
      for reference in spec.references {
        switch reference.target {
        case .task(let id, _, _): tasks.append(id)
        case .content: if reference.title == pack { return true }
        // Whether it is there, only who goes there can say.
        case .outside: return true
        }
      }
      for id in tasks {
        guard let task = try store.task(id: id, evenInDoubt: true) else { continue }
        if !task.status.isTerminal { return true }
        if task.artifacts.contains(where: { [$0.title, $0.id].contains(pack) }) { return true }
      }
      return false
    }
  }
}
