extension PatternParser {
  /// Reads `[…]`; `position` stands on the bracket.
  mutating func characterClass() throws(Pattern.Refusal) -> ScalarSet {
    position += 1
    let isNegated = skip("^")
    var parts: [ScalarSet.Part] = []
    while !skip("]") {
      let first = try classAtom()
      guard next == "-", position + 1 < scalars.count, scalars[position + 1] != "]" else {
        parts.append(first)
        continue
      }
      position += 1
      let second = try classAtom()
      guard case .range(let low) = first, case .range(let high) = second,
        low.lowerBound <= high.lowerBound
      else { throw malformed("a range that is none") }
      parts.append(.range(low.lowerBound...high.lowerBound))
    }
    return ScalarSet(parts, isNegated: isNegated)
  }

  private mutating func classAtom() throws(Pattern.Refusal) -> ScalarSet.Part {
    guard let scalar = next else { throw malformed("a bracket missing") }
    if scalar == "\\" { return try escape(inClass: true) }
    position += 1
    return .range(scalar.value...scalar.value)
  }

  /// Reads an escape that stands for one character; `position` stands on the backslash.
  mutating func escape(inClass: Bool) throws(Pattern.Refusal) -> ScalarSet.Part {
    position += 1
    guard let scalar = next else { throw malformed("nothing after a backslash") }
    position += 1
    switch scalar {
    case "d", "D": return .digit(scalar == "d")
    case "s", "S": return .space(scalar == "s")
    case "w", "W": return .word(scalar == "w")
    case "p", "P": return try category(wanted: scalar == "p")
    case "1"..."9", "k": throw .unsupported("a back-reference")
    default: break
    }
    let value = try character(scalar, inClass: inClass)
    return .range(value...value)
  }

  private mutating func character(
    _ scalar: Unicode.Scalar, inClass: Bool
  ) throws(Pattern.Refusal) -> UInt32 {
    switch scalar {
    case "t": return 0x09
    case "n": return 0x0A
    case "v": return 0x0B
    case "f": return 0x0C
    case "r": return 0x0D
    case "0":
      if let digit = next, ("0"..."9").contains(digit) { throw malformed("an octal escape") }
      return 0
    case "b" where inClass: return 0x08
    case "-" where inClass: return scalar.value
    case "c":
      guard let letter = next, ("a"..."z").contains(letter) || ("A"..."Z").contains(letter) else {
        throw malformed("a bad control escape")
      }
      position += 1
      return letter.value & 31
    case "x": return try hexadecimal(digits: 2)
    case "u": return try unicodeEscape()
    case "^", "$", "\\", ".", "*", "+", "?", "(", ")", "[", "]", "{", "}", "|", "/":
      return scalar.value
    default: throw malformed("an unknown escape")
    }
  }

  private mutating func hexadecimal(digits: Int) throws(Pattern.Refusal) -> UInt32 {
    var value: UInt32 = 0
    for _ in 0..<digits {
      guard let scalar = next, scalar.isASCII, let digit = Hex.value(of: UInt8(scalar.value)) else {
        throw malformed("a bad hexadecimal escape")
      }
      value = value << 4 | UInt32(digit)
      position += 1
    }
    return value
  }

  /// Reads what follows `\u`: four digits, two surrogates, or braces.
  private mutating func unicodeEscape() throws(Pattern.Refusal) -> UInt32 {
    if skip("{") {
      var value: UInt32 = 0
      repeat {
        value = value << 4 | (try hexadecimal(digits: 1))
        guard value <= 0x10FFFF else { throw malformed("a code point that is none") }
      } while !skip("}")
      return value
    }
    let first = try hexadecimal(digits: 4)
    guard (0xD800...0xDBFF).contains(first), next == "\\", position + 1 < scalars.count,
      scalars[position + 1] == "u"
    else { return first }
    let start = position
    position += 2
    let second = try hexadecimal(digits: 4)
    guard (0xDC00...0xDFFF).contains(second) else {
      position = start
      return first
    }
    return 0x10000 + (first - 0xD800) << 10 + (second - 0xDC00)
  }

  private mutating func category(wanted: Bool) throws(Pattern.Refusal) -> ScalarSet.Part {
    guard skip("{") else { throw malformed("a property without a name") }
    var name = ""
    while let scalar = next, scalar != "}" {
      name.unicodeScalars.append(scalar)
      position += 1
    }
    guard skip("}"), !name.isEmpty else { throw malformed("a property without a name") }
    guard let categories = Unicode.GeneralCategory.named(name) else {
      throw .unsupported("the property \(name)")
    }
    return .category(categories, wanted)
  }
}
