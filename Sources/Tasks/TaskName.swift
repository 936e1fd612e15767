/// Makes and checks task names: slugs that people can type, unique in a store.
package enum TaskName {
  /// States the pattern of a valid name, as error messages quote it.
  package static let pattern = "^[a-z0-9][a-z0-9-]{1,62}$"
  /// Bounds the part made of words, without the random end.
  private static let slugLength = 40
  private static let suffixLength = 4
  /// Base 32 without the letters that are taken for digits (Crockford).
  private static let digits = Array("0123456789abcdefghjkmnpqrstvwxyz")

  /// Tells whether a given name may be used: the pattern, and never mistakable for an id.
  package static func isValid(_ name: String) -> Bool {
    let bytes = Array(name.utf8)
    guard (2...63).contains(bytes.count), isLetterOrDigit(bytes[0]) else { return false }
    guard bytes.allSatisfy({ isLetterOrDigit($0) || $0 == UInt8(ascii: "-") }) else {
      return false
    }
    return TaskID(name) == nil
  }

  /// Makes `fix-login-test-k3f9` from the title, else the brief, else the word "task".
  package static func make(
    title: String?, brief: String?, using random: inout some RandomNumberGenerator
  ) -> String {
    let words = [title, brief].lazy.compactMap { $0.map(slug) }.first { !$0.isEmpty }
    return (words ?? "task") + "-" + suffix(using: &random)
  }

  /// Gives a made name another random end, for when the first is taken.
  package static func renewing(
    _ name: String, using random: inout some RandomNumberGenerator
  ) -> String {
    let words = name.utf8.count > suffixLength + 1 ? String(name.dropLast(suffixLength + 1)) : name
    return words + "-" + suffix(using: &random)
  }

  /// Folds text to lower-case ASCII words joined by hyphens, cut between words where possible.
  package static func slug(_ text: String) -> String {
    var words: [String] = []
    var word = ""
    var length = 0
    // Names need few characters; a brief may have a hundred thousand.
    for character in text.prefix(400) where character != "'" && character != "’" {
      let folded = fold(character)
      if folded.isEmpty {
        guard !word.isEmpty else { continue }
        guard length + word.utf8.count <= slugLength else { break }
        length += word.utf8.count + 1
        words.append(word)
        word = ""
      } else {
        word += folded
      }
    }
    if !word.isEmpty, length + word.utf8.count <= slugLength { words.append(word) }
    if words.isEmpty { words.append(String(word.prefix(slugLength))) }
    return words.joined(separator: "-")
  }

  private static func suffix(using random: inout some RandomNumberGenerator) -> String {
    var text = ""
    for _ in 0..<suffixLength { text.append(digits[Int.random(in: 0..<32, using: &random)]) }
    return text
  }

  /// Folds one character to its nearest ASCII letters; empty where a word ends.
  private static func fold(_ character: Character) -> String {
    if let ascii = character.asciiValue {
      let isUpper = (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(ascii)
      let lower = isUpper ? ascii | 0x20 : ascii
      return isLetterOrDigit(lower) ? String(UnicodeScalar(lower)) : ""
    }
    let lower = character.lowercased()
    if let ascii = lower.utf8.first, lower.utf8.count == 1 {
      return isLetterOrDigit(ascii) ? lower : ""
    }
    return folds[lower.first ?? " "] ?? ""
  }

  private static let folds: [Character: String] = {
    let table = [
      "a": "áàâãåāăąǎ", "ae": "äæ", "c": "çćĉċč", "d": "ďđð", "e": "éèêëēĕėęě", "g": "ĝğġģ",
      "h": "ĥħ", "i": "íìîïĩīĭįı", "j": "ĵ", "k": "ķ", "l": "ĺļľŀł", "n": "ñńņňŋ",
      "o": "óòôõōŏőø", "oe": "öœ", "r": "ŕŗř", "s": "śŝşšș", "ss": "ß", "t": "ţťŧț",
      "th": "þ", "u": "úùûũūŭůűų", "ue": "ü", "w": "ŵ", "y": "ýÿŷ", "z": "źżž",
    ]
    var folds: [Character: String] = [:]
    for (letters, characters) in table {
      for character in characters { folds[character] = letters }
    }
    return folds
  }()

  private static func isLetterOrDigit(_ byte: UInt8) -> Bool {
    (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte)
      || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
  }
}
