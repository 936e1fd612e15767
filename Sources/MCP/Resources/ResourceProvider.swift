import JSON

/// Offers documents under addresses.
package protocol ResourceProvider: Sendable {
  /// Lists what is worth listing; a cursor is opaque to clients and stays valid while things
  /// change.
  func list(cursor: String?) throws(ResourceFailure) -> ResourcePage
  var templates: [ResourceTemplate] { get }
  func read(_ uri: String) throws(ResourceFailure) -> ResourceReading
  /// Completes a placeholder of a template; at most 100 values are used.
  func complete(
    template: String, argument: String, prefix: String, context: [String: String]
  ) throws(ResourceFailure) -> Completion
}

/// Tells why a resource cannot be given.
package enum ResourceFailure: Error, Sendable, Hashable {
  case notFound
  case unknownCursor
  case unknownTemplate
  /// Says in a sentence what is broken here.
  case unavailable(String)
}

/// Is one entry of `resources/list`.
package struct ResourceEntry: Sendable, Hashable {
  package var uri: String
  package var name: String
  package var title: String?
  package var description: String?
  package var mimeType: String?
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
    var object: JSONObject = ["uri": .string(uri), "name": .string(name)]
    object["title"] = title.map { .string($0) }
    object["description"] = description.map { .string($0) }
    object["mimeType"] = mimeType.map { .string($0) }
    object["size"] = size.map { .integer($0) }
    return .object(object)
  }
}

package struct ResourcePage: Sendable, Hashable {
  package var entries: [ResourceEntry]
  package var nextCursor: String?
  package var ttlMilliseconds: Int

  package init(entries: [ResourceEntry], nextCursor: String? = nil, ttlMilliseconds: Int = 0) {
    self.entries = entries
    self.nextCursor = nextCursor
    self.ttlMilliseconds = ttlMilliseconds
  }
}

/// Describes a family of addresses.
package struct ResourceTemplate: Sendable, Hashable {
  package var uriTemplate: String
  package var name: String
  package var title: String
  package var description: String
  package var mimeType: String?

  package init(
    uriTemplate: String, name: String, title: String, description: String, mimeType: String? = nil
  ) {
    self.uriTemplate = uriTemplate
    self.name = name
    self.title = title
    self.description = description
    self.mimeType = mimeType
  }

  var value: JSONValue {
    var object: JSONObject = [
      "uriTemplate": .string(uriTemplate), "name": .string(name), "title": .string(title),
      "description": .string(description),
    ]
    object["mimeType"] = mimeType.map { .string($0) }
    return .object(object)
  }
}
