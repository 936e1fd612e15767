import JSON

/// Makes an agent's words from an input: text with places for the input's members.
///
/// `{{a.b}}` puts a member in as data, fenced; `{{a|words}}` as words the agent is to follow,
/// `{{a|list}}` as a list of them, `{{a|line}}` in one short line. `{{#a}}…{{/a}}` stands only where
/// there is an `a`.
package struct PromptTemplate: Sendable {
  enum Form: String, Sendable, CaseIterable { case data, words, list, line }

  indirect enum Piece: Sendable {
    case text(String)
    case place(path: String, Form)
    case section(path: String, [Piece])
  }

  package struct Refusal: Error, Sendable, Hashable, CustomStringConvertible {
    package let description: String
  }

  private let pieces: [Piece]

  /// Bounds sections within sections, and places in all.
  private static let depthLimit = 8
  private static let placeLimit = 1_000

  package init(_ text: String) throws(Refusal) {
    var parser = Parser(rest: text[...])
    pieces = try parser.pieces(until: nil, depth: 0)
  }

  /// Names the members it asks for, by their first step.
  package var members: Set<String> { Self.members(of: pieces) }

  private static func members(of pieces: [Piece]) -> Set<String> {
    pieces.reduce(into: []) { found, piece in
      switch piece {
      case .text: break
      case .place(let path, _): found.insert(first(path))
      case .section(let path, let inner):
        found.insert(first(path))
        found.formUnion(members(of: inner))
      }
    }
  }

  private static func first(_ path: String) -> String {
    String(path.split(separator: ".", omittingEmptySubsequences: false).first ?? "")
  }

  package func render(_ input: JSONValue) -> String { Self.render(pieces, input) }

  private static func render(_ pieces: [Piece], _ input: JSONValue) -> String {
    var text = ""
    for piece in pieces {
      switch piece {
      case .text(let words): text += words
      case .place(let path, let form):
        if let value = value(path, input) { text += show(value, as: form, named: path) }
      case .section(let path, let inner):
        if value(path, input) != nil { text += render(inner, input) }
      }
    }
    return text
  }

  /// Gives what is at a path; nothing, null, and what is empty or false is not there.
  private static func value(_ path: String, _ input: JSONValue) -> JSONValue? {
    guard let value = OutputPath(path).values(in: input).first else { return nil }
    switch value {
    case .null, .bool(false), .array([]), .string(""): return nil
    case .object(let object): return object.isEmpty ? nil : value
    case .bool, .integer, .bigInteger, .double, .string, .array: return value
    }
  }

  private static func show(_ value: JSONValue, as form: Form, named path: String) -> String {
    let text = value.stringValue ?? value.text
    switch form {
    case .words: return text
    case .line: return CleanText.line(text, limit: 300)
    case .list:
      return (value.arrayValue ?? [value]).map { "- " + Prompt.indented($0.stringValue ?? $0.text) }
        .joined(separator: "\n")
    case .data: return Prompt.data(text, named: String(path.map { $0 == "." ? "-" : $0 }))
    }
  }

  /// Reads a template's text.
  private struct Parser {
    var rest: Substring
    var places = 0

    mutating func pieces(until end: String?, depth: Int) throws(Refusal) -> [Piece] {
      guard depth <= depthLimit else { throw Refusal(description: "sections nest too deep") }
      var pieces: [Piece] = []
      while let tag = try nextTag(into: &pieces) {
        places += 1
        guard places <= placeLimit else { throw Refusal(description: "there are too many places") }
        switch tag.first {
        case "#":
          let path = try path(tag.dropFirst())
          pieces.append(.section(path: path, try self.pieces(until: path, depth: depth + 1)))
        case "/":
          guard try path(tag.dropFirst()) == end else {
            throw Refusal(description: "{{\(tag)}} ends no section begun before it")
          }
          return pieces
        default: pieces.append(try place(tag))
        }
      }
      if let end { throw Refusal(description: "the section {{#\(end)}} is not ended") }
      return pieces
    }

    /// Takes the text up to the next `{{…}}`, and gives what is in that; nil at the end.
    private mutating func nextTag(into pieces: inout [Piece]) throws(Refusal) -> Substring? {
      guard let open = rest.firstRange(of: "{{") else {
        if !rest.isEmpty { pieces.append(.text(String(rest))) }
        rest = ""
        return nil
      }
      if open.lowerBound > rest.startIndex {
        pieces.append(.text(String(rest[..<open.lowerBound])))
      }
      let after = rest[open.upperBound...]
      guard let close = after.firstRange(of: "}}") else {
        throw Refusal(description: "a {{ is not closed")
      }
      rest = after[close.upperBound...]
      return after[..<close.lowerBound]
    }

    private func place(_ tag: Substring) throws(Refusal) -> Piece {
      let parts = tag.split(separator: "|", maxSplits: 1, omittingEmptySubsequences: false)
      guard parts.count == 2 else { return .place(path: try path(tag), .data) }
      guard let form = Form(rawValue: String(parts[1])) else {
        let forms = Form.allCases.map(\.rawValue).joined(separator: ", ")
        throw Refusal(description: "{{\(tag)}}: the form is none of \(forms)")
      }
      return .place(path: try path(parts[0]), form)
    }

    private func path(_ text: Substring) throws(Refusal) -> String {
      let isWord = { (byte: UInt8) in
        (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte)
          || (0x61...0x7A).contains(byte) || byte == UInt8(ascii: "_")
      }
      let steps = text.split(separator: ".", omittingEmptySubsequences: false)
      guard steps.allSatisfy({ !$0.isEmpty && $0.utf8.allSatisfy(isWord) }) else {
        throw Refusal(description: "{{\(text)}} names no member")
      }
      return String(text)
    }
  }
}

extension Substring {
  /// Finds a short text.
  fileprivate func firstRange(of text: String) -> Range<Index>? {
    ranges(of: text).first
  }
}
