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
  case handleEnded(id: String, WaitHandle.End)
  case inboxSeen(InboxMark)
  /// Begins a base: what follows stands for all before it.
  case base(JournalBase)
  /// A task as it stood when the base was written.
  case record(TaskRecord)
  /// A task whose state was not known when the base was written.
  case lost(TaskID)
  /// A task whose state was in doubt when the base was written.
  case doubted(TaskID)
  /// All that is known of a task of which a change was lost; nothing of it is in doubt any more.
  case saidAnew(TaskRecord)
  /// Breaks that were looked at, and mended as far as that is possible: from here on, history.
  case kept([KeptBreak])
  /// A schedule as it was made, or as it stands after a change.
  case scheduleMade(Schedule)
  case scheduleDecided(TaskID, Schedule.Decision)
  case scheduleRemoved(TaskID)
}

extension JournalEntry {
  /// Writes the line without its seal and closing brace.
  func body() -> [UInt8] {
    var writer = JSONWriter(reserving: 1024)
    writer.beginObject()
    if case .base(let base) = change {
      writer.key("base")
      JournalBase.json.write(base, to: &writer)
    }
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
    case .handleEnded(let id, let end):
      writer.key("handleEnded")
      writer.string(id)
      writer.key("end")
      WaitHandle.End.json.write(end, to: &writer)
    case .inboxSeen(let mark):
      writer.key("inbox")
      InboxMark.json.write(mark, to: &writer)
    case .base: break
    case .record(let record): Self.write(record, "record", to: &writer)
    case .saidAnew(let record): Self.write(record, "saidAnew", to: &writer)
    case .kept(let breaks):
      writer.key("kept")
      Codec<[KeptBreak]>.array(of: KeptBreak.json).write(breaks, to: &writer)
    case .lost(let id):
      writer.key("lost")
      writer.string(id.description)
    case .doubted(let id):
      writer.key("doubted")
      writer.string(id.description)
    case .scheduleMade(let schedule):
      writer.key("schedule")
      Schedule.json.write(schedule, to: &writer)
    case .scheduleDecided(let id, let decision):
      writer.key("scheduleDecided")
      writer.string(id.description)
      writer.key("decision")
      Schedule.Decision.json.write(decision, to: &writer)
    case .scheduleRemoved(let id):
      writer.key("scheduleRemoved")
      writer.string(id.description)
    }
    return writer.bytes
  }

  private static func write(_ record: TaskRecord, _ key: String, to writer: inout JSONWriter) {
    writer.key("task")
    writer.string(record.id.description)
    writer.key(key)
    TaskRecord.json.write(record, to: &writer)
  }

  /// Reads a line; nil if it is no entry of ours.
  init?(_ line: JSONValue) {
    guard let number = LineNumber.checked(line["n"]?.intValue),
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
    if let base = line["base"] {
      guard let base = JournalEntry.read(JournalBase.json, base) else { return nil }
      self = .base(base)
    } else if let record = line["record"] {
      guard let record = JournalEntry.read(TaskRecord.json, record) else { return nil }
      self = .record(record)
    } else if let record = line["saidAnew"] {
      guard let record = JournalEntry.read(TaskRecord.json, record) else { return nil }
      self = .saidAnew(record)
    } else if let breaks = line["kept"] {
      guard let breaks = JournalEntry.read(.array(of: KeptBreak.json), breaks) else { return nil }
      self = .kept(breaks)
    } else if let id = line["lost"]?.stringValue {
      guard let id = TaskID(id) else { return nil }
      self = .lost(id)
    } else if let id = line["doubted"]?.stringValue {
      guard let id = TaskID(id) else { return nil }
      self = .doubted(id)
    } else if let task = line["task"]?.stringValue {
      guard let id = TaskID(task), let revision = LineNumber.checked(line["rev"]?.intValue),
        let event = line["event"].flatMap({ JournalEntry.read(TaskEvent.json, $0) })
      else { return nil }
      self = .task(id, revision: revision, event)
    } else if let handle = line["handle"] {
      guard let made = JournalEntry.read(WaitHandle.json, handle) else { return nil }
      self = .handleMade(made)
    } else if let id = line["handleEnded"]?.stringValue {
      guard let end = line["end"].flatMap({ JournalEntry.read(WaitHandle.End.json, $0) })
      else { return nil }
      self = .handleEnded(id: id, end)
    } else if let inbox = line["inbox"] {
      guard let mark = JournalEntry.read(InboxMark.json, inbox) else { return nil }
      self = .inboxSeen(mark)
    } else if let schedule = line["schedule"] {
      guard let made = JournalEntry.read(Schedule.json, schedule) else { return nil }
      self = .scheduleMade(made)
    } else if let id = line["scheduleDecided"]?.stringValue {
      guard let id = TaskID(id),
        let decision = line["decision"].flatMap({ JournalEntry.read(Schedule.Decision.json, $0) })
      else { return nil }
      self = .scheduleDecided(id, decision)
    } else if let id = line["scheduleRemoved"]?.stringValue {
      guard let id = TaskID(id) else { return nil }
      self = .scheduleRemoved(id)
    } else {
      return nil
    }
  }
}
