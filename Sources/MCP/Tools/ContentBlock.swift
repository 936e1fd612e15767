import JSON

/// Is one piece of what a model or user is shown.
package enum ContentBlock: Sendable, Hashable {
  case text(String)
  case image(base64: String, mimeType: String)
  case audio(base64: String, mimeType: String)
  case resourceLink(ResourceLink)
  case resource(ResourceContents)

  /// Says from when on the block is known; an unknown one makes clients refuse the whole result.
  var minimumVersion: ProtocolVersion {
    switch self {
    case .text, .image, .resource: .november2024
    case .audio: .march2025
    case .resourceLink: .june2025
    }
  }

  package var value: JSONValue {
    switch self {
    case .text(let text): ["type": "text", "text": .string(text)]
    case .image(let data, let type):
      ["type": "image", "data": .string(data), "mimeType": .string(type)]
    case .audio(let data, let type):
      ["type": "audio", "data": .string(data), "mimeType": .string(type)]
    case .resourceLink(let link): link.value
    case .resource(let contents): ["type": "resource", "resource": contents.value]
    }
  }
}

/// Points to a resource from a result; never the only copy of a fact.
package struct ResourceLink: Sendable, Hashable {
  package var uri: String
  package var name: String
  package var title: String?
  package var description: String?
  package var mimeType: String?
  /// Counts the raw bytes.
  package var size: Int?

  package init(
    uri: String, name: String, title: String? = nil, description: String? = nil,
    mimeType: String? = nil, size: Int? = nil
  ) {
    self.uri = uri
    self.name = name
    self.title = title
    self.description = description
    self.mimeType = mimeType
    self.size = size
  }

  var value: JSONValue {
    var object: JSONObject = ["type": "resource_link", "uri": .string(uri), "name": .string(name)]
    object["title"] = title.map { .string($0) }
    object["description"] = description.map { .string($0) }
    object["mimeType"] = mimeType.map { .string($0) }
    object["size"] = size.map { .integer($0) }
    return .object(object)
  }
}
