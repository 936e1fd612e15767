/// Knows secrets by their looks: what they begin with, what they are made of, how long they are.
struct TokenShape: Sendable {
  /// Says what it is in the mark that takes its place.
  let name: String
  let beginning: [UInt8]
  let body: Body
  /// The least number of bytes after the beginning.
  let shortest: Int
  /// Whether a digit must be among them, where words of a language could look the same.
  let needsDigit: Bool

  /// Names the bytes that go on.
  enum Body: Sendable {
    case word, dashed, upper
    /// Letters, digits and what stands between the parts of a web token.
    case dotted
    /// A block from its first line to its last, as it stands in a file or in a JSON string.
    case block
  }

  /// Bounds what is taken for one secret, so that a beginning alone cannot swallow a stream.
  static let longest = 16 << 10

  private init(
    _ name: String, _ beginning: String, _ body: Body, _ shortest: Int, needsDigit: Bool = false
  ) {
    self.name = name
    self.beginning = Array(beginning.utf8)
    self.body = body
    self.shortest = shortest
    self.needsDigit = needsDigit
  }

  /// The more special come first: all of one place are tried in this order.
  static let all: [TokenShape] =
    ["ghp_", "gho_", "ghu_", "ghs_", "ghr_", "github_pat_"].map {
      TokenShape("GitHub token", $0, .word, 16)
    }
    + [
      TokenShape("GitLab token", "glpat-", .dashed, 16),
      TokenShape("npm token", "npm_", .word, 30),
      TokenShape("API key", "sk-ant-", .dashed, 16),
      TokenShape("API key", "sk-", .dashed, 20, needsDigit: true),
      TokenShape("Google key", "AIza", .dashed, 30),
      TokenShape("AWS key", "AKIA", .upper, 16), TokenShape("AWS key", "ASIA", .upper, 16),
      TokenShape("web token", "eyJ", .dotted, 24),
      TokenShape("private key", "-----BEGIN ", .block, 16),
    ]
    + ["xoxa-", "xoxb-", "xoxe-", "xoxp-", "xoxr-", "xoxs-"].map {
      TokenShape("Slack token", $0, .dashed, 10)
    }

  /// Tells what stands at a place.
  enum Finding: Equatable {
    case nothing
    /// It goes to the end of what there is, and may go on behind it.
    case unfinished
    case found(length: Int)
  }

  /// Looks at the beginning of `bytes`; `isWhole` says that nothing follows them.
  func look(at bytes: ArraySlice<UInt8>, isWhole: Bool) -> Finding {
    let head = bytes.prefix(beginning.count)
    guard head.elementsEqual(beginning.prefix(head.count)) else { return .nothing }
    guard head.count == beginning.count else { return isWhole ? .nothing : .unfinished }
    let rest = bytes.dropFirst(beginning.count)
    if body == .block { return block(rest, isWhole) }
    let end = rest.firstIndex { !goesOn($0) }
    let length = min((end ?? rest.endIndex) - rest.startIndex, Self.longest)
    if end == nil, !isWhole, length < Self.longest { return .unfinished }
    let text = rest.prefix(length)
    guard length >= shortest, !needsDigit || text.contains(where: Self.isDigit),
      body != .dotted || text.contains(UInt8(ascii: "."))
    else { return .nothing }
    return .found(length: beginning.count + length)
  }

  private static let blockEnd = Array("-----END ".utf8)
  private static let dashes = Array("-----".utf8)
  private static let secretWord = Array("PRIVATE KEY".utf8)

  /// A block without an end goes as far as its bytes could be one's.
  private func block(_ rest: ArraySlice<UInt8>, _ isWhole: Bool) -> Finding {
    let title = rest.prefix(64).prefix { $0 == UInt8(ascii: " ") || Self.isUpper($0) }
    if title.endIndex == rest.endIndex, !isWhole { return .unfinished }
    guard title.count >= Self.secretWord.count,
      title.suffix(Self.secretWord.count).elementsEqual(Self.secretWord)
    else { return .nothing }
    var index = title.endIndex
    let limit = min(rest.endIndex, title.endIndex + Self.longest)
    while index < limit, Self.isOfBlock(rest[index]) {
      if rest[index...].starts(with: Self.blockEnd) {
        let close = rest[index...].dropFirst(Self.blockEnd.count)
          .prefix { $0 == UInt8(ascii: " ") || Self.isUpper($0) }.endIndex
        let tail = rest[close...].prefix(Self.dashes.count)
        if tail.endIndex == rest.endIndex, tail.count < Self.dashes.count, !isWhole {
          return .unfinished
        }
        let end = tail.elementsEqual(Self.dashes) ? tail.endIndex : close
        return .found(length: beginning.count + end - rest.startIndex)
      }
      index += 1
    }
    if index == rest.endIndex, !isWhole, index < title.endIndex + Self.longest {
      return .unfinished
    }
    return .found(length: beginning.count + index - rest.startIndex)
  }

  private func goesOn(_ byte: UInt8) -> Bool {
    if Self.isDigit(byte) || Self.isUpper(byte) { return true }
    switch body {
    case .upper, .block: return false
    case .word: return Self.isLower(byte) || byte == UInt8(ascii: "_")
    case .dashed:
      return Self.isLower(byte) || byte == UInt8(ascii: "_") || byte == UInt8(ascii: "-")
    case .dotted:
      return Self.isLower(byte) || byte == UInt8(ascii: "_") || byte == UInt8(ascii: "-")
        || byte == UInt8(ascii: ".")
    }
  }

  /// Tells that no token begins behind these bytes: it would be the middle of a word. What ends an
  /// escape is of no word: `\n`, `\u0022`, `%20`, a terminal's colour.
  static func isInWord(behind before: ArraySlice<UInt8>) -> Bool {
    guard let last = before.last, isOfWord(last) else { return false }
    let rest = before.dropLast()
    if rest.last == UInt8(ascii: "\\") { return !"abefnrtv0".utf8.contains(last) }
    for (sign, digits) in [("\\u", 4), ("\\x", 2), ("%", 2)] {
      let (head, tail) = (before.dropLast(digits), before.suffix(digits))
      let isEscape = tail.count == digits && tail.allSatisfy(isHex)
      if isEscape, head.suffix(sign.utf8.count).elementsEqual(sign.utf8) { return false }
    }
    var colour = rest
    while let byte = colour.last, isDigit(byte) || byte == UInt8(ascii: ";") { colour.removeLast() }
    return !["\u{1B}[", "1b[", "1B[", "33[", "\\e["].contains {
      colour.suffix($0.utf8.count).elementsEqual($0.utf8)
    }
  }

  private static func isHex(_ byte: UInt8) -> Bool {
    isDigit(byte) || (0x61...0x66).contains(byte | 0x20)
  }

  /// Tells a byte that words are made of.
  static func isOfWord(_ byte: UInt8) -> Bool {
    isDigit(byte) || isUpper(byte) || isLower(byte) || byte == UInt8(ascii: "_")
  }

  private static func isDigit(_ byte: UInt8) -> Bool { byte >= 0x30 && byte <= 0x39 }
  private static func isUpper(_ byte: UInt8) -> Bool { byte >= 0x41 && byte <= 0x5A }
  private static func isLower(_ byte: UInt8) -> Bool { byte >= 0x61 && byte <= 0x7A }

  /// Base 64, white space, headers, and the backslash of an escaped line's end.
  private static func isOfBlock(_ byte: UInt8) -> Bool {
    isDigit(byte) || isUpper(byte) || isLower(byte) || Self.blockMarks.contains(byte)
  }

  private static let blockMarks = Array("+/=-,:\\ \r\n\t".utf8)
}
