import JSON
import JSONRPC
import MCP
import Posix

/// Offers numbered items, two on a page, and a page for hosts.
struct FixtureResources: ResourceProvider {
  let fixture: Fixture

  let templates = [
    ResourceTemplate(
      uriTemplate: "test://item/{n}", name: "item", title: "Item", description: "One item.",
      mimeType: "text/plain")
  ]

  func list(cursor: String?) throws(ResourceFailure) -> ResourcePage {
    let count = fixture.state.withLock { $0.items }
    let start: Int
    switch cursor {
    case nil: start = 0
    case let cursor?:
      guard cursor.hasPrefix("after-"), let number = Int(cursor.dropFirst(6)) else {
        throw .unknownCursor
      }
      start = number
    }
    let end = min(start + 2, count)
    return ResourcePage(
      entries: (start..<end).map { ResourceEntry(uri: "test://item/\($0)", name: "\($0)") },
      nextCursor: end < count ? "after-\(end)" : nil, ttlMilliseconds: 1000)
  }

  func read(_ uri: String) throws(ResourceFailure) -> ResourceReading {
    switch uri {
    case "test://item/1":
      ResourceReading([
        ResourceContents(uri: uri, mimeType: "text/plain", body: .text("one")),
        ResourceContents(uri: uri, mimeType: "image/png", body: .base64("AAAA")),
      ])
    case "test://broken": throw .unavailable("The store is closed.")
    default: throw .notFound
    }
  }

  func complete(
    template: String, argument: String, prefix: String, context: [String: String]
  ) throws(ResourceFailure) -> Completion {
    guard template == "test://item/{n}" else { throw .unknownTemplate }
    return Completion((0..<250).map { "\(prefix)\($0)" })
  }
}

enum FixturePrompts {
  static let all = [
    Prompt(
      name: "greet", title: "Greet", description: "Greets somebody.",
      arguments: [
        PromptArgument(
          "name", title: "Name", description: "Whom.", isRequired: true,
          complete: { prefix, context in
            Completion(["\(prefix)na", context["mood"] ?? "plain"])
          }),
        PromptArgument("mood", title: "Mood", description: "How.", isRequired: false),
      ],
      render: { arguments in
        [
          .user("Hello \(arguments["name"] ?? "")"),
          PromptMessage(
            .assistant, .resourceLink(ResourceLink(uri: "test://item/1", name: "one"))),
        ]
      }),
    Prompt(
      name: "plain", title: "Plain", description: "Says nothing much.",
      render: { _ in [.user("plain")] }),
  ]
}
