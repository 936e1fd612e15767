/// Lays rows out in columns that fit the reader's width.
struct Table: Sendable {
  struct Column: Sendable {
    var title: String
    /// Narrowest useful width of a column that may be cut; nil for one that never is.
    var atLeast: Int?
    var alignsRight = false

    init(_ title: String, atLeast: Int? = nil, alignsRight: Bool = false) {
      self.title = title
      self.atLeast = atLeast
      self.alignsRight = alignsRight
    }
  }

  struct Cell: Sendable, ExpressibleByStringInterpolation {
    var text: String
    var style: Terminal.Style?

    init(_ text: String, _ style: Terminal.Style? = nil) {
      self.text = text
      self.style = style
    }

    init(stringLiteral text: String) { self.init(text) }
  }

  private static let gap = 2
  private let columns: [Column]
  private var rows: [[Cell]] = []

  init(_ columns: [Column]) { self.columns = columns }

  /// Adds a row; a cell is one line, its length bounded by whoever made it.
  mutating func add(_ cells: [Cell]) { rows.append(cells) }

  var isEmpty: Bool { rows.isEmpty }

  /// Draws the table, without a newline at its end.
  func text(for terminal: Terminal) -> String {
    let widths = fitted(to: terminal.width)
    let head = columns.map { Cell($0.title, .dim) }
    return ([head] + rows).map { line($0, widths, terminal) }.joined(separator: "\n")
  }

  private func line(_ cells: [Cell], _ widths: [Int], _ terminal: Terminal) -> String {
    var line = ""
    for (index, cell) in cells.enumerated() {
      let text = DisplayWidth.fit(cell.text, into: widths[index])
      let space = String(repeating: " ", count: max(0, widths[index] - DisplayWidth.of(text)))
      let shown = cell.style.map { terminal.styled(text, $0) } ?? text
      let isLast = index == cells.count - 1
      line += columns[index].alignsRight ? space + shown : shown + (isLast ? "" : space)
      if !isLast { line += String(repeating: " ", count: Self.gap) }
    }
    return line
  }

  /// Takes what is too much from the columns that may be cut, the last ones first: handles stand left.
  private func fitted(to width: Int?) -> [Int] {
    var widths = columns.indices.map { index in
      ([Cell(columns[index].title)] + rows.map { $0[index] }).map { DisplayWidth.of($0.text) }
        .max() ?? 0
    }
    guard let width else { return widths }
    var excess = widths.reduce(0, +) + Self.gap * (columns.count - 1) - width
    for index in columns.indices.reversed() {
      guard excess > 0, let least = columns[index].atLeast else { continue }
      let cut = min(excess, max(0, widths[index] - least))
      widths[index] -= cut
      excess -= cut
    }
    return widths
  }
}
