import JSON
import Tasks

/// Is one line of the journal: what changed, when, by whom, as which number.
struct JournalEntry: Sendable {
  var number: Int
  var at: Timestamp
  var by: Actor
  var change: JournalChange
}

/// Names what a line can change: a task, or one of the few things beside tasks.
enum JournalChange: Sendable {
  case task(TaskID, revision: Int, TaskEvent)
  case handleMade(WaitHandle)
  case handleEnded(id: String, state: WaitHandle.End)
  /// A client was shown everything up to this number.
  case inboxSeen(client: String, number: Int)
}

extension JournalEntry {
  /// Writes the line without its seal and closing brace.
  func body() -> [UInt8] {
    var writer = JSONWriter(reserving: 1024)
    writer.beginObject()
    writer.key("n")
    writer.integer(number)
    writer.key("at")
    writer.timestamp(at)
    writer.key("by")
    Actor.json.write(by, to: &writer)
    switch change {
    case .task(let id, let revision, let event):
      writer.key("task")
      writer.string(id.description)
      writer.key("rev")
      writer.integer(revision)
      writer.key("event")
      TaskEvent.json.write(event, to: &writer)
    case .handleMade(let handle):
      writer.key("handle")
      WaitHandle.json.write(handle, to: &writer)
    case .handleEnded(let id, let state):
      writer.key("handleEnded")
      writer.string(id)
      writer.key("state")
      writer.string(state.rawValue)
    case .inboxSeen(let client, let number):
      writer.key("client")
      writer.string(client)
      writer.key("seen")
      writer.integer(number)
    }
    return writer.bytes
  }

  /// Reads a line; nil if it is no entry of ours.
  init?(_ line: JSONValue) {
    guard let number = line["n"]?.intValue,
      let at = line["at"]?.stringValue.flatMap(Timestamp.init(rfc3339:)),
      let by = line["by"].flatMap({ Self.read(Actor.json, $0) }),
      let change = JournalChange(line)
    else { return nil }
    self.init(number: number, at: at, by: by, change: change)
  }

  static func read<Value>(_ codec: Codec<Value>, _ value: JSONValue) -> Value? {
    var faults = Faults()
    return codec.read(value, &faults)
  }
}

extension JournalChange {
  init?(_ line: JSONValue) {
    if let task = line["task"]?.stringValue {
      guard let id = TaskID(task), let revision = line["rev"]?.intValue,
        let event = line["event"].flatMap({ JournalEntry.read(TaskEvent.json, $0) })
      else { return nil }
      self = .task(id, revision: revision, event)
    } else if let handle = line["handle"] {
      guard let made = JournalEntry.read(WaitHandle.json, handle) else { return nil }
      self = .handleMade(made)
    } else if let id = line["handleEnded"]?.stringValue {
      guard let state = line["state"]?.stringValue.flatMap(WaitHandle.End.init(rawValue:))
      else { return nil }
      self = .handleEnded(id: id, state: state)
    } else if let client = line["client"]?.stringValue, let seen = line["seen"]?.intValue {
      self = .inboxSeen(client: client, number: seen)
    } else {
      return nil
    }
  }
}
