import Tasks

/// Knows which task's agent made which, across those that have ended in between.
package struct Lineage: Sendable {
  /// Names who made those that have ended.
  private var ended: [TaskID: TaskID]

  package init(ended: [TaskID: TaskID] = [:]) { self.ended = ended }

  /// Takes from a fold what stands above some tasks and is not among them.
  init(of tasks: [TaskRecord], in fold: Fold) throws(StoreError) {
    let known = Set(tasks.map(\.id))
    ended = [:]
    for task in tasks {
      var next = Self.maker(of: task)
      while let id = next, !known.contains(id), ended[id] == nil {
        next = try fold.record(id).flatMap(Self.maker)
        ended[id] = next
      }
    }
  }

  private static func maker(of task: TaskRecord) -> TaskID? {
    task.createdBy.kind == .attempt ? task.spec.parentId : nil
  }

  /// Gives all that stand above each of some tasks.
  package func ancestors(of tasks: [TaskRecord]) -> [TaskID: Set<TaskID>] {
    var makers = ended
    for task in tasks { makers[task.id] = Self.maker(of: task) }
    var found: [TaskID: Set<TaskID>] = [:]
    for task in tasks {
      var above: Set<TaskID> = []
      var next = makers[task.id]
      while let id = next, above.insert(id).inserted { next = makers[id] }
      if !above.isEmpty { found[task.id] = above }
    }
    return found
  }

  /// Gives the first above a task that is among some.
  package func nearest(above task: TaskRecord, in some: Set<TaskID>) -> TaskID? {
    var seen: Set<TaskID> = []
    var next = Self.maker(of: task)
    while let id = next, !some.contains(id), seen.insert(id).inserted { next = ended[id] }
    return next.flatMap { some.contains($0) ? $0 : nil }
  }
}

extension TaskStore {
  package func lineage(of tasks: [TaskRecord]) throws(StoreError) -> Lineage {
    guard tasks.contains(where: { $0.createdBy.kind == .attempt }) else { return Lineage() }
    return try reading { (fold) throws(StoreError) in try Lineage(of: tasks, in: fold) }
  }
}
