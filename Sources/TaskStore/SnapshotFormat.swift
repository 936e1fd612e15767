import JSON
import Tasks

/// Fixes the bytes of a snapshot's index: a header, a row a task in order of creation, three tables;
/// then a check for each page of the records, and one for each page of all that stands before these.
enum SnapshotFormat {
  static let magic = Array("ERRAND03".utf8)
  static let statuses = TaskStatus.allCases
  /// Is the chain of what is in the bin, behind those of the statuses.
  static let bin = statuses.count
  static let chains = statuses.count + 1
  static let headerSize = 128
  static let rowSize = 96

  enum Header {
    static let count = 8
    static let recordsSize = 16
    static let slots = 24
    static let heads = 32
    static let counts = 72
    /// The hash of the file that holds what is kept beside the tasks: a power cut may leave some files
    /// of one snapshot and some of another.
    static let aside = 112
  }

  enum Row {
    static let id = 0
    static let offset = 16
    static let length = 24
    /// The row before with the same status, plus one; zero ends the chain.
    static let previous = 28
    static let status = 32
    static let attempts = 36
    static let queuedAt = 40
    static let completedAt = 48
    static let number = 56
    static let type = 64
    static let profile = 68
    static let team = 72
    static let parent = 76
    static let name = 80
    /// The hash of the idempotency key; zero without one.
    static let key = 88
  }

  /// Gives a table's size: a power of two that stays at most half full.
  static func slots(for count: Int) -> Int {
    var slots = 16
    while slots < count * 2 { slots *= 2 }
    return slots
  }

  /// Hashes bytes for the tables (FNV-1a, 64 bits): it must be the same in every process.
  static func hash(_ bytes: some Sequence<UInt8>) -> UInt64 {
    var hash: UInt64 = 0xcbf2_9ce4_8422_2325
    for byte in bytes { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
    return hash
  }

  /// Hashes a text, never to zero, which stands for no text.
  static func hash(_ text: String) -> UInt64 { max(1, hash(text.utf8)) }

  static func shortHash(_ text: String) -> UInt32 { UInt32(truncatingIfNeeded: hash(text)) }

  static func index(of status: TaskStatus) -> Int { statuses.firstIndex(of: status) ?? 0 }
}

/// Holds what a snapshot keeps beside its tasks.
struct SnapshotAside: Sendable {
  var position = JournalPosition()
  var handles: [String: WaitHandle] = [:]
  var seen: [InboxReader: Int] = [:]
  var damaged: Set<TaskID> = []
  var doubted: Set<TaskID> = []
  var teams: Set<String> = []
  var kept: Set<KeptBreak> = []
  var schedules: [TaskID: Schedule] = [:]
  var unread: Set<Int> = []
}

extension SnapshotAside: JSONCodable {
  static let json = Codec.object(
    {
      (
        segment: Int, offset: Int, number: Int, seal: String, handles: [WaitHandle],
        seen: [InboxMark], damaged: [TaskID], doubted: [TaskID], teams: [String],
        kept: [KeptBreak], schedules: [Schedule], unread: [Int]
      ) in
      SnapshotAside(
        position: JournalPosition(segment: segment, offset: offset, number: number, seal: seal),
        handles: Dictionary(handles.map { ($0.id, $0) }, uniquingKeysWith: { $1 }),
        seen: Dictionary(seen.map { ($0.reader, $0.number) }, uniquingKeysWith: { max($0, $1) }),
        damaged: Set(damaged), doubted: Set(doubted), teams: Set(teams), kept: Set(kept),
        schedules: Dictionary(schedules.map { ($0.id, $0) }, uniquingKeysWith: { $1 }),
        unread: Set(unread))
    },
    required("segment", { $0.position.segment }, .int),
    required("offset", { $0.position.offset }, .int),
    required("number", { $0.position.number }, .int),
    required("seal", { $0.position.seal }, .string),
    required(
      "handles", { $0.handles.values.sorted { $0.id < $1.id } }, .array(of: WaitHandle.json)),
    required(
      "seen", { $0.seen.map { InboxMark(reader: $0.key, number: $0.value) } },
      .array(of: InboxMark.json)),
    required("damaged", { $0.damaged.sorted() }, .array(of: TaskID.json)),
    defaulted("doubted", { $0.doubted.sorted() }, .array(of: TaskID.json), []),
    required("teams", { $0.teams.sorted() }, .array(of: .string)),
    defaulted("kept", { Array($0.kept) }, .array(of: KeptBreak.json), []),
    defaulted(
      "schedules", { $0.schedules.values.sorted { $0.id < $1.id } }, .array(of: Schedule.json), []),
    defaulted("unread", { $0.unread.sorted() }, .array(of: .int), []))
}
