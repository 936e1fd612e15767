import Agents
import Testing

@Suite struct RedactorTests {
  private let values = ["KEY": "abcabd", "LONG": "abcabdef", "SHORT": "abc", "OTHER": "xyzxyz"]

  private func text(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }

  @Test(arguments: [
    ("say abcabd!", "say [secret KEY]!"), ("abcabdef", "[secret LONG]"), ("abcabc", "abcabc"),
    ("xyzxyzabcabd", "[secret OTHER][secret KEY]"), ("", ""), ("abcab", "abcab"),
  ])
  func knownValuesAreMarked(line: String, expected: String) {
    #expect(text(Redactor(values).redacted(Array(line.utf8))) == expected)
  }

  @Test func aSecretCutAnywhereIsFoundInTheStream() {
    let whole = Array("one abcabdef two xyzxyz three abcab".utf8)
    let expected = "one [secret LONG] two [secret OTHER] three abcab"
    for size in 1...whole.count {
      var redactor = Redactor(values)
      var clean: [UInt8] = []
      var rest = whole[...]
      while !rest.isEmpty {
        clean += redactor.pass(Array(rest.prefix(size)))
        rest = rest.dropFirst(size)
      }
      #expect(text(clean + redactor.finish()) == expected)
    }
  }

  @Test func withoutSecretsNothingIsHeldBack() {
    var redactor = Redactor(["A": "x"])
    #expect(redactor.pass([1, 2, 3]) == [1, 2, 3])
    #expect(redactor.finish().isEmpty)
  }
}
