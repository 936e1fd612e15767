import JSON

extension ClaimCondition: JSONCodable {
  /// Nests the four forms to the depth allowed, so that the schema needs no reference to itself.
  package static let json = nested(Limit.depth)

  private static func nested(_ depth: Int) -> Codec<ClaimCondition> {
    guard depth > 1 else { return .union(tag: "op", taskStatus, taskAccepted) }
    let below = nested(depth - 1)
    let branches = Codec<[ClaimCondition]>.array(of: below, count: 1...Limit.branches)
    let forms = Codec<ClaimCondition>.union(
      tag: "op",
      .variant(
        "all", extract: { if case .all(let branches) = $0 { Branches(branches) } else { nil } },
        embed: { .all($0.conditions) }, Branches.codec(of: branches)),
      .variant(
        "any", extract: { if case .any(let branches) = $0 { Branches(branches) } else { nil } },
        embed: { .any($0.conditions) }, Branches.codec(of: branches)),
      taskStatus, taskAccepted)
    return Codec(
      schema: outline(branches.schema), read: { forms.read($0, &$1) },
      write: { forms.write($0, to: &$1) })
  }

  /// Describes the forms in one object, since a form each would double with every level.
  private static func outline(_ branches: JSONValue) -> JSONValue {
    [
      "type": "object",
      "required": ["op"],
      "properties": [
        "op": ["enum": ["all", "any", "task_status", "task_accepted"]],
        "conditions": branches,
        "taskId": TaskID.json.schema,
        "statuses": Wanted.statuses.schema,
      ],
    ]
  }

  private static var taskStatus: Variant<ClaimCondition> {
    .variant(
      "task_status",
      extract: {
        if case .taskStatus(let id, let wanted) = $0 {
          Wanted(taskId: id, statuses: wanted)
        } else {
          nil
        }
      }, embed: { .taskStatus($0.taskId, $0.statuses) }, Wanted.json)
  }

  private static var taskAccepted: Variant<ClaimCondition> {
    .variant(
      "task_accepted",
      extract: { if case .taskAccepted(let id) = $0 { Named(taskId: id) } else { nil } },
      embed: { .taskAccepted($0.taskId) }, Named.json)
  }
}

/// Carries the branches of `all` and `any`.
private struct Branches: Sendable {
  var conditions: [ClaimCondition]

  init(_ conditions: [ClaimCondition]) {
    self.conditions = conditions
  }

  static func codec(of branches: Codec<[ClaimCondition]>) -> Codec<Branches> {
    Codec.object(
      Self.init(_:), required("conditions", \.conditions, branches, "The branches."))
  }
}

/// Carries the task and the statuses it may have.
private struct Wanted: JSONCodable {
  var taskId: TaskID
  var statuses: [TaskStatus]

  static let statuses = Codec<[TaskStatus]>.array(
    of: TaskStatus.json, count: 1...TaskStatus.allCases.count)

  static let json = Codec.object(
    Self.init(taskId:statuses:),
    required("taskId", \.taskId, TaskID.json, "The other task."),
    required("statuses", \.statuses, statuses, "Any of these will do."))
}

/// Carries a task and nothing else.
private struct Named: JSONCodable {
  var taskId: TaskID

  static let json = Codec.object(
    Self.init(taskId:), required("taskId", \.taskId, TaskID.json, "The other task."))
}
