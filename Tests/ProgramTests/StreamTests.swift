import JSON
import Posix
import TestSupport
import Testing

/// Checks that whoever listens is told of what tasks do, and of nothing else.
struct StreamTests {
  private static func tag(_ line: JSONValue) -> JSONValue? {
    line["params"]?["_meta"]?["io.modelcontextprotocol/subscriptionId"]
  }

  private static let updated: JSONValue = "notifications/resources/updated"
  private static let listChanged: JSONValue = "notifications/resources/list_changed"

  @Test func eachStreamIsToldWhatItAskedForUnderItsOwnName() throws {
    try withTemporaryDirectory { folder in
      let conversation = try Conversation(store: folder + "/store", arguments: ["--allow-commands"])
      try conversation.withHeldTask(in: folder) { task in
        let uri = "errand://tasks/\(task)"
        let acknowledged = try conversation.say([
          Modern.listen("7", #"{"resourceSubscriptions":["\#(uri)"],"toolsListChanged":true}"#),
          Modern.listen(
            #""7""#, #"{"resourceSubscriptions":["\#(uri)"],"resourcesListChanged":true}"#),
          Modern.listen("8", #"{"promptsListChanged":true,"toolsListChanged":true}"#),
        ])
        #expect(
          acknowledged.map { $0["method"] }
            == Array(repeating: "notifications/subscriptions/acknowledged", count: 3))
        #expect(acknowledged.map { Self.tag($0) } == [7, "7", 8])
        #expect(
          acknowledged.map { $0["params"]?["notifications"] } == [
            ["resourceSubscriptions": [.string(uri)]],
            ["resourcesListChanged": true, "resourceSubscriptions": [.string(uri)]], [:],
          ])

        let start = conversation.heard.count
        try conversation.touch(task)
        _ = try conversation.line(since: start) {
          $0["method"] == Self.listChanged && Self.tag($0) == "7"
        }
        let told = conversation.heard[start...].filter { $0["method"] != nil }
        #expect(told.contains { $0["method"] == Self.updated && Self.tag($0) == 7 })
        #expect(told.contains { $0["method"] == Self.updated && Self.tag($0) == "7" })
        #expect(
          told.allSatisfy {
            $0["method"] == Self.updated
              ? $0["params"]?["uri"] == .string(uri) && Self.tag($0) != 8 : Self.tag($0) == "7"
          }, "\(told.map(\.text))")

        // Another task changes the list, and nothing under this address.
        _ = try conversation.say([])
        let between = conversation.heard.count
        let other = try conversation.createShellTask("true", in: folder + "/work")
        _ = try conversation.end(of: other)
        _ = try conversation.line(since: between) { $0["method"] == Self.listChanged }
        #expect(conversation.heard[between...].allSatisfy { $0["method"] != Self.updated })

        // A stream taken back says nothing more, while the other goes on.
        _ = try conversation.say([cancelled("7")])
        let after = conversation.heard.count
        try conversation.touch(task)
        _ = try conversation.line(since: after) {
          $0["method"] == Self.updated && Self.tag($0) == "7"
        }
        #expect(conversation.heard[after...].allSatisfy { Self.tag($0) != 7 })
        #expect(try conversation.say([]).allSatisfy { Self.tag($0) != 7 })
      }
      #expect(try conversation.finish() == .exited(code: 0))
      let ends = conversation.heard.filter {
        $0["result"]?["_meta"]?["io.modelcontextprotocol/subscriptionId"] != nil
      }
      #expect(Set(ends.compactMap { $0["id"] }) == ["7", 8] && ends.count == 2)
    }
  }

  @Test func aSessionIsToldOfTheTasksItSubscribedTo() throws {
    try withConversation(["--allow-commands"]) { conversation, folder in
      try conversation.withHeldTask(in: folder) { task in
        let uri = #""uri":"errand://tasks/\#(task)""#
        _ = try conversation.say([
          Legacy.initialize(1), Legacy.initialized,
          Legacy.request(2, "resources/subscribe", uri),
          Modern.listen("9", #"{"resourceSubscriptions":["errand://tasks/\#(task)"]}"#),
        ])
        let start = conversation.heard.count
        try conversation.touch(task)
        let told = try conversation.line(since: start) {
          $0["method"] == Self.updated && Self.tag($0) == nil
        }
        #expect(told["params"] == ["uri": .string("errand://tasks/\(task)")])
        #expect(conversation.heard[start...].contains { Self.tag($0) == 9 })

        _ = try conversation.result(3, Legacy.request(3, "resources/unsubscribe", uri))
        _ = try conversation.say([])
        let after = conversation.heard.count
        try conversation.touch(task)
        _ = try conversation.line(since: after) { Self.tag($0) == 9 }
        _ = try conversation.say([])
        #expect(
          conversation.heard[after...].allSatisfy { $0["method"] == nil || Self.tag($0) == 9 })
      }
    }
  }

  @Test func whatAnotherServerDoesIsToldAsWell() throws {
    try withConversation(["--allow-commands"]) { conversation, folder in
      try conversation.withHeldTask(in: folder) { task in
        let uri = "errand://tasks/\(task)"
        _ = try conversation.say([Modern.listen("1", #"{"resourceSubscriptions":["\#(uri)"]}"#)])
        let other = try Conversation(store: folder + "/store")
        try other.touch(task)
        #expect(try conversation.next()["params"]?["uri"] == .string(uri))
        #expect(try other.finish() == .exited(code: 0))
      }
    }
  }
}
