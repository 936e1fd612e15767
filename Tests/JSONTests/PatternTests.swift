import JSON
import Testing

@Suite struct PatternTests {
  @Test(arguments: [
    ("abc", "xabcx", true), ("^abc$", "xabc", false), ("^a|b$", "xb", true), ("a|^b", "xb", false),
    ("", "", true), ("^$", "", true), ("^$", "a", false), ("a{2,3}$", "caa", true),
    ("^a{2,3}$", "aaaa", false), ("^a{2}$", "aa", true), ("^a{2,}$", "a", false),
    ("^(ab)+?c*$", "ababcc", true), ("^(?:a|b)?c$", "c", true), ("^(?<year>\\d{4})$", "2026", true),
    ("^[a-c_-]+$", "a-_b", true), ("^[^a-c]$", "d", true), ("^[^a-c]$", "b", false),
    ("^[\\]\\-\\\\]+$", "]-\\", true), ("^[]$", "a", false), ("^[^]$", "\n", true),
    ("^.$", "😀", true), ("^.$", "\n", false), ("^\\s\\S$", "\u{A0}x", true),
    ("^\\w\\W$", "_é", true), ("^\\D$", "٣", true), ("\\bfoo\\b", "a foo!", true),
    ("\\bfoo\\b", "afoo", false), ("^\\Bo", "o", false), ("o\\B", "ob", true),
    ("^\\p{Lu}\\P{L}$", "É1", true), ("^\\p{Letter}+$", "añß中", true),
    ("^\\p{L}$", "1", false),
    ("^[\\p{Nd}x]+$", "٣x", true), ("^\\x41\\u0042\\u{43}\\cJ\\t\\0$", "ABC\n\t\0", true),
    ("^\\ud83d\\ude00$", "😀", true), ("^\\$\\.\\/$", "$./", true), ("^(a*)*$", "aaa", true),
    ("^(|a)+$", "aaa", true), ("^(a?){3}$", "aa", true), ("x*", "", true),
  ])
  func matchesAsECMAScriptDoes(_ source: String, _ text: String, _ wanted: Bool) throws {
    #expect(try Pattern(source).matches(text) == wanted)
  }

  @Test(arguments: [
    "(", ")", "[a", "a**", "*a", "a{2,1}", "{1}", "a{,3}", "a{x}", "]", "}", "\\", "\\a", "\\-",
    "[b-a]", "[\\d-z]", "\\x4", "\\u12", "\\u{110000}", "\\u{}", "\\c1", "\\01", "\\p", "\\p{}",
    "(?x)", "(?<1a>b)", "(?<>b)", "^*",
  ])
  func refusesWhatIsNoPattern(_ source: String) throws {
    let refusal = try #require(throws: Pattern.Refusal.self) { try Pattern(source) }
    guard case .malformed = refusal else {
      Issue.record("\(source): \(refusal)")
      return
    }
  }

  @Test(arguments: [
    "(?=a)", "(?!a)", "(?<=a)b", "(?<!a)b", "(a)\\1", "(?<n>a)\\k<n>", "\\p{Greek}",
  ])
  func refusesWhatItCannotRun(_ source: String) throws {
    let refusal = try #require(throws: Pattern.Refusal.self) { try Pattern(source) }
    guard case .unsupported = refusal else {
      Issue.record("\(source): \(refusal)")
      return
    }
  }

  @Test(arguments: ["(a{1000}){1000}", "a{1000000}", String(repeating: "(", count: 5000)])
  func refusesWhatIsTooLarge(_ source: String) {
    #expect(throws: Pattern.Refusal.tooLarge) { try Pattern(source) }
  }

  /// A backtracking engine would need longer than the universe has existed.
  @Test(arguments: ["^(a*)*b$", "^(a|aa)+b$", "^(a+)+b$", "(x+x+)+y", "^(.*a){12}b$"])
  func noPatternIsSlow(_ source: String) throws {
    let text = String(repeating: "a", count: 5_000) + String(repeating: "x", count: 5_000)
    #expect(try Pattern(source).matches(text) == false)
  }
}
