import JSON

/// Gives the ways a secret value stands in text: as it is, and as programs escape it in JSON, once
/// and in JSON within JSON.
enum SecretForms {
  static func all(_ value: String) -> Set<[UInt8]> {
    let usual = quoted(value)
    let plain = [usual, inASCII(usual)]
    let once = plain + plain.map { $0.replacing("/", with: "\\/") } + [withoutMarkup(usual)]
    return Set(([value] + once + once.map(quoted)).map { Array($0.utf8) })
  }

  private static func quoted(_ text: String) -> String {
    String(decoding: JSONValue.string(text).bytes.dropFirst().dropLast(), as: UTF8.self)
  }

  private static func inASCII(_ text: String) -> String {
    escaping(text) { $0 > 0x7E }
  }

  /// As programs write it that mean it for web pages.
  private static func withoutMarkup(_ text: String) -> String {
    escaping(text) { [0x3C, 0x3E, 0x26].contains($0) }
  }

  private static func escaping(_ text: String, _ isForeign: (UInt16) -> Bool) -> String {
    let units = text.utf16.map { unit -> String in
      guard isForeign(unit) else { return String(decoding: [unit], as: UTF16.self) }
      let digits = String(unit, radix: 16)
      return "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
    }
    return units.joined()
  }
}
