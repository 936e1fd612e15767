import Agents
import JSON
import Testing

@Suite struct RedactorTests {
  private let values = ["KEY": "abcabd", "LONG": "abcabdef", "SHORT": "abc", "OTHER": "xyzxyz"]

  private func text(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }

  /// Gives what is left of bytes that come a few at a time.
  private func inPieces(
    _ whole: [UInt8], of size: Int, knowing values: [String: String] = [:]
  ) -> String {
    var redactor = Redactor(values)
    var clean: [UInt8] = []
    for start in stride(from: 0, to: whole.count, by: size) {
      clean += redactor.pass(Array(whole[start..<min(start + size, whole.count)]))
    }
    return text(clean + redactor.finish())
  }

  @Test(arguments: [
    ("say abcabd!", "say [secret KEY]!"), ("abcabdef", "[secret LONG]"), ("abcabc", "abcabc"),
    ("xyzxyzabcabd", "[secret OTHER][secret KEY]"), ("", ""), ("abcab", "abcab"),
  ])
  func knownValuesAreMarked(line: String, expected: String) {
    #expect(text(Redactor(values).redacted(Array(line.utf8))) == expected)
  }

  /// Long enough for the places to lie anywhere among bytes that are looked at together.
  @Test func aSecretIsFoundAtEveryPlace() {
    for before in 0..<70 {
      for after in [0, 1, 15, 16, 40] {
        let (first, last) = (
          String(repeating: ".", count: before), String(repeating: "a", count: after)
        )
        let line = Array("\(first)xyzxyz\(last)".utf8)
        #expect(text(Redactor(values).redacted(line)) == "\(first)[secret OTHER]\(last)")
      }
    }
  }

  @Test func aSecretCutAnywhereIsFoundInTheStream() {
    let whole = Array("one abcabdef two xyzxyz three abcab".utf8)
    let expected = "one [secret LONG] two [secret OTHER] three abcab"
    for size in 1...whole.count {
      #expect(inPieces(whole, of: size, knowing: values) == expected)
    }
  }

  @Test(arguments: [
    ("aws_secret_access_key=", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", "\n", "accesskey"),
    ("export DB_PASSWORD='", "hunter2", "'", "password"),
    ("password: ", "hunter2!", " ", "password"),
    (#"{"apiKey": ""#, "a1b2c3d4e5f6", #""}"#, "apikey"),
    (#"{\"client_secret\": \""#, "a1b2c3d4e5f6g7", #"\"}"#, "secret"),
    ("Authorization: Bearer ", "abcdef0123456789", "", "authorization"),
    ("clone https://me:", "swordfish", "@host/x", "password"),
    ("--password=", "s3cr3t", " -v", "password"),
    ("token := \"", "0123456789abcdef", "\"", "token"),
  ])
  func aValueIsMarkedByTheNameItIsGivenUnderWhereverItIsCut(
    _ before: String, _ value: String, _ after: String, _ name: String
  ) {
    let whole = Array((before + value + after).utf8)
    let expected = "\(before)[secret \(name)]\(after)"
    #expect(text(Redactor([:]).redacted(whole)) == expected)
    for size in 1...whole.count {
      #expect(inPieces(whole, of: size) == expected, "\(size)")
    }
  }

  @Test(arguments: [
    "password: String", "let token: TokenShape2", "password = getPassword1()", "password: ${PASS1}",
    "if password == \"abcdef12\"", "token: [secret API key]", "see http://localhost:8080/x",
    "key: value12345678901234567890", "PWD=/home/me/x1", "secret: $(cat file1)", "tokens: 123456",
    "at 12:30:45 a=1", "git@host1:owner/name1", "password: ********",
  ])
  func speakingOfSecretsIsNone(_ line: String) {
    #expect(Redactor([:]).redacted(line) == line)
  }

  @Test(arguments: [
    "plain words", "ask", "a risk-", "task-list", "x ghp_short ", "sk-learn-of-it-all ",
  ])
  func nothingIsHeldBackThatIsNoSecretsBeginning(_ text: String) {
    var redactor = Redactor(values)
    #expect(redactor.pass(Array(text.utf8)) == Array(text.utf8))
    #expect(redactor.finish().isEmpty)
  }

  private static let word = "0123456789abcdefghijABCDEFGHIJ456789"

  @Test(arguments: [
    ("ghp_\(word)", "GitHub token"), ("gho_\(word)", "GitHub token"),
    ("github_pat_11A_\(word)", "GitHub token"), ("sk-ant-api03-\(word)", "API key"),
    ("sk-proj-\(word)", "API key"), ("sk-\(word)", "API key"),
    ("AKIAIOSFODNN7EXAMPLE", "AWS key"), ("xoxb-123456789012-abc", "Slack token"),
    ("eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2ln", "web token"),
    ("-----BEGIN PRIVATE KEY-----\nMIIE+/=\n-----END PRIVATE KEY-----", "private key"),
    (
      "-----BEGIN OPENSSH PRIVATE KEY-----\\nb3Blb\\n-----END OPENSSH PRIVATE KEY-----",
      "private key"
    ),
    ("-----BEGIN EC PRIVATE KEY-----\nMHc", "private key"),
  ])
  func tokensAreMarkedByTheirShapeWhereverTheyAreCut(_ token: String, _ name: String) {
    for (before, after) in [("", ""), ("Bearer ", "\""), ("a=\"", "\", \"b\"")] {
      let whole = Array((before + token + after).utf8)
      let expected = "\(before)[secret \(name)]\(after)"
      #expect(text(Redactor([:]).redacted(whole)) == expected)
      for size in [1, 2, 7, whole.count] {
        #expect(inPieces(whole, of: size) == expected)
      }
    }
  }

  @Test(arguments: [
    #"line:\n"#, #"\t"#, #"x\r"#, #"a\u000a"#, #"{\"a\":\"b\\n"#, "\u{1B}[1;32m", #"\u001b[0m"#,
    "q=%20", #"\x41"#, "\n",
  ])
  func aTokenBehindAnEscapeIsNotTheMiddleOfAWord(_ before: String) {
    let whole = Array("\(before)ghp_\(Self.word)\\n".utf8)
    let expected = "\(before)[secret GitHub token]\\n"
    for size in [1, 2, 7, whole.count] {
      #expect(inPieces(whole, of: size) == expected, "\(size)")
    }
  }

  @Test(arguments: [
    #"C:\task-0123456789abcdefghijklmnop"#, "a[mask-0123456789abcdefghijklmnop",
    "a task-0123456789abcdefghijklmnop", "sk-a-long-name-with-no-figure-in-it", "AKIASHORT",
    "eyJ without parts", "-----BEGIN CERTIFICATE-----\nMIIE\n-----END CERTIFICATE-----",
    "xoxo-123456789012",
  ])
  func whatOnlyBeginsLikeATokenStays(_ text: String) {
    #expect(Redactor([:]).redacted(text) == text)
  }

  @Test func aBeginningWithoutAnEndSwallowsNoStream() {
    var redactor = Redactor([:])
    let kept = Array("-----BEGIN PRIVATE KEY-----".utf8) + [UInt8](repeating: 65, count: 100_000)
    let clean = redactor.pass(kept) + redactor.finish()
    #expect(clean.count > 80_000)
  }

  @Test(arguments: [
    "p/é\"q\\w\n<&>", #"p/é\"q\\w\n<&>"#, #"p\/é\"q\\w\n<&>"#, #"p/\u00e9\"q\\w\n<&>"#,
    #"p\/\u00e9\"q\\w\n<&>"#, #"p/é\"q\\w\n\u003c\u0026\u003e"#, #"p/é\\\"q\\\\w\\n<&>"#,
    #"p\\/é\\\"q\\\\w\\n<&>"#,
  ])
  func aValueIsFoundHoweverItIsEscaped(_ form: String) {
    let redactor = Redactor(["KEY": "p/é\"q\\w\n<&>"])
    #expect(redactor.redacted("a \(form) b") == "a [secret KEY] b")
  }

  @Test func valuesAreFoundInJSONAsTheyAreEscapedThere() {
    let redactor = Redactor(["KEY": "a\"b\\c\nd"])
    #expect(redactor.redacted(#"{"x":"a\"b\\c\nd"}"#) == #"{"x":"[secret KEY]"}"#)
    #expect(redactor.redacted(["x": ["a\"b\\c\nd", 1]]) == ["x": ["[secret KEY]", 1]])
  }

  @Test func onlyLinesThatCarryPiecesAreLeftOut() {
    let pieces = [
      #"{"event":{"type":"content_block_delta"},"type":"stream_event"}"#,
      #"{"method":"item/commandExecution/outputDelta","params":{"delta":"x"}}"#,
      #"{"method":"session/update","params":{"update":{"sessionUpdate":"agent_thought_chunk"}}}"#,
    ]
    let others = [
      #"{"type":"stream_event","event":{"type":"message_delta","usage":{}}}"#,
      #"{"type":"assistant","message":{"content":"a \"delta\" and \"agent_message_chunk\""}}"#,
      #"{"id":3,"method":"session/update","params":{"update":{"sessionUpdate":"x_chunk"}}}"#,
      #"prose of a "delta""#, "",
    ]
    for piece in pieces { #expect(StreamPiece.isOne(Array(piece.utf8)), "\(piece)") }
    for other in others { #expect(!StreamPiece.isOne(Array(other.utf8)), "\(other)") }
    let whole = zip(others, pieces + ["torn"]).flatMap { [$0, $1] }.joined(separator: "\n")
    let left = (others.prefix(3) + [others[3], "torn"]).joined(separator: "\n")
    #expect(text(StreamPiece.removed(from: Array(whole.utf8))) == left)
  }
}
