/// Spells the reserved keys of `_meta` and the extensions, each in one place.
package enum MetaKey {
  package static let protocolVersion = "io.modelcontextprotocol/protocolVersion"
  package static let clientCapabilities = "io.modelcontextprotocol/clientCapabilities"
  package static let clientInfo = "io.modelcontextprotocol/clientInfo"
  package static let logLevel = "io.modelcontextprotocol/logLevel"
  package static let serverInfo = "io.modelcontextprotocol/serverInfo"
  package static let subscription = "io.modelcontextprotocol/subscriptionId"
  package static let progressToken = "progressToken"
  package static let tasksExtension = "io.modelcontextprotocol/tasks"
  package static let appsExtension = "io.modelcontextprotocol/ui"
  package static let appMimeType = "text/html;profile=mcp-app"
}
