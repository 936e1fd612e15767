import Tasks

/// Is what somebody who comes back should see: what needs them first.
package struct InboxPage: Sendable {
  package var needsYou: [TaskRecord] = []
  /// Ended since this reader was last shown the inbox, the oldest end first.
  package var finished: [TaskRecord] = []
  package var running: [TaskRecord] = []
  package var queued: [TaskRecord] = []
  /// How many there are of each status, shown or not.
  package var counts: [TaskStatus: Int] = [:]
  /// What to pass as `seen` once this page was shown: no finished task that is not on it is passed.
  package var cursor = 0
  /// How many more there are than fit, and how many of them have finished.
  package var left = (all: 0, finished: 0)
}

extension TaskStore {
  /// Gives what somebody who comes back should see first.
  package func inbox(_ reader: InboxReader, limit: Int) throws(StoreError) -> InboxPage {
    // The number is read first: what comes in between is shown again, never missed.
    let cursor = try number()
    return try reading { (fold) throws(StoreError) in
      try fold.inbox(reader, limit: limit, cursor: cursor)
    }
  }
}

extension Fold {
  fileprivate func inbox(
    _ reader: InboxReader, limit: Int, cursor: Int
  ) throws(StoreError) -> InboxPage {
    var query = TaskQuery()
    query.teamId = reader.team
    query.limit = 1
    var inbox = InboxPage()
    inbox.counts = try page(query).counts
    let seen = seen[reader] ?? 0
    let ended = try ended(after: seen, team: reader.team, limit: limit)

    let open: [Set<TaskStatus>] = [
      [.inputRequired], [.running, .dispatched], [.queued, .waiting],
    ]
    let sizes = open.map { $0.reduce(0) { $0 + (inbox.counts[$1] ?? 0) } }
    let room = Self.shares(of: limit, among: [sizes[0], ended.count, sizes[1], sizes[2]])

    inbox.needsYou = try newest(open[0], team: reader.team, limit: room[0])
    inbox.running = try newest(open[1], team: reader.team, limit: room[2])
    inbox.queued = try newest(open[2], team: reader.team, limit: room[3])
    let told = ended.first.prefix(room[1])
    for (_, place) in told {
      // The index knows teams by a hash only.
      guard let task = try record(at: place), task.spec.teamId == reader.team else { continue }
      inbox.finished.append(task)
    }
    inbox.left.all = sizes.reduce(ended.count, +) - room.reduce(0, +)
    inbox.left.finished = ended.count - room[1]
    inbox.cursor = inbox.left.finished == 0 ? cursor : told.last?.number ?? seen
    return inbox
  }

  /// Shares room out: a quarter to each list that needs it, then what is left in their order.
  static func shares(of room: Int, among sizes: [Int]) -> [Int] {
    var left = room
    let fair = max(1, room / sizes.count)
    var shares = sizes.map { size in
      let share = min(size, fair, left)
      left -= share
      return share
    }
    for index in shares.indices {
      let more = min(sizes[index] - shares[index], left)
      shares[index] += more
      left -= more
    }
    return shares
  }

  private func newest(
    _ statuses: Set<TaskStatus>, team: String, limit: Int
  ) throws(StoreError) -> [TaskRecord] {
    guard limit > 0 else { return [] }
    var query = TaskQuery()
    query.statuses = statuses
    query.teamId = team
    query.limit = limit
    return try page(query).items
  }

  /// Counts what ended after a number, and gives the places of the first so many to do so.
  private func ended(
    after number: Int, team: String, limit: Int
  ) throws(StoreError) -> (count: Int, first: [(number: Int, place: Int)]) {
    var query = TaskQuery()
    query.statuses = Set(TaskStatus.allCases.filter(\.isTerminal))
    query.teamId = team
    query.changedAfter = number
    var count = 0
    var first: [(number: Int, place: Int)] = []
    for place in StatusWalk(self, query.statuses) {
      guard let changed = try change(at: place, query) else { continue }
      count += 1
      if first.count == limit, let last = first.last, last.number < changed { continue }
      let index = first.firstIndex { $0.number > changed } ?? first.count
      first.insert((changed, place), at: index)
      if first.count > limit { first.removeLast() }
    }
    return (count, first)
  }

  /// Gives the number of the last change at a place that matches, from the index where it is there.
  private func change(at place: Int, _ query: TaskQuery) throws(StoreError) -> Int? {
    if let snapshot, place < snapshot.count, !changedRows.contains(place) {
      return query.mayMatch(place, of: snapshot) ? snapshot.number(place) : nil
    }
    guard let record = try record(at: place), query.matches(record) else { return nil }
    return record.number
  }
}
