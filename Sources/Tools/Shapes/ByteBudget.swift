import JSON

/// Bounds results, since what a tool gives back fills a model's memory.
enum ByteBudget {
  static let usual = 8_000
  static let most = 40_000
  /// Below this not even one task would fit.
  static let least = 2_000
  /// Leaves room in a page for what stands around its items.
  static let frame = 800
  /// Holds for who reads whole: more than anything that is stored, and yet a bound.
  static let whole = 64 << 20

  /// Stands for what was cut of a text.
  static let ellipsis = "…"

  /// Declares `max_bytes`.
  static func field<Root>(
    _ get: @escaping @Sendable (Root) -> Int
  ) -> Field<Root, Int> {
    let told: JSONValue = ["type": "integer", "maximum": .integer(most)]
    return defaulted(
      "max_bytes", get, Codec.int(least...most).saying(told), usual, "Bytes.")
  }

  /// Counts the bytes of a value's written form.
  static func size<Value>(_ value: Value, _ codec: Codec<Value>) -> Int {
    codec.encode(value).count
  }

  /// Fits a value's texts and lists into so many bytes, ever tighter; nil if nothing helps.
  static func fit<Value>(
    _ value: Value, _ codec: Codec<Value>, bytes: Int
  ) -> (value: Value, isCut: Bool)? {
    if size(value, codec) <= bytes { return (value, false) }
    let whole = codec.value(of: value)
    // Half of what is allowed first: the longest text is most often the only long one.
    for level in Level.tightening(bytes) {
      let cut = cut(whole, to: level)
      guard cut.bytes.count <= bytes else { continue }
      do throws(Mismatch) {
        return (try codec.decode(cut), true)
      } catch {
        // A text that must be whole was cut: the next level is no better, but may be shorter.
        continue
      }
    }
    return nil
  }

  /// Says how tightly a value is cut.
  private struct Level {
    /// Bytes of a text.
    var text: Int
    /// Items of a list.
    var items: Int
    /// Keeps what agents put in freely, whose size nothing else bounds.
    var keepsPayloads = true

    /// Gives ever tighter levels; half of all for a text first, since most often one is long.
    static func tightening(_ bytes: Int) -> [Level] {
      [
        Level(text: bytes / 2, items: 50), Level(text: 1_000, items: 20),
        Level(text: 300, items: 8), Level(text: 300, items: 8, keepsPayloads: false),
        Level(text: 100, items: 4, keepsPayloads: false),
        Level(text: 100, items: 1, keepsPayloads: false),
      ]
    }

    /// Names the members that hold any JSON whatever, in all our shapes.
    static let payloads: Set<String> = [
      "schema", "data", "arguments", "result", "answer", "output", "input",
    ]
  }

  /// Cuts every text and list of a value; keys stay, since shapes are read by them.
  private static func cut(_ value: JSONValue, to level: Level) -> JSONValue {
    switch value {
    case .string(let string): return .string(cut(string, toBytes: level.text))
    case .array(let array):
      return .array(array.prefix(level.items).map { cut($0, to: level) })
    case .object(let object):
      return .object(
        JSONObject(
          object.members.map { key, value in
            let isKept = level.keepsPayloads || !Level.payloads.contains(key)
            return (key: key, value: isKept ? cut(value, to: level) : .null)
          }))
    case .null, .bool, .integer, .bigInteger, .double: return value
    }
  }

  /// Cuts text so that it takes at most so many bytes inside JSON quotes, on a character boundary.
  static func cut(_ text: String, toBytes limit: Int) -> String {
    guard size(of: text) > limit else { return text }
    var kept = ""
    var bytes = 3  // the ellipsis
    for character in text {
      bytes += size(of: String(character))
      guard bytes <= limit else { break }
      kept.append(character)
    }
    return kept + ellipsis
  }

  /// Counts how many of some bytes of text take at most so much room inside JSON quotes.
  static func count(of bytes: [UInt8], inside room: Int) -> Int {
    var left = room
    let end = bytes.firstIndex { byte in
      switch byte {
      case UInt8(ascii: "\""), UInt8(ascii: "\\"), 0x08...0x0A, 0x0C, 0x0D: left -= 2
      case ..<0x20: left -= 6
      default: left -= 1
      }
      return left < 0
    }
    return end ?? bytes.count
  }

  private static func size(of text: String) -> Int { JSONValue.string(text).bytes.count - 2 }
}

/// Is what a tool with a byte budget is called with.
package protocol Budgeted: Sendable {
  var maxBytes: Int { get set }
}

extension Budgeted {
  /// Asks for the same without a cut.
  var whole: Self {
    var input = self
    input.maxBytes = ByteBudget.whole
    return input
  }
}

/// Fills one page: takes items while they fit, and remembers that one did not.
struct PageFiller<Item: Sendable> {
  private(set) var items: [Item] = []
  /// Tells that something of an item was cut to make it fit.
  private(set) var hasCuts = false
  /// Counts the bytes that may still come.
  private(set) var left: Int
  private let codec: Codec<Item>

  init(_ codec: Codec<Item>, bytes: Int) {
    self.codec = codec
    left = max(0, bytes - ByteBudget.frame)
  }

  /// Adds an item as it is; false if it does not fit.
  mutating func addWhole(_ item: Item) -> Bool {
    let size = ByteBudget.size(item, codec) + 1
    guard size <= left else { return false }
    items.append(item)
    left -= size
    return true
  }

  /// Adds an item; false if it does not fit. The first one is cut until it does.
  mutating func add(_ item: Item) -> Bool {
    if addWhole(item) { return true }
    guard items.isEmpty, let (cut, _) = ByteBudget.fit(item, codec, bytes: left) else {
      return false
    }
    items.append(cut)
    hasCuts = true
    left = 0
    return true
  }
}
