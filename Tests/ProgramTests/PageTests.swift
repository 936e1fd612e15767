import JSON
import TestSupport
import Testing

/// Checks lists longer than a page, while they grow, and what may be kept of them.
struct PageTests {
  /// One way to read a list page by page.
  struct Walk: Sendable, CustomTestStringConvertible {
    var testDescription: String
    var line: @Sendable (_ id: Int, _ cursor: String?) -> String
    /// Gives the ids on a page and where it goes on.
    var read: @Sendable (_ result: JSONValue) -> (ids: [String], next: String?)
  }

  private static func task(_ uri: JSONValue?) -> String? {
    let name = uri?.stringValue?.split(separator: "/").last.map(String.init)
    return uri == "errand://tasks" ? nil : name
  }

  private static func resources(_ result: JSONValue) -> (ids: [String], next: String?) {
    let entries = result["resources"]?.arrayValue ?? []
    return (entries.compactMap { task($0["uri"]) }, result["nextCursor"]?.stringValue)
  }

  private static func member(_ cursor: String?) -> String {
    cursor.map { #""cursor":\#(JSONValue.string($0).text)"# } ?? ""
  }

  static let walks: [Walk] = [
    Walk(
      testDescription: "resources/list",
      line: { Modern.request($0, "resources/list", member($1)) }, read: resources),
    Walk(
      testDescription: "resources/list in a session",
      line: { Legacy.request($0, "resources/list", member($1)) }, read: resources),
    Walk(
      testDescription: "tasks_list",
      line: { id, cursor in
        let more = cursor == nil ? "" : "," + member(cursor)
        return Modern.call(id, "tasks_list", #"{"view":"all","limit":7\#(more)}"#)
      },
      read: { result in
        let page = result["structuredContent"]
        let items = page?["items"]?.arrayValue ?? []
        return (items.compactMap { $0["id"]?.stringValue }, page?["nextCursor"]?.stringValue)
      }),
  ]

  @Test(arguments: walks)
  func noItemIsLostOrDoubledWhileTheListGrows(_ walk: Walk) throws {
    try withQueue(of: 120) { conversation, _, queued in
      _ = try conversation.result(1, Legacy.initialize(1))
      var seen: [String] = []
      var scopes: Set<JSONValue> = []
      var cursor: String?
      var pages = 0
      repeat {
        let result = try conversation.result(2, walk.line(2, cursor))
        if let scope = result["cacheScope"] { scopes.insert(scope) }
        let page = walk.read(result)
        seen += page.ids
        cursor = page.next
        pages += 1
        let late: JSONValue = ["brief": "true", "profile": "shell", "workspace": "none"]
        _ = try conversation.call("tasks_create", late, id: 3)
      } while cursor != nil && pages < 100
      #expect(pages > 2)
      #expect(Set(seen).count == seen.count)
      #expect(Set(queued).isSubset(of: seen))
      #expect(scopes.count <= 1)
    }
  }

  @Test func whatMayBeKeptSaysHowLongAndForWhom() throws {
    try withConversation { conversation, _ in
      let methods = [
        "server/discover", "tools/list", "prompts/list", "resources/list",
        "resources/templates/list", "resources/read",
      ]
      for (id, method) in methods.enumerated() {
        let params = method == "resources/read" ? #""uri":"errand://tasks""# : ""
        let result = try conversation.result(id, Modern.request(id, method, params))
        guard case .integer(let time)? = result["ttlMs"] else {
          Issue.record("\(method): \(result["ttlMs"]?.text ?? "no ttlMs")")
          continue
        }
        // What tasks change by themselves must not be kept for long.
        #expect(time >= 0 && (!method.hasSuffix("resources/list") || time <= 5000), "\(method)")
        #expect(result["cacheScope"] == "private", "\(method)")
      }
    }
  }

  @Test(arguments: [
    #""ref":{"type":"ref/resource","uri":"errand://tasks/{id}"},"argument":{"name":"id","value":"qu"}"#,
    #""ref":{"type":"ref/prompt","name":"review"},"argument":{"name":"task","value":"queued-"}"#,
  ])
  func atMostAHundredCompletionsAreOffered(_ params: String) throws {
    try withQueue(of: 120) { conversation, _, _ in
      for line in [
        Modern.request(1, "completion/complete", params),
        Modern.request(1, "completion/complete", params.replacing(#""qu"#, with: #""none-"#)),
      ] {
        let completion = try conversation.result(1, line)["completion"]
        let values = completion?["values"]?.arrayValue ?? []
        #expect(values.count <= 100)
        #expect(values.isEmpty == line.contains("none-"))
        #expect(values.allSatisfy { $0.stringValue?.hasPrefix("queued-") == true })
      }
    }
  }
}
