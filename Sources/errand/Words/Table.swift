/// Lays rows out in columns that fit the reader's width.
struct Table: Sendable {
  struct Column: Sendable {
    var title: String
    /// Narrowest useful width of a column that may be cut; nil for one that never is.
    var atLeast: Int?
    var alignsRight: Bool
    /// Says which columns leave first where not even the narrowest widths fit; nil for one that stays.
    var leaves: Int?

    init(
      _ title: String, atLeast: Int? = nil, alignsRight: Bool = false, leaves: Int? = nil
    ) {
      self.title = title
      self.atLeast = atLeast
      self.alignsRight = alignsRight
      self.leaves = leaves
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
    let wanted = columns.indices.map { index in
      ([Cell(columns[index].title)] + rows.map { $0[index] }).map { DisplayWidth.of($0.text) }
        .max() ?? 0
    }
    let kept = kept(wanted, in: terminal.width)
    let widths = fitted(wanted, kept, to: terminal.width)
    let head = columns.map { Cell($0.title, .dim) }
    return ([head] + rows).map { line($0, kept, widths, terminal) }.joined(separator: "\n")
  }

  private func line(
    _ cells: [Cell], _ kept: [Int], _ widths: [Int], _ terminal: Terminal
  ) -> String {
    var line = ""
    for (index, width) in zip(kept, widths) {
      let cell = cells[index]
      let text = DisplayWidth.fit(cell.text, into: width)
      let space = String(repeating: " ", count: max(0, width - DisplayWidth.of(text)))
      let shown = cell.style.map { terminal.styled(text, $0) } ?? text
      let isLast = index == kept.last
      line += columns[index].alignsRight ? space + shown : shown + (isLast ? "" : space)
      if !isLast { line += String(repeating: " ", count: Self.gap) }
    }
    return line
  }

  /// Gives the columns for which there is room at their narrowest.
  private func kept(_ wanted: [Int], in width: Int?) -> [Int] {
    var kept = Array(columns.indices)
    guard let width else { return kept }
    func least(_ index: Int) -> Int { min(wanted[index], columns[index].atLeast ?? .max) }
    while kept.reduce(Self.gap * (kept.count - 1), { $0 + least($1) }) > width,
      let next = kept.filter({ columns[$0].leaves != nil })
        .min(by: { columns[$0].leaves ?? 0 < columns[$1].leaves ?? 0 })
    {
      kept.removeAll { $0 == next }
    }
    return kept
  }

  /// Takes what is too much from the columns that may be cut, the last ones first: handles stand
  /// left. Where that is not enough, every column gives way.
  private func fitted(_ wanted: [Int], _ kept: [Int], to width: Int?) -> [Int] {
    var widths = kept.map { wanted[$0] }
    guard let width else { return widths }
    var excess = widths.reduce(0, +) + Self.gap * (kept.count - 1) - width
    for floor in [kept.map { columns[$0].atLeast ?? .max }, kept.map { _ in 1 }] {
      for place in kept.indices.reversed() where excess > 0 {
        let cut = min(excess, max(0, widths[place] - floor[place]))
        widths[place] -= cut
        excess -= cut
      }
    }
    return widths
  }
}
