/// Holds the characters that one place of a pattern accepts.
struct ScalarSet: Sendable {
  /// Is one part of a class.
  enum Part: Sendable {
    case range(ClosedRange<UInt32>)
    /// Accepts what `\d`, `\s`, `\w` accept, or the opposite.
    case digit(Bool)
    case space(Bool)
    case word(Bool)
    case category(Set<Unicode.GeneralCategory>, Bool)
  }

  private let parts: [Part]
  private let isNegated: Bool
  /// Answers for ASCII at once.
  private let low: UInt64
  private let high: UInt64

  init(_ parts: [Part], isNegated: Bool = false) {
    self.parts = parts
    self.isNegated = isNegated
    var bits: [UInt64] = [0, 0]
    for value in 0..<UInt32(128) {
      guard let scalar = Unicode.Scalar(value) else { continue }
      if Self.contains(parts, scalar) != isNegated {
        bits[Int(value >> 6)] |= 1 << UInt64(value & 63)
      }
    }
    (low, high) = (bits[0], bits[1])
  }

  init(_ scalar: Unicode.Scalar) { self.init([.range(scalar.value...scalar.value)]) }

  /// Accepts everything but line ends, as the dot does.
  static let anyInLine = ScalarSet(
    [.range(0x0A...0x0A), .range(0x0D...0x0D), .range(0x2028...0x2029)], isNegated: true)

  func contains(_ scalar: Unicode.Scalar) -> Bool {
    let value = scalar.value
    if value < 64 { return low >> UInt64(value) & 1 == 1 }
    if value < 128 { return high >> UInt64(value - 64) & 1 == 1 }
    return Self.contains(parts, scalar) != isNegated
  }

  static func isWord(_ scalar: Unicode.Scalar?) -> Bool {
    guard let scalar else { return false }
    switch scalar {
    case "a"..."z", "A"..."Z", "0"..."9", "_": return true
    default: return false
    }
  }

  private static func contains(_ parts: [Part], _ scalar: Unicode.Scalar) -> Bool {
    parts.contains { part in
      switch part {
      case .range(let range): range.contains(scalar.value)
      case .digit(let wanted): ("0"..."9").contains(scalar) == wanted
      case .space(let wanted): isSpace(scalar) == wanted
      case .word(let wanted): isWord(scalar) == wanted
      case .category(let set, let wanted):
        set.contains(scalar.properties.generalCategory) == wanted
      }
    }
  }

  private static func isSpace(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0x09...0x0D, 0x20, 0xA0, 0xFEFF, 0x2028, 0x2029: true
    default: scalar.properties.generalCategory == .spaceSeparator
    }
  }
}

extension Unicode.GeneralCategory {
  /// Finds the categories that a name in `\p{…}` stands for, short or long.
  static func named(_ name: String) -> Set<Unicode.GeneralCategory>? {
    byName[name] ?? (name.hasPrefix("General_Category=") ? byName[String(name.dropFirst(17))] : nil)
      ?? (name.hasPrefix("gc=") ? byName[String(name.dropFirst(3))] : nil)
  }

  private static let byName: [String: Set<Unicode.GeneralCategory>] = {
    var names: [String: Set<Unicode.GeneralCategory>] = [:]
    for (short, long, category) in table {
      names[short] = [category]
      names[long] = [category]
      // The first letter stands for its whole group.
      names[String(short.prefix(1)), default: []].insert(category)
    }
    for (letter, long) in [
      ("L", "Letter"), ("M", "Mark"), ("N", "Number"), ("P", "Punctuation"), ("S", "Symbol"),
      ("Z", "Separator"), ("C", "Other"),
    ] { names[long] = names[letter] }
    names["digit"] = [.decimalNumber]
    names["punct"] = names["P"]
    names["LC"] = [.uppercaseLetter, .lowercaseLetter, .titlecaseLetter]
    names["Cased_Letter"] = names["LC"]
    return names
  }()

  private static let table: [(String, String, Unicode.GeneralCategory)] = [
    ("Lu", "Uppercase_Letter", .uppercaseLetter), ("Ll", "Lowercase_Letter", .lowercaseLetter),
    ("Lt", "Titlecase_Letter", .titlecaseLetter), ("Lm", "Modifier_Letter", .modifierLetter),
    ("Lo", "Other_Letter", .otherLetter), ("Mn", "Nonspacing_Mark", .nonspacingMark),
    ("Mc", "Spacing_Mark", .spacingMark), ("Me", "Enclosing_Mark", .enclosingMark),
    ("Nd", "Decimal_Number", .decimalNumber), ("Nl", "Letter_Number", .letterNumber),
    ("No", "Other_Number", .otherNumber), ("Pc", "Connector_Punctuation", .connectorPunctuation),
    ("Pd", "Dash_Punctuation", .dashPunctuation), ("Ps", "Open_Punctuation", .openPunctuation),
    ("Pe", "Close_Punctuation", .closePunctuation),
    ("Pi", "Initial_Punctuation", .initialPunctuation),
    ("Pf", "Final_Punctuation", .finalPunctuation),
    ("Po", "Other_Punctuation", .otherPunctuation), ("Sm", "Math_Symbol", .mathSymbol),
    ("Sc", "Currency_Symbol", .currencySymbol), ("Sk", "Modifier_Symbol", .modifierSymbol),
    ("So", "Other_Symbol", .otherSymbol), ("Zs", "Space_Separator", .spaceSeparator),
    ("Zl", "Line_Separator", .lineSeparator), ("Zp", "Paragraph_Separator", .paragraphSeparator),
    ("Cc", "Control", .control), ("Cf", "Format", .format), ("Cs", "Surrogate", .surrogate),
    ("Co", "Private_Use", .privateUse), ("Cn", "Unassigned", .unassigned),
  ]
}
