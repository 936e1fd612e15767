/// Reads a regular expression by the grammar of ECMA-262 in Unicode mode.
struct PatternParser {
  private static let depthLimit = 50
  let scalars: [Unicode.Scalar]
  var position = 0
  private var depth = 0

  init(_ source: String) { scalars = Array(source.unicodeScalars) }

  var next: Unicode.Scalar? { position < scalars.count ? scalars[position] : nil }

  mutating func parse() throws(Pattern.Refusal) -> PatternTree {
    let tree = try choice()
    guard next == nil else { throw malformed("a parenthesis too many") }
    return tree
  }

  func malformed(_ what: String) -> Pattern.Refusal { .malformed(what, offset: position) }

  /// Steps over a character if it is the next.
  mutating func skip(_ scalar: Unicode.Scalar) -> Bool {
    guard next == scalar else { return false }
    position += 1
    return true
  }

  private mutating func choice() throws(Pattern.Refusal) -> PatternTree {
    depth += 1
    defer { depth -= 1 }
    guard depth <= Self.depthLimit else { throw .tooLarge }
    var branches = [try sequence()]
    while skip("|") { branches.append(try sequence()) }
    return branches.count == 1 ? branches[0] : .choice(branches)
  }

  private mutating func sequence() throws(Pattern.Refusal) -> PatternTree {
    var parts: [PatternTree] = []
    while let scalar = next, scalar != "|", scalar != ")" {
      if let assertion = try assertion() {
        parts.append(assertion)
        continue
      }
      let atom = try atom()
      parts.append(try quantified(atom))
    }
    return parts.count == 1 ? parts[0] : .sequence(parts)
  }

  /// Reads what takes no character, and therefore cannot be repeated.
  private mutating func assertion() throws(Pattern.Refusal) -> PatternTree? {
    if skip("^") { return .atStart }
    if skip("$") { return .atEnd }
    guard next == "\\", position + 1 < scalars.count else { return nil }
    switch scalars[position + 1] {
    case "b", "B":
      position += 2
      return .boundary(scalars[position - 1] == "b")
    default: return nil
    }
  }

  private mutating func atom() throws(Pattern.Refusal) -> PatternTree {
    guard let scalar = next else { throw malformed("something missing") }
    switch scalar {
    case "(": return try group()
    case "[": return .one(try characterClass())
    case "\\": return .one(ScalarSet([try escape(inClass: false)]))
    case "*", "+", "?", "{": throw malformed("nothing to repeat")
    case "}", "]": throw malformed("a bracket too many")
    case ".":
      position += 1
      return .one(.anyInLine)
    default:
      position += 1
      return .one(ScalarSet(scalar))
    }
  }

  private mutating func group() throws(Pattern.Refusal) -> PatternTree {
    position += 1
    if skip("?") {
      if skip("=") || skip("!") { throw .unsupported("lookahead") }
      if skip("<") {
        if skip("=") || skip("!") { throw .unsupported("lookbehind") }
        try groupName()
      } else if !skip(":") {
        throw malformed("an unknown kind of group")
      }
    }
    let tree = try choice()
    guard skip(")") else { throw malformed("a parenthesis missing") }
    return tree
  }

  private mutating func groupName() throws(Pattern.Refusal) {
    let start = position
    while let scalar = next, scalar != ">" {
      let properties = scalar.properties
      let isNamed = position == start ? properties.isIDStart : properties.isIDContinue
      guard isNamed || scalar == "$" || scalar == "_" else { throw malformed("a bad group name") }
      position += 1
    }
    guard position > start, skip(">") else { throw malformed("a bad group name") }
  }

  private mutating func quantified(_ part: PatternTree) throws(Pattern.Refusal) -> PatternTree {
    let least: Int
    let most: Int?
    if skip("*") {
      (least, most) = (0, nil)
    } else if skip("+") {
      (least, most) = (1, nil)
    } else if skip("?") {
      (least, most) = (0, 1)
    } else if skip("{") {
      (least, most) = try counts()
    } else {
      return part
    }
    // Lazy or greedy: whether there is a match does not depend on it.
    _ = skip("?")
    return .repeated(part, least, most)
  }

  private mutating func counts() throws(Pattern.Refusal) -> (Int, Int?) {
    guard let least = number() else { throw malformed("a bad repeat count") }
    var most: Int? = least
    if skip(",") { most = next == "}" ? nil : number() ?? -1 }
    guard skip("}"), most ?? least >= least else { throw malformed("a bad repeat count") }
    return (least, most)
  }

  private mutating func number() -> Int? {
    let start = position
    var value = 0
    while let digit = next, ("0"..."9").contains(digit) {
      // Beyond the size limit the exact count no longer matters.
      value = min(value * 10 + Int(digit.value - 48), 1_000_000)
      position += 1
    }
    return position > start ? value : nil
  }
}
