import Posix

/// Says how long and with which numbers: `ERRAND_CHAOS_SECONDS` and `ERRAND_CHAOS_SEED`.
struct ChaosPlan {
  let seed: UInt64
  let time: Duration

  /// Tells whether every kind must have been killed: there was time for whoever is rarely met.
  var meetsEverybody: Bool { time >= .seconds(60) }

  static func fromEnvironment() -> ChaosPlan {
    let seconds = Environment.value("ERRAND_CHAOS_SECONDS").flatMap { Int($0) } ?? 10
    let seed = Environment.value("ERRAND_CHAOS_SEED").flatMap { UInt64($0) }
    return ChaosPlan(seed: seed ?? .random(in: 0 ... .max), time: .seconds(seconds))
  }
}

/// Names what is killed, or done as a kill would leave it.
enum Blow: String, CaseIterable {
  case server, runner, supervisor, agent, writer, anything
  /// Half a line at the journal's end, as a writer leaves it that dies in the middle of a write.
  case tornLine = "torn line"

  /// How often it falls, in the mean, for a hundred blows.
  var weight: Int {
    switch self {
    case .server: 18
    case .runner: 14
    case .supervisor: 18
    case .agent: 18
    case .writer: 16
    case .anything: 10
    case .tornLine: 6
    }
  }

  static func random(using random: inout some RandomNumberGenerator) -> Blow {
    var rest = Int.random(in: 0..<allCases.reduce(0) { $0 + $1.weight }, using: &random)
    for blow in allCases {
      rest -= blow.weight
      if rest < 0 { return blow }
    }
    return .anything
  }
}
