import Tasks

/// Says who an outside worker is, and which tasks it takes.
package struct WorkerWish: Sendable, Hashable {
  package var worker: String
  package var team: String
  package var diary: String?
  /// The profile it works for; absent means that of its own name, then any.
  package var profile: String?
  /// Of these kinds and types only; empty means of any.
  package var kinds: Set<OutputKind> = []
  package var taskTypes: Set<String> = []
  /// What it says it has.
  package var tools: Set<String> = []
  package var trust = TrustLevel.selfDeclared
  package var leaseSec: Int

  package init(worker: String, team: String, leaseSec: Int) {
    self.worker = worker
    self.team = team
    self.leaseSec = leaseSec
  }

  /// Sorts out what it may take: what is meant for it first, each in the order of the queue.
  func choice(among queued: [TaskRecord]) -> [TaskRecord] {
    let suitable = queued.filter(suits)
    return suitable.filter(isMeant) + suitable.filter { !isMeant($0) }
  }

  private func isMeant(_ task: TaskRecord) -> Bool {
    task.spec.launch.profile == (profile ?? worker)
  }

  private func suits(_ task: TaskRecord) -> Bool {
    guard task.isForWorkers, task.spec.teamId == team,
      diary == nil || task.spec.diaryId == diary,
      kinds.isEmpty || kinds.contains(task.spec.outputKind),
      taskTypes.isEmpty || taskTypes.contains(task.spec.taskType)
    else { return false }
    let wanted = task.spec.suitability
    guard tools.isSuperset(of: wanted.tools), trust >= wanted.trust else { return false }
    return profile == nil || isMeant(task) || wanted.profiles.contains(profile ?? "")
  }
}
