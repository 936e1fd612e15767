import JSON
import TestSupport

extension Mutation {
  /// Puts a part of another value, or something extreme, in place of a part of this one: what comes
  /// out is still JSON, and mostly still near its kind.
  mutating func graft(_ value: JSONValue, from others: [JSONValue]) -> JSONValue {
    if number(below: 4) == 0 { return replacement(from: others) }
    switch value {
    case .array(var items) where !items.isEmpty:
      let place = number(below: items.count)
      switch number(below: 6) {
      case 0: items.remove(at: place)
      case 1: items.insert(items[place], at: place)
      default: items[place] = graft(items[place], from: others)
      }
      return .array(items)
    case .object(var members) where !members.isEmpty:
      let key = members.keys[number(below: members.keys.count)]
      switch number(below: 6) {
      case 0: members[key] = nil
      case 1:
        let other = others[number(below: others.count)].objectValue?.keys ?? []
        members[other.isEmpty ? "x" : other[number(below: other.count)]] = members[key]
      default: members[key] = graft(members[key] ?? .null, from: others)
      }
      return .object(members)
    default: return replacement(from: others)
    }
  }

  private mutating func replacement(from others: [JSONValue]) -> JSONValue {
    let extremes: [JSONValue] = [
      .null, true, 0, -1, .integer(.max), .integer(.min), .double(1e308),
      .double(.leastNonzeroMagnitude), 0.1,
      .bigInteger("123456789012345678901234567890"), "", "\u{0}", "😀", "^(a*)*$", "[[:x:]]",
      "#/$defs/x", "#", "#/properties/a", "(a{0,50}){0,50}", "errand://tasks/..", "/../../etc",
      .string(String(repeating: "a", count: 70_000)), [], [:], [[[[]]]],
      .array(Array(repeating: 1, count: 500)),
    ]
    guard number(below: 2) == 0 else { return extremes[number(below: extremes.count)] }
    var part = others[number(below: others.count)]
    while number(below: 4) > 0 {
      switch part {
      case .array(let items) where !items.isEmpty: part = items[number(below: items.count)]
      case .object(let members) where !members.isEmpty:
        part = members[members.keys[number(below: members.keys.count)]] ?? .null
      default: return part
      }
    }
    return part
  }
}
