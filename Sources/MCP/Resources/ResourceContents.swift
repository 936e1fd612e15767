import JSON

/// Is what stands under an address: text, or bytes in base64.
package struct ResourceContents: Sendable, Hashable {
  package enum Body: Sendable, Hashable {
    case text(String)
    case base64(String)
  }

  package var uri: String
  package var mimeType: String?
  package var body: Body
  package var meta: JSONObject?

  package init(uri: String, mimeType: String?, body: Body, meta: JSONObject? = nil) {
    self.uri = uri
    self.mimeType = mimeType
    self.body = body
    self.meta = meta
  }

  var value: JSONValue {
    var object: JSONObject = ["uri": .string(uri)]
    object["mimeType"] = mimeType.map { .string($0) }
    switch body {
    case .text(let text): object["text"] = .string(text)
    case .base64(let text): object["blob"] = .string(text)
    }
    object["_meta"] = meta.map { .object($0) }
    return .object(object)
  }
}

/// Is what reading gives: contents, and how long they stay true.
package struct ResourceReading: Sendable, Hashable {
  package var contents: [ResourceContents]
  /// Is zero for what lives, large for what its address describes for ever.
  package var ttlMilliseconds: Int

  package init(_ contents: [ResourceContents], ttlMilliseconds: Int = 0) {
    self.contents = contents
    self.ttlMilliseconds = ttlMilliseconds
  }
}

/// Is what completing an argument gives; only the first 100 values travel.
package struct Completion: Sendable, Hashable {
  package var values: [String]
  package var total: Int?

  package init(_ values: [String], total: Int? = nil) {
    self.values = values
    self.total = total
  }

  static let limit = 100

  var value: JSONValue {
    let total = total ?? values.count
    return [
      "values": .array(values.prefix(Self.limit).map { .string($0) }),
      "total": .integer(total), "hasMore": .bool(total > Self.limit),
    ]
  }
}
