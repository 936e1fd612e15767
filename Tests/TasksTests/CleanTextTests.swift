import JSON
import Tasks
import TestSupport
import Testing

/// Checks that nothing an agent writes can act on a terminal or deceive a reader.
@Suite struct CleanTextTests {
  static let hostile: [(text: String, cleaned: String)] = [
    ("plain text, ünïcödé 🙂", "plain text, ünïcödé 🙂"),
    ("a\tb\nc", "a\tb\nc"),
    ("a\r\nb\rc", "a\nb\nc"),
    ("\u{0}\u{7}\u{8}\u{7F}x", "x"),
    ("\u{1B}[31mred\u{1B}[0m", "red"),
    ("\u{1B}[38;5;196;48:2:1:2:3mx", "x"),
    ("\u{9B}2Jcleared", "cleared"),
    ("\u{1B}]0;title\u{7}after", "after"),
    ("\u{1B}]8;;http://evil\u{1B}\\link\u{1B}]8;;\u{1B}\\", "link"),
    ("\u{9D}52;c;aGk=\u{9C}x", "x"),
    ("\u{1B}P1$qm\u{1B}\\x", "x"),
    ("\u{1B}_apc\u{1B}\\\u{1B}^pm\u{1B}\\\u{1B}Xsos\u{1B}\\x", "x"),
    ("\u{1B}(Bx\u{1B}=y\u{1B}cz", "xyz"),
    // Broken off, they hide a line at most.
    ("\u{1B}]0;never ends\nnext line", "\nnext line"),
    ("\u{1B}[31\nnext", "\nnext"),
    ("\u{1B}[\u{1B}[31mx", "x"),
    ("\u{1B}\u{1B}[31mx", "x"),
    ("x\u{1B}", "x"),
    ("\u{1B}]0;a\u{1B}[31mb", "b"),
    // Directions and the invisible.
    ("abc\u{202E}fdp.exe", "abcfdp.exe"),
    ("\u{2066}a\u{2069}\u{200F}\u{061C}b", "ab"),
    ("a\u{200B}b\u{FEFF}c\u{2060}d\u{AD}e", "abcde"),
    ("\u{E0041}\u{E0042}x", "x"),
    ("a\u{2028}b\u{2029}c\u{85}d", "a\nb\nc\nd"),
    // What emoji and scripts need stays.
    ("👩‍👩‍👧‍👦 🇩🇪 e\u{301}", "👩‍👩‍👧‍👦 🇩🇪 e\u{301}"),
  ]

  @Test(arguments: hostile)
  func onlyWhatAReaderSeesIsLeft(text: String, cleaned: String) {
    #expect(CleanText.clean(text, limit: 1000) == cleaned)
  }

  @Test(arguments: 0..<400 as Range<UInt64>)
  func noBytesEverLeaveAnEscapeBehind(seed: UInt64) {
    let pieces: [Unicode.Scalar] = [
      "\u{1B}", "[", "]", "P", "\\", "\u{7}", "\u{9B}", "\u{9C}", "\u{9D}", "0", ";", "m", "a",
      "\n", "\r", "\u{202E}", "\u{301}", "\u{0}",
    ]
    var random = SeededRandom(seed)
    var text = String.UnicodeScalarView()
    for _ in 0..<40 { text.append(pieces.randomElement(using: &random) ?? "a") }
    let cleaned = CleanText.clean(String(text), limit: 30)
    #expect(cleaned.count <= 30)
    for scalar in cleaned.unicodeScalars {
      let isControl = scalar.value < 0x20 || (0x7F...0x9F).contains(scalar.value)
      #expect(!isControl || scalar == "\n" || scalar == "\t")
      #expect(scalar != "\u{202E}")
    }
    #expect(CleanText.clean(cleaned, limit: 30) == cleaned)
  }

  static let cuts: [(text: String, limit: Int, cut: String)] = [
    ("abc", 3, "abc"), ("abcd", 3, "ab…"), ("abc", 1, "…"), ("abc", 0, ""), ("", 5, ""),
    ("👩‍👩‍👧‍👦👩‍👩‍👧‍👦👩‍👩‍👧‍👦", 2, "👩‍👩‍👧‍👦…"), ("e\u{301}e\u{301}", 2, "e\u{301}e\u{301}"),
    ("abc", -4, ""),
  ]

  @Test(arguments: cuts)
  func aCutFallsBetweenCharacters(text: String, limit: Int, cut: String) {
    #expect(CleanText.clean(text, limit: limit) == cut)
  }

  @Test func stackedMarksCannotHideAMegabyteInACharacter() {
    let tower = "a" + String(repeating: "\u{301}", count: 1_000_000)
    #expect(CleanText.clean(tower, limit: 10).utf8.count < 64)
  }

  @Test func theLimitHoldsHoweverLongTheTextIs() {
    let cleaned = CleanText.clean(String(repeating: "ab ", count: 500_000), limit: 300)
    #expect(cleaned.count == 300)
    #expect(CleanText.clean("abc", limit: .max) == "abc")
  }

  @Test func aLineHasSingleBlanksOnly() {
    #expect(CleanText.line("  a\n\n\tb \u{1B}[1m c\r\n", limit: 20) == "a b c")
    #expect(CleanText.line("a b c", limit: 4) == "a b…")
    #expect(CleanText.line(String(repeating: "\n", count: 100_000) + "x", limit: 9).count <= 9)
  }

  @Test func everyStringOfAValueIsCleaned() {
    let value: JSONValue = ["a\u{1B}[1m": ["x\u{7}", 1, nil, true, 1.5]]
    #expect(CleanText.clean(value, limit: 5) == ["a": ["x", 1, nil, true, 1.5]])
  }
}
