import JSON

/// Prints figures as a table for people and as JSON lines for machines.
struct Report {
  var asJSON: Bool
  private(set) var figures: [Figure] = []

  init(asJSON: Bool) { self.asJSON = asJSON }

  mutating func add(_ figure: Figure) {
    figures.append(figure)
    print(asJSON ? Self.line(figure) : Self.row(figure))
  }

  mutating func heading(_ text: String) {
    if !asJSON { print("\n\(text)") }
  }

  /// Says how many goals were reached; a missed one is a fact to report, not a failure.
  func finish() {
    guard !asJSON else { return }
    #if DEBUG
      print("\nA debug build shows that every figure can be taken, not what Errand costs.")
    #endif
    let judged = figures.compactMap(\.isReached)
    print("\n\(judged.filter { $0 }.count) of \(judged.count) goals reached")
  }

  private static func row(_ figure: Figure) -> String {
    var row = pad(figure.name, 50) + pad(number(figure.value) + " " + figure.unit, 16, right: true)
    if let yardstick = figure.yardstick, let ratio = figure.ratio {
      row += pad("×" + number(ratio), 10, right: true)
      row += "  of \(yardstick.name) \(number(yardstick.value))"
    }
    switch figure.goal {
    case .atMost(let limit): row += "  goal ≤ ×\(number(limit))"
    case .atLeast(let limit): row += "  goal ≥ ×\(number(limit))"
    case .valueAtMost(let limit): row += "  goal ≤ \(number(limit)) \(figure.unit)"
    case .valueAtLeast(let limit): row += "  goal ≥ \(number(limit)) \(figure.unit)"
    case nil: break
    }
    if let reached = figure.isReached { row += reached ? "  ✓" : "  ✗" }
    return row
  }

  private static func line(_ figure: Figure) -> String {
    var writer = JSONWriter()
    writer.beginObject()
    writer.key("name")
    writer.string(figure.name)
    writer.key("value")
    writer.double(figure.value)
    writer.key("unit")
    writer.string(figure.unit)
    if let yardstick = figure.yardstick, let ratio = figure.ratio {
      writer.key("yardstick")
      writer.string(yardstick.name)
      writer.key("yardstickValue")
      writer.double(yardstick.value)
      writer.key("ratio")
      writer.double(ratio)
    }
    if let reached = figure.isReached {
      writer.key("reached")
      writer.bool(reached)
    }
    writer.endObject()
    return String(decoding: writer.bytes, as: UTF8.self)
  }

  private static func pad(_ text: String, _ width: Int, right: Bool = false) -> String {
    let space = String(repeating: " ", count: max(0, width - text.count))
    return right ? space + text : text + space
  }

  /// Writes three significant digits, without exponents.
  static func number(_ value: Double) -> String {
    guard value.isFinite else { return "–" }
    let size = value.magnitude
    let decimals = size >= 100 ? 0 : size >= 10 ? 1 : size >= 1 ? 2 : 3
    let scale = [1.0, 10, 100, 1000][decimals]
    let rounded = (value * scale).rounded() / scale
    return decimals == 0 ? String(Int(rounded)) : String(rounded)
  }
}
