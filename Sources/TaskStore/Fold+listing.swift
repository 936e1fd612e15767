import JSON
import Tasks

/// Lists tasks by walking index rows in the order of creation; only what is returned is parsed.
extension Fold {
  func page(_ query: TaskQuery) throws(StoreError) -> TaskPage {
    var page = TaskPage()
    let start = try place(of: query.cursor)
    let totalsAreKept = query.countsDecide(teams: teams)
    let needles = query.needles
    var last: TaskID?
    // Where the totals are known, nothing before the page need be looked at.
    for ordinal in candidates(query, from: totalsAreKept ? start : nil) {
      let isOnPage = isBehind(ordinal, start, query.order) && page.items.count < query.limit
      if totalsAreKept, page.items.count == query.limit {
        page.nextCursor = last.map(Self.cursor)
        break
      }
      guard let status = try match(ordinal, query, needles, wanted: isOnPage, &page) else {
        continue
      }
      page.total += 1
      page.counts[status, default: 0] += 1
      if isOnPage {
        last = page.items.last?.id
      } else if page.items.count == query.limit, isBehind(ordinal, start, query.order) {
        page.nextCursor = page.nextCursor ?? last.map(Self.cursor)
      }
    }
    if totalsAreKept {
      page.counts = counts.filter {
        $0.value > 0 && (query.statuses.isEmpty || query.statuses.contains($0.key))
      }
      page.total = page.counts.values.reduce(0, +)
    }
    return page
  }

  /// Gives the status of a match, taking its record onto the page if it is wanted there.
  private func match(
    _ ordinal: Int, _ query: TaskQuery, _ needles: [Needle], wanted: Bool, _ page: inout TaskPage
  ) throws(StoreError) -> TaskStatus? {
    if let snapshot, ordinal < snapshot.count, !changedRows.contains(ordinal) {
      guard query.mayMatch(ordinal, of: snapshot) else { return nil }
      if query.indexDecides, !wanted { return snapshot.status(ordinal) }
      guard try snapshot.holds(needles, ordinal) else { return nil }
      let record = try snapshot.recall(ordinal)
      let status = take(record, query, wanted, &page)
      // Only what is on a page is soon read again.
      if wanted, status != nil { try snapshot.remember(record, ordinal) }
      return status
    }
    guard let record = try record(at: ordinal) else { return nil }
    return take(record, query, wanted, &page)
  }

  private func take(
    _ record: TaskRecord, _ query: TaskQuery, _ wanted: Bool, _ page: inout TaskPage
  ) -> TaskStatus? {
    guard query.matches(record) else { return nil }
    if wanted { page.items.append(record) }
    return record.status
  }

  /// Gives the places to look at, in order; only those of the wanted statuses where that is known.
  private func candidates(_ query: TaskQuery, from start: Int?) -> AnySequence<Int> {
    switch query.order {
    case .oldest: return AnySequence((start.map { $0 + 1 } ?? 0)..<taskCount)
    case .newest:
      let end = start ?? taskCount
      if query.statuses.isEmpty { return AnySequence((0..<end).reversed()) }
      return AnySequence(
        StatusWalk(self, query.statuses).drop { $0 >= end && $0 != Snapshot.brokenRow })
    }
  }

  // MARK: Cursors

  private static let cursorVersion = "1:"

  /// Writes the place behind a task: it stays right while tasks come and go.
  private static func cursor(_ id: TaskID) -> String {
    Base64.urlEncode(Array((cursorVersion + id.description).utf8))
  }

  private func place(of cursor: String?) throws(StoreError) -> Int? {
    guard let cursor else { return nil }
    // A text that is no base64 is no cursor of ours.
    guard let bytes = try? Base64.urlDecode(cursor),
      case let text = String(decoding: bytes, as: UTF8.self), text.hasPrefix(Self.cursorVersion),
      let id = TaskID(String(text.dropFirst(Self.cursorVersion.count))),
      let ordinal = try ordinal(of: id)
    else { throw .badCursor(cursor) }
    return ordinal
  }

  private func isBehind(_ ordinal: Int, _ start: Int?, _ order: TaskQuery.Order) -> Bool {
    guard let start else { return true }
    return order == .newest ? ordinal < start : ordinal > start
  }
}

/// Walks the places of some statuses, newest first: the snapshot's chains and what has changed since.
struct StatusWalk: Sequence, IteratorProtocol {
  private var chains: [AnyIterator<Int>] = []
  private var heads: [Int?] = []
  private let skipped: Set<Int>

  init(_ fold: Fold, _ statuses: Set<TaskStatus>) {
    skipped = fold.changedRows
    let changed = statuses.flatMap { fold.standing[$0] ?? [] }
      .compactMap { fold.changed[$0]?.ordinal }.sorted(by: >)
    chains.append(AnyIterator(changed.makeIterator()))
    if let snapshot = fold.snapshot {
      for status in statuses {
        let skipped = skipped
        let rows = snapshot.rows(with: status).lazy.filter { !skipped.contains($0) }
        chains.append(AnyIterator(rows.makeIterator()))
      }
    }
    heads = chains.map { $0.next() }
  }

  mutating func next() -> Int? {
    guard let chain = heads.indices.max(by: { (heads[$0] ?? -1) < (heads[$1] ?? -1) }),
      let place = heads[chain]
    else { return nil }
    heads[chain] = chains[chain].next()
    return place
  }
}

extension TaskStore {
  /// Lists tasks, newest first unless asked otherwise.
  package func list(_ query: TaskQuery) throws(StoreError) -> TaskPage {
    try reading { (fold) throws(StoreError) in try fold.page(query) }
  }

  /// Gives those of some tasks of which a change could not be read, or may be what could not.
  package func damaged(among tasks: [TaskID]) throws(StoreError) -> Set<TaskID> {
    try reading { (fold) throws(StoreError) in Set(tasks.filter { fold.isDamaged($0) }) }
  }
}
