import HTTP
import Testing

@testable import Console

/// Checks who is let in by what a request says of itself.
struct GuardTests {
  private static let port = 20_123
  private static let ours = Guard(port: port) { $0 == "cookie" && $1 == "token" }

  /// Is a request as a page of ours sends it, changed by what a case names; nil takes a field out.
  struct Case: Sendable, CustomTestStringConvertible {
    var says: String
    var path: [String]
    var method = HTTPMethod.post
    var changes: [(String, String?)] = []
    var more: [(String, String)] = []
    var reason: Guard.Reason?

    var testDescription: String { says }

    func head() throws -> RequestHead {
      var fields = [
        ("Host", "127.0.0.1:20123"), ("Sec-Fetch-Site", "same-origin"),
        ("Cookie", "other=1; errand_20123=cookie"),
      ]
      if method == .post {
        fields += [("Origin", "http://127.0.0.1:20123"), ("Content-Type", "application/json")]
      }
      if path.first == "api" { fields.append((Guard.tokenField, "token")) }
      for (name, value) in changes {
        fields.removeAll { $0.0 == name }
        if let value { fields.append((name, value)) }
      }
      var reader = RequestReader()
      let lines = (fields + more).map { "\($0.0): \($0.1)\r\n" }.joined()
      let length = method == .post ? "Content-Length: 2\r\n" : ""
      // A request without a host is no request at all, and never comes this far.
      reader.append(
        "\(method.rawValue) /\(path.joined(separator: "/")) HTTP/1.1\r\n\(lines)\(length)\r\n".utf8)
      return try #require(try reader.nextHead())
    }
  }

  private static let call = ["api", "tasks_get"]
  private static let events = ["api", "events"]
  private static let artifact = ["api", "artifacts", "t", "c"]
  private static let asset = ["assets", "app.js"]

  static let cases: [Case] = [
    Case(says: "a call by a page of ours", path: call),
    Case(says: "a look by a page of ours", path: events, method: .get),
    Case(says: "an artifact", path: artifact, method: .get),
    Case(
      says: "the page, by a bookmark", path: [], method: .get,
      changes: [("Sec-Fetch-Site", "none"), ("Cookie", nil)]),
    Case(
      says: "the page, by a link of another site", path: ["tasks", "a"], method: .get,
      changes: [("Sec-Fetch-Site", "cross-site")],
      more: [("Sec-Fetch-Mode", "navigate"), ("Sec-Fetch-Dest", "document")]),
    Case(
      says: "the page, in another site's frame", path: [], method: .get,
      changes: [("Sec-Fetch-Site", "cross-site")],
      more: [("Sec-Fetch-Mode", "navigate"), ("Sec-Fetch-Dest", "iframe")], reason: .foreignSite),
    Case(
      says: "the page, fetched by another site", path: [], method: .get,
      changes: [("Sec-Fetch-Site", "cross-site")],
      more: [("Sec-Fetch-Mode", "no-cors"), ("Sec-Fetch-Dest", "empty")], reason: .foreignSite),
    Case(
      says: "the page, from another port", path: [], method: .get,
      changes: [("Sec-Fetch-Site", "same-site")],
      more: [("Sec-Fetch-Mode", "cors"), ("Sec-Fetch-Dest", "empty")], reason: .foreignSite),
    Case(says: "a script, by our page", path: asset, method: .get),
    Case(
      says: "a script, by another site", path: asset, method: .get,
      changes: [("Sec-Fetch-Site", "cross-site")],
      more: [("Sec-Fetch-Mode", "navigate"), ("Sec-Fetch-Dest", "document")], reason: .foreignSite),
    Case(
      says: "the other names of the loopback", path: call,
      changes: [("Host", "localhost:20123"), ("Origin", "http://localhost:20123")]),
    Case(
      says: "the other address of the loopback", path: call,
      changes: [("Host", "[::1]:20123"), ("Origin", "http://[::1]:20123")]),
    Case(
      says: "a name that was bound to the loopback", path: [], method: .get,
      changes: [("Host", "evil.example:20123")], reason: .foreignHost),
    Case(
      says: "a host without its port", path: call, changes: [("Host", "127.0.0.1")],
      reason: .foreignHost),
    Case(
      says: "a host with another port", path: call, changes: [("Host", "127.0.0.1:20124")],
      reason: .foreignHost),
    Case(
      says: "a host that only begins like ours", path: call,
      changes: [("Host", "127.0.0.1:20123.evil.example")], reason: .foreignHost),
    Case(
      says: "another address of this machine", path: call, changes: [("Host", "0.0.0.0:20123")],
      reason: .foreignHost),
    Case(
      says: "a call without an origin", path: call, changes: [("Origin", nil)],
      reason: .foreignOrigin),
    Case(
      says: "a call from nowhere", path: call, changes: [("Origin", "null")],
      reason: .foreignOrigin),
    Case(
      says: "a call from another site", path: call, changes: [("Origin", "https://evil.example")],
      reason: .foreignOrigin),
    Case(
      says: "a call from another port", path: call,
      changes: [("Origin", "http://127.0.0.1:3000")], reason: .foreignOrigin),
    Case(
      says: "a call by another scheme", path: call,
      changes: [("Origin", "https://127.0.0.1:20123")], reason: .foreignOrigin),
    Case(
      says: "an origin that is not the host asked", path: call,
      changes: [("Origin", "http://localhost:20123")], reason: .foreignOrigin),
    Case(
      says: "two origins", path: call, more: [("Origin", "http://127.0.0.1:20123")],
      reason: .foreignOrigin),
    Case(
      says: "a look from another origin", path: events, method: .get,
      more: [("Origin", "http://127.0.0.1:3000")], reason: .foreignOrigin),
    Case(
      says: "a call that the browser calls foreign", path: call,
      changes: [("Sec-Fetch-Site", "cross-site")], reason: .foreignSite),
    Case(
      says: "a call from another port by the browser's word", path: call,
      changes: [("Sec-Fetch-Site", "same-site")], reason: .foreignSite),
    Case(
      says: "a call by no page", path: call, changes: [("Sec-Fetch-Site", "none")],
      reason: .foreignSite),
    Case(
      says: "two words of the browser", path: call, more: [("Sec-Fetch-Site", "same-origin")],
      reason: .foreignSite),
    Case(
      says: "a call by a browser that says nothing", path: call,
      changes: [("Sec-Fetch-Site", nil)]),
    Case(
      says: "an artifact opened as a page", path: artifact, method: .get,
      changes: [("Sec-Fetch-Site", "none")], reason: .foreignSite),
    Case(
      says: "an artifact built into another site", path: artifact, method: .get,
      changes: [("Sec-Fetch-Site", "cross-site")], reason: .foreignSite),
    Case(says: "a call that is got", path: call, method: .get, reason: .wrongMethod),
    Case(says: "a call by its head", path: call, method: .head, reason: .wrongMethod),
    Case(says: "a page that is posted to", path: [], reason: .wrongMethod),
    Case(says: "events that are posted to", path: events, reason: .wrongMethod),
    Case(
      says: "a sign-in that is got", path: ["api", "sign_in"], method: .get,
      reason: .wrongMethod),
    Case(
      says: "a call with a character set", path: call,
      changes: [("Content-Type", "application/json; charset=UTF-8")]),
    Case(
      says: "a form", path: call,
      changes: [("Content-Type", "application/x-www-form-urlencoded")], reason: .notJSON),
    Case(
      says: "plain text", path: call, changes: [("Content-Type", "text/plain")],
      reason: .notJSON),
    Case(
      says: "plain text that mentions JSON", path: call,
      changes: [("Content-Type", "text/plain; application/json")], reason: .notJSON),
    Case(
      says: "nothing said of the type", path: call, changes: [("Content-Type", nil)],
      reason: .notJSON),
    Case(
      says: "a sign-in needs no session", path: ["api", "sign_in"],
      changes: [("Cookie", nil), (Guard.tokenField, nil)]),
    Case(
      says: "a sign-in from elsewhere", path: ["api", "sign_in"],
      changes: [("Origin", "https://evil.example")], reason: .foreignOrigin),
    Case(
      says: "a sign-out needs a session", path: ["api", "sign_out"],
      changes: [(Guard.tokenField, nil)], reason: .notSignedIn),
    Case(
      says: "a call without a cookie", path: call, changes: [("Cookie", nil)],
      reason: .notSignedIn),
    Case(
      says: "a call without a token", path: call, changes: [(Guard.tokenField, nil)],
      reason: .notSignedIn),
    Case(
      says: "a wrong token", path: call, changes: [(Guard.tokenField, "tokem")],
      reason: .notSignedIn),
    Case(
      says: "two tokens", path: call, more: [(Guard.tokenField, "token")],
      reason: .notSignedIn),
    Case(
      says: "the cookie of another port's console", path: call,
      changes: [("Cookie", "errand_20124=cookie")], reason: .notSignedIn),
    Case(
      says: "a cookie set by another page beside ours", path: call,
      changes: [("Cookie", "errand_20123=theirs; errand_20123=cookie")]),
    Case(
      says: "events without a token", path: events, method: .get,
      changes: [(Guard.tokenField, nil)], reason: .notSignedIn),
    Case(
      says: "an artifact by the cookie alone", path: artifact, method: .get,
      changes: [(Guard.tokenField, nil)], reason: .notSignedIn),
  ]

  @Test(arguments: cases)
  func aRequestIsLetInOrNamedByWhatIsWrong(one: Case) throws {
    let route = try #require(Route(one.path))
    #expect(Self.ours.reason(against: try one.head(), to: route) == one.reason)
  }

  @Test func everyReasonIsMetAndHasAnAnswer() {
    #expect(Set(Self.cases.compactMap(\.reason)) == Set(Guard.Reason.allCases))
    for reason in Guard.Reason.allCases {
      let response = HTTPResponse.refusal(reason)
      #expect((400..<500).contains(response.status.rawValue))
      #expect(response.fields["Access-Control-Allow-Origin"] == nil)
    }
  }

  @Test func whatIsNoAddressOfOursIsNone() {
    for path in [["x"], ["tasks"], ["tasks", "a", "b"], ["assets"], ["api"], ["api", "a", "b"]] {
      #expect(Route(path) == nil, "\(path)")
    }
  }
}
