/// Matches a regular expression in time linear in the text, whatever the expression.
///
/// It is the part of ECMA-262 (Unicode mode) that needs no backtracking: classes, groups,
/// alternatives, greedy and lazy repeats, `^ $ \b \B`, `\d \w \s`, `\p{L}` and other
/// categories, and all escapes. Lookaround and back-references are refused.
package struct Pattern: Sendable {
  package let source: String
  private let program: [PatternInstruction]
  private let isAnchored: Bool

  /// Says why a pattern cannot be used.
  package enum Refusal: Error, Sendable, Equatable {
    /// Is no regular expression at all.
    case malformed(String, offset: Int)
    /// Is one, but of a kind that this engine does not run.
    case unsupported(String)
    case tooLarge

    package var reason: String {
      switch self {
      case .malformed(let what, let offset): "\(what) at character \(offset)"
      case .unsupported(let what): "\(what) cannot be used here"
      case .tooLarge: "it is too large"
      }
    }
  }

  /// Bounds the states visited for one text.
  private static let stepLimit = 100_000_000

  package init(_ source: String) throws(Refusal) {
    var parser = PatternParser(source)
    let tree = try parser.parse()
    var compiler = PatternCompiler()
    try compiler.emit(tree)
    self.source = source
    program = compiler.finished()
    isAnchored = tree.beginsAtStart
  }

  /// Tells whether the pattern is found anywhere in the text; nil if that would take too long.
  package func matches(_ text: String) -> Bool? {
    var threads = PatternThreads(program)
    var last: Unicode.Scalar?
    var steps = 0
    var scalars = text.unicodeScalars.makeIterator()
    var next = scalars.next()
    while true {
      if last == nil || !isAnchored { threads.enter(0, between: last, and: next) }
      if threads.hasMatched { return true }
      guard let scalar = next, !(isAnchored && threads.isEmpty) else { return false }
      steps += threads.count
      if steps > Self.stepLimit { return nil }
      next = scalars.next()
      threads.step(over: scalar, next: next)
      if threads.hasMatched { return true }
      last = scalar
    }
  }
}

/// Holds the places a match may have reached; each place at most once.
private struct PatternThreads {
  private let program: [PatternInstruction]
  private var current: [Int] = []
  private var reached: [Int] = []
  /// Notes the turn in which a place was entered last.
  private var entered: [Int]
  private var turn = 0
  private var stack: [Int] = []
  private(set) var hasMatched = false

  init(_ program: [PatternInstruction]) {
    self.program = program
    entered = [Int](repeating: -1, count: program.count)
  }

  var isEmpty: Bool { current.isEmpty }
  var count: Int { current.count + 1 }

  /// Moves every place over one character.
  mutating func step(over scalar: Unicode.Scalar, next: Unicode.Scalar?) {
    swap(&current, &reached)
    current.removeAll(keepingCapacity: true)
    turn += 1
    for place in reached {
      guard case .one(let set) = program[place], set.contains(scalar) else { continue }
      enter(place + 1, between: scalar, and: next)
    }
  }

  /// Follows everything that needs no character.
  mutating func enter(_ start: Int, between last: Unicode.Scalar?, and next: Unicode.Scalar?) {
    stack.append(start)
    while let place = stack.popLast() {
      guard entered[place] != turn else { continue }
      entered[place] = turn
      switch program[place] {
      case .one: current.append(place)
      case .split(let first, let second):
        stack.append(second)
        stack.append(first)
      case .jump(let target): stack.append(target)
      case .atStart: if last == nil { stack.append(place + 1) }
      case .atEnd: if next == nil { stack.append(place + 1) }
      case .boundary(let wanted):
        if (ScalarSet.isWord(last) != ScalarSet.isWord(next)) == wanted {
          stack.append(place + 1)
        }
      case .match: hasMatched = true
      }
    }
  }
}
