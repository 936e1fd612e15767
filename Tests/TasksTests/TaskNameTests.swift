import JSON
import Tasks
import TestSupport
import Testing

/// Checks the making and checking of names, and what a reference is taken for.
@Suite struct TaskNameTests {
  static let slugs: [(text: String, slug: String)] = [
    ("Fix login test", "fix-login-test"),
    ("  Fix --- the: LOGIN/test!  ", "fix-the-login-test"),
    ("Don't break it", "dont-break-it"),
    ("Größe für Straße prüfen", "groesse-fuer-strasse-pruefen"),
    ("Čeština, français, Łódź, Ærø", "cestina-francais-lodz-aero"),
    ("Cafe\u{301} au lait", "cafe-au-lait"),
    ("v2.0 → v3", "v2-0-v3"),
    ("修正", ""),
    ("🙂", ""),
    ("", ""),
    ("---", ""),
    (
      "Rewrite the whole authentication subsystem and all of its tests",
      "rewrite-the-whole-authentication"
    ),
    (String(repeating: "x", count: 100), String(repeating: "x", count: 40)),
    (String(repeating: "ß", count: 30), String(repeating: "s", count: 40)),
    (
      String(repeating: "a", count: 38) + " b c",
      String(repeating: "a", count: 38) + "-b"
    ),
  ]

  @Test(arguments: slugs)
  func textBecomesASlug(text: String, slug: String) {
    #expect(TaskName.slug(text) == slug)
  }

  @Test(arguments: slugs.map(\.text), [1, 2, 3] as [UInt64])
  func aMadeNameIsValidAndEndsInFourRandomCharacters(text: String, seed: UInt64) throws {
    var random = SeededRandom(seed)
    let name = TaskName.make(title: text, brief: nil, using: &random)
    #expect(TaskName.isValid(name))
    #expect(name.count <= 45)
    let end = try #require(name.split(separator: "-").last)
    #expect(end.count == 4)
    #expect(end.allSatisfy { "0123456789abcdefghjkmnpqrstvwxyz".contains($0) })
    #expect(TaskReference(name) == .name(name))
  }

  @Test func theTitleComesBeforeTheBriefAndAWordStandsInForNeither() {
    var random = SeededRandom(7)
    #expect(
      TaskName.make(title: "One", brief: "Two", using: &random).hasPrefix("one-"))
    #expect(TaskName.make(title: nil, brief: "Two", using: &random).hasPrefix("two-"))
    #expect(TaskName.make(title: "修正", brief: "Two", using: &random).hasPrefix("two-"))
    #expect(TaskName.make(title: nil, brief: "修正", using: &random).hasPrefix("task-"))
  }

  @Test func aRenewedNameDiffersOnlyInItsEnd() {
    var random = SeededRandom(7)
    let name = TaskName.make(title: "Fix login", brief: nil, using: &random)
    let renewed = TaskName.renewing(name, using: &random)
    #expect(renewed != name)
    #expect(renewed.dropLast(4) == name.dropLast(4))
    #expect(TaskName.isValid(renewed))
  }

  static let given: [(name: String, isValid: Bool)] = [
    ("ab", true), ("a-", true), ("0day", true), (String(repeating: "a", count: 63), true),
    ("a", false), ("", false), ("-ab", false), ("Ab", false), ("a_b", false), ("a b", false),
    ("äb", false), ("a/b", false), ("../x", false), (String(repeating: "a", count: 64), false),
    ("019aa5f0-0000-7000-8000-000000000000", false), ("a\n", false), ("ab\u{0}", false),
  ]

  @Test(arguments: given)
  func aGivenNameIsChecked(name: String, isValid: Bool) {
    #expect(TaskName.isValid(name) == isValid)
    #expect(TaskReference(name).isWellFormed == (isValid || TaskID(name) != nil))
  }

  @Test func anIdIsAnIdInAnyCaseAndEverythingElseIsAName() {
    let id = Sample.id()
    #expect(TaskReference(id.description) == .id(id))
    #expect(TaskReference(id.description.uppercased()) == .id(id))
    #expect(TaskReference("{\(id)}") == .name("{\(id)}"))
    #expect(TaskReference("").isWellFormed == false)
  }

  @Test func idsSortByTheTimeTheyWereMade() {
    var random = SeededRandom(3)
    let ids = (0..<50).map {
      TaskID.make(at: Sample.start.adding(milliseconds: $0), using: &random)
    }
    #expect(ids == ids.sorted())
    #expect(Set(ids).count == 50)
    #expect(ids.allSatisfy { Array($0.description)[14] == "7" })
    #expect(ids.allSatisfy { "89ab".contains(Array($0.description)[19]) })
  }
}
