import JSON
import MCP
import TaskStore
import Tasks

/// Offers tasks, their messages and artifacts as documents under addresses.
struct TaskResources: ResourceProvider {
  let workshop: Workshop

  var templates: [ResourceTemplate] { ResourceAddress.templates }

  /// Lists the inbox first, then tasks, the newest first.
  func list(cursor: String?) throws(ResourceFailure) -> ResourcePage {
    let page = try page(limit: Self.pageSize, cursor: cursor)
    var entries = page.items.map { task in
      ResourceEntry(
        uri: ResourceAddress.task(.id(task.id)).text, name: task.spec.name,
        title: CleanText.line(task.spec.title, limit: 80),
        description: "\(task.spec.taskType), \(task.status.rawValue)",
        mimeType: ResourceAddress.jsonType)
    }
    if cursor == nil {
      entries.insert(
        ResourceEntry(
          uri: ResourceAddress.tasks.text, name: "inbox", title: "Inbox",
          description: "What needs you, what finished, what runs.",
          mimeType: ResourceAddress.jsonType), at: 0)
    }
    return ResourcePage(
      entries: entries, nextCursor: page.nextCursor, ttlMilliseconds: Self.listLifetime)
  }

  private static let pageSize = 50
  private static let listLifetime = 1_000

  func read(_ uri: String) throws(ResourceFailure) -> ResourceReading {
    if uri == AppPage.address, let page = workshop.setting.appPage { return page.reading }
    guard let address = ResourceAddress(uri) else { throw .notFound }
    do throws(ToolFailure) {
      switch address {
      case .tasks: return try document(uri, TasksList(workshop: workshop), TasksList.Input())
      case .task(let task):
        let input = TasksGet.Input(task: task, team: nil, diary: nil, maxBytes: ByteBudget.usual)
        return try document(uri, TasksGet(workshop: workshop), input)
      case .messages(let task, let number):
        let input = TasksMessagesList.Input(
          task: task, attemptN: number, afterSeq: nil, beforeSeq: nil, tail: Self.tail, seq: nil,
          offset: 0, kinds: [], limit: Self.tail, includeDeltas: false, waitSec: 0, team: nil,
          diary: nil, maxBytes: ByteBudget.most)
        return try document(uri, TasksMessagesList(workshop: workshop), input)
      case .artifact(let cid): return try artifact(uri, cid)
      }
    } catch {
      throw ResourceFailure(error)
    }
  }

  private static let tail = 100

  /// Reads what the tool of the same matter shows.
  private func document<Offered: TaskTool>(
    _ uri: String, _ tool: Offered, _ input: Offered.Input
  ) throws(ToolFailure) -> ResourceReading where Offered.Output: JSONCodable {
    let output = try tool.perform(input, .reader(in: workshop))
    let text = String(decoding: Offered.Output.json.encode(output), as: UTF8.self)
    return ResourceReading([
      ResourceContents(uri: uri, mimeType: ResourceAddress.jsonType, body: .text(text))
    ])
  }

  /// Reads content by its id; more than fits into a message is a slice with the way to the rest.
  private func artifact(_ uri: String, _ cid: ContentID) throws(ToolFailure) -> ResourceReading {
    let content = try workshop.staged(cid)
    let store = try workshop.store()
    let bytes = try naming { () throws(StoreError) in
      try store.blobs.read(cid, offset: 0, count: min(content.size, Self.sliceSize))
    }
    let isWhole = bytes.count == content.size
    var body = ResourceContents.Body.base64(Base64.encode(bytes))
    var shown = bytes.count
    if ContentType.isTextual(content.contentType), let piece = TextPiece(bytes, isLast: isWhole) {
      body = .text(piece.text)
      shown = piece.length
    }
    let rest: JSONObject = [
      "truncated": true, "sizeBytes": .integer(content.size), "nextOffset": .integer(shown),
      "hint": "tasks_artifacts_download reads on with cid and offset.",
    ]
    return ResourceReading(
      [
        ResourceContents(
          uri: uri, mimeType: content.contentType, body: body, meta: isWhole ? nil : rest)
      ], ttlMilliseconds: Self.artifactLifetime)
  }

  private static let sliceSize = 1 << 20
  /// What an address describes by its hash never changes.
  private static let artifactLifetime = 86_400_000

  private func page(limit: Int, cursor: String?) throws(ResourceFailure) -> TaskPage {
    do throws(ToolFailure) {
      let store = try workshop.store()
      var query = TaskQuery()
      query.teamId = workshop.usableConfiguration().team
      query.limit = limit
      query.cursor = cursor
      let asked = query
      return try naming { () throws(StoreError) in try store.list(asked) }
    } catch {
      throw ResourceFailure(error)
    }
  }

  func complete(
    template: String, argument: String, prefix: String, context: [String: String]
  ) throws(ResourceFailure) -> Completion {
    guard templates.contains(where: { $0.uriTemplate == template }) else {
      throw .unknownTemplate
    }
    let recent = try page(limit: Self.pageSize * 2, cursor: nil).items
    switch argument {
    case "id": return Completion(Self.references(recent, prefix))
    case "n":
      let attempts = try context["id"].map(attempts) ?? []
      return Completion(attempts.map { "\($0.attemptN)" }.filter { $0.hasPrefix(prefix) })
    case "cid":
      let cids = recent.flatMap { $0.artifacts.map { "\($0.cid)" } }.filter { $0.hasPrefix(prefix) }
      return Completion(
        cids.reduce(into: []) { if !$0.contains($1), $0.count < 100 { $0.append($1) } })
    default: throw .unknownTemplate
    }
  }

  /// Gives the attempts of a task, however old; none where there is no such task.
  private func attempts(_ reference: String) throws(ResourceFailure) -> [Attempt] {
    do throws(ToolFailure) {
      let place = TaskPlace(task: TaskReference(reference), team: nil, diary: nil)
      return try workshop.findToShow(place).attempts
    } catch {
      if error.kind == .notFound { return [] }
      throw ResourceFailure(error)
    }
  }

  /// Gives the names and ids of tasks that begin as typed.
  static func references(_ tasks: [TaskRecord], _ prefix: String) -> [String] {
    let names = tasks.map(\.spec.name).filter { $0.hasPrefix(prefix) }
    // Ids are long and alike; they are offered only to somebody who has begun to type one.
    let ids = prefix.isEmpty ? [] : tasks.map(\.id.description).filter { $0.hasPrefix(prefix) }
    return names + ids
  }

  /// Completes a task argument of a prompt; nothing is offered where the store cannot be read.
  func taskCompletion(_ prefix: String) -> Completion {
    do throws(ResourceFailure) {
      let recent = try page(limit: Self.pageSize * 2, cursor: nil).items
      return Completion(Self.references(recent, prefix))
    } catch {
      return Completion([])
    }
  }
}

extension ResourceFailure {
  fileprivate init(_ failure: ToolFailure) {
    switch failure.kind {
    case .notFound, .sourceNotFound: self = .notFound
    case .badCursor: self = .unknownCursor
    case .conflict, .nameTaken, .idempotencyConflict, .runDecided, .limit, .storeDamaged,
      .taskDamaged,
      .storeNewer, .storeNotWritable, .storeUnavailable, .storeRemoved,
      .storeStopped, .busy, .internal, nil:
      self = .unavailable(failure.summary)
    }
  }
}

extension TaskRecord {
  /// Tells whether a reference means this task.
  func isCalled(_ reference: TaskReference?) -> Bool {
    switch reference {
    case .id(let id): id == self.id
    case .name(let name): name == spec.name
    case nil: false
    }
  }
}
