/// Turns a schema document into nodes, refusing every word it does not know.
struct SchemaCompiler {
  private static let sizeLimit = 10_000
  /// Bounds the tokens of a place.
  private static let depthLimit = 128

  private(set) var nodes: [SchemaNode] = []
  private(set) var places: [JSONPointer] = []
  private var byPlace: [JSONPointer: SchemaNode.ID] = [:]
  private var byAnchor: [String: SchemaNode.ID] = [:]
  private var references: [(node: SchemaNode.ID, check: Int, text: String)] = []
  private var rootID = ""
  private var pending: [(SchemaNode.ID, JSONValue)] = []

  /// Compiles the whole document; the root is node 0.
  static func compile(_ document: JSONValue) throws(SchemaError) -> [SchemaNode] {
    var compiler = SchemaCompiler()
    _ = try compiler.schema(document, at: .root)
    try compiler.drain()
    try compiler.resolve()
    try compiler.refuseEndlessReferences()
    return compiler.nodes.map { node in
      var ordered = SchemaNode()
      ordered.checks =
        node.checks.filter { !$0.looksAtUnevaluated } + node.checks.filter(\.looksAtUnevaluated)
      return ordered
    }
  }

  /// Notes a schema to be compiled in its turn, and gives its number.
  mutating func schema(
    _ value: JSONValue, at place: JSONPointer
  ) throws(SchemaError) -> SchemaNode.ID {
    guard nodes.count < Self.sizeLimit, place.tokens.count <= Self.depthLimit else {
      throw .tooLarge
    }
    let id = nodes.count
    nodes.append(SchemaNode())
    places.append(place)
    byPlace[place] = id
    pending.append((id, value))
    return id
  }

  /// Compiles what was noted, and what is noted meanwhile; a list, so that no nesting costs stack.
  private mutating func drain() throws(SchemaError) {
    while let (id, value) = pending.popLast() {
      switch value {
      case .bool(true): break
      case .bool(false): nodes[id].checks = [.never]
      case .object(let object): try keywords(of: object, id)
      default:
        throw .malformed(at: places[id], expected: "a schema: an object, true or false")
      }
    }
  }

  private mutating func keywords(
    of object: JSONObject, _ id: SchemaNode.ID
  ) throws(SchemaError) {
    var keywords = SchemaKeywords(object, at: places[id])
    for (key, operand) in object.members {
      let at = places[id].appending(key: key)
      if try annotation(key, operand, id, at) { continue }
      if let reference = try reference(key, operand, at) {
        references.append((id, nodes[id].checks.count, reference))
        nodes[id].checks.append(.reference(0))
      } else if let check = try keywords.check(key, operand, at, compiler: &self) {
        nodes[id].checks.append(check)
      }
    }
  }

  mutating func schemas(
    _ value: JSONValue, at place: JSONPointer
  ) throws(SchemaError) -> [SchemaNode.ID] {
    guard case .array(let items) = value, !items.isEmpty else {
      throw .malformed(at: place, expected: "a list of schemas, at least one")
    }
    var ids: [SchemaNode.ID] = []
    for (index, item) in items.enumerated() {
      ids.append(try schema(item, at: place.appending(index: index)))
    }
    return ids
  }

  mutating func namedSchemas(
    _ value: JSONValue, at place: JSONPointer
  ) throws(SchemaError) -> [(key: String, schema: SchemaNode.ID)] {
    guard case .object(let object) = value else {
      throw .malformed(at: place, expected: "an object of schemas")
    }
    var ids: [(key: String, schema: SchemaNode.ID)] = []
    for (key, member) in object.members {
      ids.append((key, try schema(member, at: place.appending(key: key))))
    }
    return ids
  }

  /// Takes what asserts nothing; tells whether the key was such a word.
  private mutating func annotation(
    _ key: String, _ operand: JSONValue, _ id: SchemaNode.ID, _ place: JSONPointer
  ) throws(SchemaError) -> Bool {
    switch key {
    case "title", "description", "$comment", "contentEncoding", "contentMediaType":
      guard operand.stringValue != nil else { throw .malformed(at: place, expected: "a string") }
    case "default": break
    case "examples":
      guard operand.arrayValue != nil else { throw .malformed(at: place, expected: "an array") }
    case "deprecated", "readOnly", "writeOnly":
      guard operand.boolValue != nil else { throw .malformed(at: place, expected: "a boolean") }
    case "$schema": try dialect(operand, id, place)
    case "$id":
      guard id == 0 else { throw .unsupportedKeyword("$id below the root", at: place) }
      guard let text = operand.stringValue, !text.contains("#") else {
        throw .malformed(at: place, expected: "a URI without a fragment")
      }
      rootID = text
    case "$anchor":
      guard let name = operand.stringValue, !name.isEmpty, byAnchor[name] == nil else {
        throw .malformed(at: place, expected: "a name that no other anchor has")
      }
      byAnchor[name] = id
    case "$defs", "definitions": _ = try namedSchemas(operand, at: place)
    default: return false
    }
    return true
  }

  private func dialect(
    _ operand: JSONValue, _ id: SchemaNode.ID, _ place: JSONPointer
  ) throws(SchemaError) {
    let known = [
      "https://json-schema.org/draft/2020-12/schema", "http://json-schema.org/draft-07/schema",
    ]
    guard id == 0, let uri = operand.stringValue,
      known.contains(uri.hasSuffix("#") ? String(uri.dropLast()) : uri)
    else { throw .malformed(at: place, expected: "draft 2020-12 or draft 7, once, at the root") }
  }

  private func reference(
    _ key: String, _ operand: JSONValue, _ place: JSONPointer
  ) throws(SchemaError) -> String? {
    guard key == "$ref" else { return nil }
    guard let text = operand.stringValue else {
      throw .malformed(at: place, expected: "a reference")
    }
    return text
  }

  private mutating func resolve() throws(SchemaError) {
    for (node, check, text) in references {
      guard let target = target(of: text) else {
        throw .unresolvedReference(text, at: places[node].appending(key: "$ref"))
      }
      nodes[node].checks[check] = .reference(target)
    }
  }

  private func target(of reference: String) -> SchemaNode.ID? {
    let parts = reference.split(separator: "#", maxSplits: 1, omittingEmptySubsequences: false)
    guard parts[0].isEmpty || parts[0] == rootID else { return nil }
    guard parts.count == 2, !parts[1].isEmpty else { return 0 }
    guard let fragment = URIText.percentDecoded(String(parts[1])) else { return nil }
    if fragment.utf8.first == UInt8(ascii: "/") {
      return JSONPointer(parsing: fragment).flatMap { byPlace[$0] }
    }
    return byAnchor[fragment]
  }

  /// Refuses schemas that lead back to themselves for the same value: checking would never end.
  private func refuseEndlessReferences() throws(SchemaError) {
    var incoming = [Int](repeating: 0, count: nodes.count)
    let edges = nodes.map { $0.checks.flatMap(\.inPlace) }
    for target in edges.joined() { incoming[target] += 1 }
    var free = incoming.indices.filter { incoming[$0] == 0 }
    while let node = free.popLast() {
      for target in edges[node] {
        incoming[target] -= 1
        if incoming[target] == 0 { free.append(target) }
      }
    }
    // What is left lies on a circle or behind one; any of it names the place well enough.
    if let node = incoming.firstIndex(where: { $0 > 0 }) {
      throw .endlessReference(at: places[node])
    }
  }
}
