import JSON
import MCP

/// Is the page that a chat client may show beside the conversation; it is made elsewhere.
package struct AppPage: Sendable {
  /// Is asked for by clients that show pages.
  static let address = "ui://errand/console.html"

  private let text: @Sendable () -> String

  package init(_ text: @escaping @Sendable () -> String) { self.text = text }

  /// Tells a client which page belongs to a tool; the second spelling is the older one.
  static let meta: JSONObject = [
    "ui": ["resourceUri": .string(address), "visibility": ["model", "app"]],
    "ui/resourceUri": .string(address),
  ]

  /// Gives the page; it needs nothing from anywhere, which an empty policy says.
  var reading: ResourceReading {
    let wish: JSONObject = ["ui": ["csp": [:], "prefersBorder": true]]
    return ResourceReading(
      [
        ResourceContents(
          uri: Self.address, mimeType: MetaKey.appMimeType, body: .text(text()), meta: wish)
      ], ttlMilliseconds: Self.lifetime)
  }

  private static let lifetime = 60_000
}
