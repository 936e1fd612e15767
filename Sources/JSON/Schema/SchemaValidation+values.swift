extension SchemaValidation {
  func applyNumber(_ check: SchemaCheck, _ value: JSONValue, _ faults: inout Faults) {
    switch check {
    case .bound(let bound, let limit):
      guard let isBelow = value.isLess(than: limit), let isAbove = limit.isLess(than: value)
      else { return }
      let holds =
        switch bound {
        case .atLeast: !isBelow
        case .above: isAbove
        case .atMost: !isAbove
        case .below: isBelow
        }
      if !holds { faults.add("expected \(bound.words) \(limit.text), found \(value.shown)") }
    case .multipleOf(let divisor, let shown):
      guard let number = DecimalNumber(value), !number.isMultiple(of: divisor) else { return }
      faults.add("expected a multiple of \(shown), found \(value.shown)")
    default: break
    }
  }

  func applyText(_ check: SchemaCheck, _ value: JSONValue, _ faults: inout Faults) {
    guard case .string(let text) = value else { return }
    switch check {
    case .pattern(let pattern):
      switch pattern.matches(text) {
      case true?: break
      case false?:
        faults.add("expected a string that matches \(pattern.source), found \(value.shown)")
      case nil: faults.add("the string is too long to be matched with \(pattern.source)")
      }
    case .format(let format):
      if !format.accepts(text) { faults.add("expected \(format.words), found \(value.shown)") }
    default: break
    }
  }

  func applyCount(
    _ countable: Countable, _ range: ClosedRange<Int>, _ value: JSONValue,
    _ faults: inout Faults
  ) {
    let count: Int
    switch (countable, value) {
    case (.characters, .string(let text)): count = text.unicodeScalars.count
    case (.items, .array(let items)): count = items.count
    case (.members, .object(let object)): count = object.count
    default: return
    }
    guard !range.contains(count) else { return }
    let limit =
      range.upperBound == .max ? "at least \(range.lowerBound)" : "at most \(range.upperBound)"
    faults.add("expected \(limit) \(countable.rawValue), found \(count)")
  }
}

extension JSONValue {
  /// Compares two numbers, exactly where both are integers; nil where one is no number.
  fileprivate func isLess(than other: JSONValue) -> Bool? {
    if case .integer(let left) = self, case .integer(let right) = other { return left < right }
    guard let left = doubleValue, let right = other.doubleValue else { return nil }
    return left < right
  }
}
