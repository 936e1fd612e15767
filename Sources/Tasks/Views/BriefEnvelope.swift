import JSON

/// Shows a task in a list, in at most 400 bytes of JSON.
///
/// Ids, times, the name and the reason are never cut. The type and the profile are cut at 24 bytes,
/// and where all of these are long, further, so that title and summary can be hinted at.
/// The title then gets up to 80 bytes and the summary what is left; where fewer than 8 bytes of
/// either would stand, it is "…" alone. Cut text ends in "…".
package struct BriefEnvelope: Sendable, Hashable {
  package var id: TaskID
  package var name: String
  package var title: String?
  package var status: TaskStatus
  package var statusReason: String?
  package var queuePosition: Int?
  package var taskType: String
  package var profile: String
  package var queuedAt: Timestamp
  package var updatedAt: Timestamp
  package var completedAt: Timestamp?
  package var resultSummary: String?
  /// Is the address of its page while a console is served.
  package var consoleUrl: String?

  /// Bounds the object and its texts.
  package enum Limit {
    /// Bytes of the whole object as compact JSON.
    package static let bytes = 400
    static let titleBytes = 80
    static let wordBytes = 24
    static let leastBytes = 8
  }
}

extension BriefEnvelope {
  package init(
    _ record: TaskRecord, standing: QueueStanding? = nil, isDamaged: Bool = false,
    consoleUrl: String? = nil
  ) {
    self.init(
      id: record.id, name: record.spec.name.cleanedWord, title: nil, status: record.status,
      statusReason: record.statusReason(standing, isDamaged: isDamaged),
      queuePosition: record.queuePosition(standing),
      taskType: Self.cut(record.spec.taskType.cleanedWord, toBytes: Limit.wordBytes),
      profile: Self.cut(record.spec.launch.profile.cleanedWord, toBytes: Limit.wordBytes),
      queuedAt: record.queuedAt, updatedAt: record.updatedAt, completedAt: record.completedAt,
      resultSummary: nil, consoleUrl: consoleUrl)
    var left = Limit.bytes - Self.json.encode(self).count
    let least = Self.frame("title") + Self.frame("resultSummary") + 2 * Self.ellipsis
    if left < least {
      let bytes = Limit.wordBytes - (least - left + 1) / 2
      taskType = Self.cut(taskType, toBytes: bytes)
      profile = Self.cut(profile, toBytes: bytes)
      left = Limit.bytes - Self.json.encode(self).count
    }
    // However long the title is, what it came to is at least said to be there.
    let kept = record.resultSummary == nil ? 0 : Self.frame("resultSummary") + Self.ellipsis
    left -= kept
    title = Self.text(
      record.spec.title, key: "title", most: Limit.titleBytes, left: &left)
    left += kept
    resultSummary = record.resultSummary.flatMap {
      Self.text($0, key: "resultSummary", most: Limit.bytes, left: &left)
    }
  }

  /// Fits a member's text into the bytes left, its key and punctuation counted.
  private static func text(
    _ text: String, key: String, most: Int, left: inout Int
  ) -> String? {
    let room = left - frame(key)
    guard room >= ellipsis else { return nil }
    let cut = cut(
      CleanText.line(text, limit: Limit.bytes),
      toBytes: room < Limit.leastBytes ? ellipsis : min(most, room))
    guard !cut.isEmpty else { return nil }
    left -= frame(key) + encodedSize(cut)
    return cut
  }

  /// Counts what stands around a text: `,"key":""`.
  private static func frame(_ key: String) -> Int { key.utf8.count + 6 }
  private static let ellipsis = 3

  /// Cuts text so that it takes at most so many bytes inside JSON quotes.
  private static func cut(_ text: String, toBytes limit: Int) -> String {
    guard encodedSize(text) > limit else { return text }
    var cut = ""
    var size = ellipsis
    for character in text {
      size += encodedSize(String(character))
      guard size <= limit else { break }
      cut.append(character)
    }
    return cut + "…"
  }

  /// Counts the bytes inside JSON quotes, at most; control characters are gone by now.
  private static func encodedSize(_ text: some StringProtocol) -> Int {
    text.utf8.reduce(0) { size, byte in
      switch byte {
      case UInt8(ascii: "\""), UInt8(ascii: "\\"): size + 2
      case ..<0x20: size + 6
      default: size + 1
      }
    }
  }
}

extension BriefEnvelope: JSONCodable {
  package static let json = Codec.object(
    Self.init(
      id:name:title:status:statusReason:queuePosition:taskType:profile:queuedAt:updatedAt:
      completedAt:resultSummary:consoleUrl:),
    required("id", \.id, TaskID.json, "UUIDv7."),
    required("name", \.name, .string, "Slug; accepted wherever a task is named."),
    optional("title", \.title, .string, "One line, cut."),
    required("status", \.status, TaskStatus.json, "Where it stands."),
    optional("statusReason", \.statusReason, .string, "Why, as one word."),
    optional("queuePosition", \.queuePosition, .int, "Place in the queue, from 1."),
    required("taskType", \.taskType, .string, "Its type."),
    required("profile", \.profile, .string, "Who runs it."),
    required("queuedAt", \.queuedAt, .timestamp, "When it was created."),
    required("updatedAt", \.updatedAt, .timestamp, "When it changed last."),
    optional("completedAt", \.completedAt, .timestamp, "When it ended, however."),
    optional("resultSummary", \.resultSummary, .string, "The result in a few words, cut."),
    optional("consoleUrl", \.consoleUrl, .string, "Its page for a person."))
}
