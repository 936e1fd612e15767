import Posix

/// Is which sequences of two and three operations the fault tests break, by `ERRAND_TEST_FAULTS`:
/// a fixed sample of them, all `pairs`, `all` (hours, even with optimisation), those that begin with
/// one of these (`create,claim`), those in which one of these occurs (`with:create,claim`, of two
/// only `pairs:create,claim`), or `only:` this one and what begins as it does
/// (`only:compact,prune,compact`, `only:mend,say`).
enum FaultPlan {
  case sample, all
  case pairs([FaultOperation])
  case beginning([FaultOperation])
  case holding([FaultOperation])
  case only([FaultOperation])

  /// Sequences that found something once; the sample holds them.
  private static let remembered: [[FaultOperation]] = [[.compact, .prune, .compact]]

  static var chosen: FaultPlan {
    guard let words = Environment.value("ERRAND_TEST_FAULTS") else { return .sample }
    if words == "pairs" { return .pairs(FaultOperation.allCases) }
    if words == "all" { return .all }
    let parts = words.split(separator: ":")
    let operations = parts[parts.count - 1].split(separator: ",").map { name in
      guard let operation = FaultOperation(rawValue: String(name)) else {
        preconditionFailure("ERRAND_TEST_FAULTS: there is no operation \(name)")
      }
      return operation
    }
    switch parts.count == 1 ? "" : parts[0] {
    case "": return .beginning(operations)
    case "with": return .holding(operations)
    case "pairs": return .pairs(operations)
    case "only" where (1...3).contains(operations.count): return .only(operations)
    default: preconditionFailure("ERRAND_TEST_FAULTS: \(parts[0]) is no kind of sequences")
    }
  }

  var isLong: Bool { if case .sample = self { false } else { true } }

  /// What the sequences begin with.
  var firsts: [FaultOperation] {
    switch self {
    case .beginning(let operations): operations
    case .only(let sequence): Array(sequence.prefix(1))
    default: FaultOperation.allCases
    }
  }

  /// Tells whether a sequence is among those that are asked for by `only:`, if that is.
  func isAbout(_ sequence: [FaultOperation]) -> Bool {
    if case .only(let wanted) = self { sequence.starts(with: wanted) } else { true }
  }

  /// Tells whether a step is broken: of longer sequences with a mending, which looks at the whole
  /// store again and again, the sample takes one in eight.
  func breaks(_ step: Int, of sequence: [FaultOperation]) -> Bool {
    isLong || sequence.count == 1 || !sequence.contains(.mend) || step % 8 == sequence.count
  }

  func includes(_ sequence: [FaultOperation]) -> Bool {
    guard FaultOperation.isPossible(sequence) else { return false }
    switch self {
    case .pairs(let operations) where sequence.count == 2:
      return sequence.contains(where: operations.contains)
    case .only: return isAbout(sequence)
    case .sample where Self.remembered.contains(sequence): return true
    case .sample, .pairs:
      let all = FaultOperation.allCases
      let ordinal = sequence.reduce(0) { $0 * all.count + (all.firstIndex(of: $1) ?? 0) }
      return ordinal % (sequence.count == 2 ? 97 : 5003) == 0
    case .all, .beginning: return true
    case .holding(let operations): return sequence.contains(where: operations.contains)
    }
  }
}
