/// Is a regular expression, read.
indirect enum PatternTree: Sendable {
  case one(ScalarSet)
  case sequence([PatternTree])
  case choice([PatternTree])
  case repeated(PatternTree, Int, Int?)
  case atStart
  case atEnd
  case boundary(Bool)

  /// Tells that a match can only begin where the text does.
  var beginsAtStart: Bool {
    switch self {
    case .atStart: true
    case .sequence(let parts): parts.first?.beginsAtStart ?? false
    case .choice(let branches): branches.allSatisfy(\.beginsAtStart)
    case .repeated(let part, let least, _): least > 0 && part.beginsAtStart
    case .one, .atEnd, .boundary: false
    }
  }
}

/// Is one step of a compiled pattern; without a target it goes on with the next.
enum PatternInstruction: Sendable {
  case one(ScalarSet)
  case split(Int, Int)
  case jump(Int)
  case atStart
  case atEnd
  case boundary(Bool)
  case match
}

/// Lays a pattern out as a program; repeats are written out.
struct PatternCompiler {
  private static let sizeLimit = 10_000
  private var program: [PatternInstruction] = []

  mutating func emit(_ tree: PatternTree) throws(Pattern.Refusal) {
    switch tree {
    case .one(let set): try add(.one(set))
    case .atStart: try add(.atStart)
    case .atEnd: try add(.atEnd)
    case .boundary(let wanted): try add(.boundary(wanted))
    case .sequence(let parts):
      for part in parts { try emit(part) }
    case .choice(let branches): try emitChoice(branches)
    case .repeated(let part, let least, let most):
      for _ in 0..<least { try emit(part) }
      guard let most else { return try emitLoop(part) }
      try emitOptional(part, times: most - least)
    }
  }

  func finished() -> [PatternInstruction] { program + [.match] }

  private mutating func add(_ instruction: PatternInstruction) throws(Pattern.Refusal) {
    guard program.count < Self.sizeLimit else { throw .tooLarge }
    program.append(instruction)
  }

  private mutating func emitChoice(_ branches: [PatternTree]) throws(Pattern.Refusal) {
    var exits: [Int] = []
    for (index, branch) in branches.enumerated() {
      guard index < branches.count - 1 else {
        try emit(branch)
        break
      }
      let split = program.count
      try add(.jump(0))
      try emit(branch)
      exits.append(program.count)
      try add(.jump(0))
      program[split] = .split(split + 1, program.count)
    }
    for exit in exits { program[exit] = .jump(program.count) }
  }

  private mutating func emitLoop(_ part: PatternTree) throws(Pattern.Refusal) {
    let split = program.count
    try add(.jump(0))
    try emit(part)
    try add(.jump(split))
    program[split] = .split(split + 1, program.count)
  }

  private mutating func emitOptional(
    _ part: PatternTree, times: Int
  ) throws(Pattern.Refusal) {
    var splits: [Int] = []
    for _ in 0..<times {
      splits.append(program.count)
      try add(.jump(0))
      try emit(part)
    }
    for split in splits { program[split] = .split(split + 1, program.count) }
  }
}
