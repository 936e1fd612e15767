import JSON
import Posix
import TaskStore

extension Command {
  static let config = Command(
    path: ["config"], summary: "Show every setting: its value, its default, what it does.",
    options: [Options.json.spec],
    notes: """
      The file is read anew on each use; a missing file means all defaults. A dot stands for an
      object inside: limits.queued is {"limits": {"queued": 100}}; [] for each of a list.
      """,
    examples: [
      Example("errand config", "Where the file is, and what holds."),
      Example("errand config --json | jq .values", "As JSON."),
    ],
    run: Settings.show)
}

/// Shows the configuration from its own declaration.
enum Settings {
  private struct Row {
    var key: String
    var value: JSONValue?
    var fallback: JSONValue?
    var words: String
  }

  static func show(_ call: Invocation) throws(Complaint) -> ExitCode {
    let environment = Environment.current
    let path = Configuration.path(environment: environment)
    let configuration: Configuration
    let warnings: [String]
    do throws(ConfigurationError) {
      (configuration, warnings) = try Configuration.load(environment: environment)
    } catch {
      throw Complaint(
        "The configuration cannot be used.", why: [error.description], next: error.nextStep,
        code: .usage)
    }
    let rows = rows(
      Configuration.json.schema, Configuration.json.value(of: configuration),
      Configuration.json.value(of: Configuration()), "")
    if call[Options.json] {
      try call.terminal.print(json(rows, path, warnings).text)
    } else {
      try call.terminal.print("\(path)\n\n" + table(rows).text(for: call.terminal))
      call.terminal.note(#"A dot stands for an object inside: {"limits": {"queued": 100}}."#)
      for warning in warnings { call.terminal.note("warning: \(warning)") }
    }
    return .ok
  }

  /// Walks the declaration; what is not written has its default.
  private static func rows(
    _ schema: JSONValue, _ value: JSONValue?, _ plain: JSONValue?, _ prefix: String
  ) -> [Row] {
    (schema["properties"]?.objectValue ?? [:]).flatMap { key, inner -> [Row] in
      let fallback = plain?[key] ?? inner["default"]
      let held = value?[key] ?? fallback
      if inner["properties"] != nil { return rows(inner, held, fallback, "\(prefix)\(key).") }
      let row = Row(
        key: prefix + key, value: held, fallback: fallback,
        words: inner["description"]?.stringValue ?? "")
      guard let item = inner["items"], item["properties"] != nil else { return [row] }
      return [row] + self.rows(item, nil, nil, "\(prefix)\(key)[].")
    }
  }

  private static func table(_ rows: [Row]) -> Table {
    var table = Table([
      Table.Column("KEY"), Table.Column("VALUE", atLeast: 10),
      Table.Column("DEFAULT", atLeast: 7, leaves: 1),
      Table.Column("WHAT", atLeast: 20),
    ])
    for row in rows {
      let isSet = row.value != row.fallback
      table.add([
        Table.Cell(row.key), Table.Cell(row.value?.text ?? "-", isSet ? .bold : nil),
        Table.Cell(row.fallback?.text ?? "-", .dim), Table.Cell(row.words),
      ])
    }
    return table
  }

  private static func json(_ rows: [Row], _ path: String, _ warnings: [String]) -> JSONValue {
    [
      "path": .string(path), "warnings": .array(warnings.map { .string($0) }),
      "values": .object(JSONObject(rows.map { (key: $0.key, value: $0.value ?? .null) })),
      "defaults": .object(JSONObject(rows.map { (key: $0.key, value: $0.fallback ?? .null) })),
    ]
  }
}
