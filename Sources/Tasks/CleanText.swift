import JSON

/// Makes text by agents safe to show: data, never instructions to a terminal or a reader's eye.
package enum CleanText {
  /// Caps the scalars of one character, so that stacked marks cannot hide a megabyte in it.
  private static let scalarsPerCharacter = 16

  /// Removes control, escape and direction sequences; cut text ends in "…", inside the limit.
  ///
  /// Line feeds and tabs stay; a carriage return becomes a line feed. `limit` counts characters.
  package static func clean(_ text: String, limit: Int) -> String {
    isPlain(text, limit: limit) ? text : cut(visible(text, limit: limit), to: limit)
  }

  /// Cleans text for one line: white space of any kind becomes single blanks.
  package static func line(_ text: String, limit: Int) -> String {
    if isPlain(text, limit: limit), isSqueezed(text) { return text }
    // What is squeezed out does not count, yet must not make the work unbounded.
    let cleaned = visible(text, limit: clamped(limit) * 4)
    return cut(cleaned.split(whereSeparator: \.isWhitespace).joined(separator: " "), to: limit)
  }

  /// Cleans every string of a value, keys included, and bounds each.
  package static func clean(_ value: JSONValue, limit: Int) -> JSONValue {
    switch value {
    case .string(let text): .string(clean(text, limit: limit))
    case .array(let items): .array(items.map { clean($0, limit: limit) })
    case .object(let object):
      .object(
        object.members.reduce(into: JSONObject()) {
          $0[clean($1.key, limit: limit)] = clean($1.value, limit: limit)
        })
    case .null, .bool, .integer, .bigInteger, .double: value
    }
  }

  /// Cuts on a character boundary.
  package static func cut(_ text: String, to limit: Int) -> String {
    guard limit > 0 else { return "" }
    guard let end = text.index(text.startIndex, offsetBy: limit, limitedBy: text.endIndex),
      end < text.endIndex
    else { return text }
    return text.prefix(limit - 1) + "…"
  }

  /// Tells short text of visible ASCII and line feeds, which most is, and which needs no work.
  private static func isPlain(_ text: String, limit: Int) -> Bool {
    text.utf8.count <= limit
      && text.utf8.allSatisfy { $0 >= 0x20 && $0 < 0x7F || $0 == 0x0A || $0 == 0x09 }
  }

  /// Tells plain text whose only white space is single blanks inside it.
  private static func isSqueezed(_ text: String) -> Bool {
    let blank = UInt8(ascii: " ")
    var last = blank
    for byte in text.utf8 {
      if byte < blank || byte == blank && last == blank { return false }
      last = byte
    }
    return last != blank || text.isEmpty
  }

  /// Leaves room to reckon with a limit that says "none".
  private static func clamped(_ limit: Int) -> Int { min(max(limit, 0), 1 << 40) }

  /// Keeps the scalars a reader can see, at most about as many as the limit can need.
  private static func visible(_ text: String, limit: Int) -> String {
    let most = (clamped(limit) + 1) * scalarsPerCharacter
    var filter = EscapeFilter()
    var kept = String.UnicodeScalarView()
    var count = 0
    var marks = 0
    for scalar in text.unicodeScalars {
      guard count < most else {
        kept.append("…")
        break
      }
      guard let passed = filter.pass(scalar) else { continue }
      // Nothing below U+0300 joins what stands before it.
      marks = passed.value >= 0x300 && passed.properties.isGraphemeExtend ? marks + 1 : 0
      guard marks < scalarsPerCharacter else { continue }
      kept.append(passed)
      count += 1
    }
    return String(kept)
  }
}
