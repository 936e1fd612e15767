/// Knows a secret by the name it is given under: `password: …`, `API_KEY=…`, `https://user:…@host`.
///
/// Code that only speaks of secrets is left alone: a type, a variable or a call is no value.
struct NamedSecret: Sendable, Equatable {
  /// Counts what stands between the sign and the value.
  var skipped: Int
  var length: Int
  /// Says what it is in the mark that takes its place.
  var name: String

  enum Finding: Equatable {
    case nothing
    /// It goes to the end of what there is, and may go on behind it.
    case unfinished
    case found(NamedSecret)
  }

  /// Counts the bytes before a sign that are looked at for the name.
  static let reach = 48

  /// Tells a byte behind which a value may stand.
  static func isSign(_ byte: UInt8) -> Bool {
    byte == UInt8(ascii: ":") || byte == UInt8(ascii: "=")
  }

  /// Names that end so, without the marks between their words, and the least length of a value.
  private static let names: [(ending: [UInt8], shortest: Int)] = [
    ("password", 6), ("passwd", 6), ("passphrase", 6), ("secret", 12), ("token", 16),
    ("apikey", 12), ("accesskey", 16), ("secretkey", 12), ("privatekey", 16),
    ("authorization", 12),
  ].map { (Array($0.0.utf8), $0.1) }

  /// Looks at a sign, the first of `rest`, behind what was written so far.
  static func look(
    behind before: ArraySlice<UInt8>, at rest: ArraySlice<UInt8>, isWhole: Bool
  ) -> Finding {
    let word = Word(endOf: before)
    if word.followsSlashes, rest.first == UInt8(ascii: ":") {
      return credential(rest.dropFirst(), isWhole)
    }
    if rest.dropFirst().first == UInt8(ascii: "="), rest.first == UInt8(ascii: "=") {
      return .nothing
    }
    guard let known = names.first(where: { word.ends(with: $0.ending) }) else {
      return .nothing
    }
    var value = Value(of: rest.dropFirst())
    value.skipScheme()
    if value.text.endIndex == rest.endIndex, !isWhole, value.text.count < TokenShape.longest {
      return .unfinished
    }
    guard value.text.count >= known.shortest, value.isGiven, value.isUnlikeAWord else {
      return .nothing
    }
    return .found(
      NamedSecret(
        skipped: value.text.startIndex - rest.startIndex, length: value.text.count,
        name: String(decoding: known.ending, as: UTF8.self)))
  }

  /// Takes what stands between a user's name and the `@` of an address.
  private static func credential(_ rest: ArraySlice<UInt8>, _ isWhole: Bool) -> Finding {
    let text = rest.prefix(512).prefix { $0 > 0x20 && !"/@\"'<>\\".utf8.contains($0) }
    if text.endIndex == rest.endIndex { return isWhole ? .nothing : .unfinished }
    guard rest[text.endIndex] == UInt8(ascii: "@"), text.count > 2, text.first != UInt8(ascii: "$"),
      text.first != UInt8(ascii: "[")
    else { return .nothing }
    return .found(NamedSecret(skipped: 1, length: text.count, name: "password"))
  }

  /// Is the last word before a sign, quotes and blanks behind it passed over.
  private struct Word {
    private let bytes: ArraySlice<UInt8>
    let followsSlashes: Bool

    init(endOf before: ArraySlice<UInt8>) {
      var rest = before.suffix(reach)
      while let last = rest.last, " \"'\\`".utf8.contains(last) { rest.removeLast() }
      var start = rest.endIndex
      while start > rest.startIndex, Self.goesOn(rest[start - 1]) { start -= 1 }
      bytes = rest[start...]
      followsSlashes =
        !bytes.isEmpty && rest.endIndex == before.endIndex
        && rest[..<start].suffix(2).elementsEqual("//".utf8)
    }

    /// Compares in lower case, without the marks between the parts of a name.
    func ends(with ending: [UInt8]) -> Bool {
      var left = ending[...]
      for byte in bytes.reversed() {
        guard let wanted = left.last else { return true }
        if byte == UInt8(ascii: "_") || byte == UInt8(ascii: "-") { continue }
        guard byte | 0x20 == wanted else { return false }
        left.removeLast()
      }
      return left.isEmpty
    }

    private static func goesOn(_ byte: UInt8) -> Bool {
      TokenShape.isOfWord(byte) || byte == UInt8(ascii: "-")
    }
  }

  /// Is what a name is given: up to its quote, or to the end of a word.
  private struct Value {
    var text: ArraySlice<UInt8>
    private let rest: ArraySlice<UInt8>

    init(of rest: ArraySlice<UInt8>) {
      var rest = rest
      // `:=` is one sign.
      if rest.first == UInt8(ascii: "=") { rest.removeFirst() }
      let blanks = rest.prefix(8).prefix { " \t\\\"'".utf8.contains($0) }
      self.rest = rest
      text = Self.word(rest[blanks.endIndex...])
    }

    private static func word(_ rest: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
      rest.prefix(TokenShape.longest).prefix {
        $0 > 0x20 && !"\"'`\\,;(){}[]<>|&".utf8.contains($0)
      }
    }

    /// Passes over the word that says how somebody proves who they are.
    mutating func skipScheme() {
      guard text.count <= 6, text.allSatisfy({ $0 & 0xDF >= 0x41 && $0 & 0xDF <= 0x5A }),
        rest[text.endIndex...].first == UInt8(ascii: " ")
      else { return }
      let next = Self.word(rest[text.endIndex...].dropFirst())
      if ["bearer", "basic", "token"].contains(
        String(decoding: text, as: UTF8.self).lowercased())
      {
        text = next
      }
    }

    /// Tells that it is no variable, no mask, no call and no comparison.
    var isGiven: Bool {
      guard let first = text.first, !"$%*=".utf8.contains(first) else { return false }
      return !(rest[text.endIndex...].first.map { "([".utf8.contains($0) } ?? false)
    }

    /// Tells that it has what words of a language or of a program have not.
    var isUnlikeAWord: Bool {
      text.contains { $0 >= 0x30 && $0 <= 0x39 || "!@#%^*~+".utf8.contains($0) }
        && text.contains { $0 & 0xDF >= 0x41 && $0 & 0xDF <= 0x5A }
    }
  }
}
