import JSON
import JSONRPC

extension RPCError {
  /// Says that the envelope names a version we do not speak, and which we do.
  static func unsupportedVersion(_ requested: String) -> RPCError {
    RPCError(
      code: -32022, message: "Unsupported protocol version: \(requested.prefix(40))",
      data: ["supported": supportedVersions, "requested": .string(requested)])
  }

  static let supportedVersions = JSONValue.array(
    ProtocolVersion.modern.map { .string($0.rawValue) })

  /// Says that this request needs the tasks extension among its own capabilities.
  static let tasksExtensionMissing = RPCError(
    code: -32021, message: "This request needs the tasks extension in its client capabilities.",
    data: ["requiredCapabilities": ["extensions": [MetaKey.tasksExtension: [:]]]])

  /// Says that there is no such resource, in the era's own code.
  static func resourceNotFound(_ uri: String, _ era: Era) -> RPCError {
    RPCError(
      code: era == .modern ? -32602 : -32002,
      message: "Resource not found: \(uri.prefix(200))", data: ["uri": .string(uri)])
  }
}
