import JSON

/// Describes who asks, as far as this request or its session says.
package struct Client: Sendable {
  package let version: ProtocolVersion
  package let capabilities: JSONObject
  /// Is for display and records only; nothing may depend on it.
  package let implementation: JSONObject

  package init(version: ProtocolVersion, capabilities: JSONObject, implementation: JSONObject) {
    self.version = version
    self.capabilities = capabilities
    self.implementation = implementation
  }

  package var era: Era { version.era }
  package var name: String? { implementation["name"]?.stringValue }
  package var title: String? { implementation["title"]?.stringValue }
  package var softwareVersion: String? { implementation["version"]?.stringValue }

  /// Tells whether the client can show a form; an empty declaration means forms.
  package var showsForms: Bool {
    guard version >= .june2025, case .object(let modes)? = capabilities["elicitation"] else {
      return false
    }
    return modes["form"]?.objectValue != nil || modes["url"] == nil
  }

  /// Tells whether a call may be answered with a handle; a legacy session's word for it counts for
  /// nothing.
  package var takesTaskHandles: Bool {
    era == .modern && capabilities["extensions"]?[MetaKey.tasksExtension]?.objectValue != nil
  }

  /// Tells whether the client shows pages of ours beside the conversation.
  package var showsApps: Bool {
    let types = capabilities["extensions"]?[MetaKey.appsExtension]?["mimeTypes"]?.arrayValue
    return types?.contains(.string(MetaKey.appMimeType)) ?? false
  }
}
