import JSON

/// Says when a schedule comes due.
package enum Rhythm: Sendable, Hashable {
  case cron(CronLine)
  /// Every so many seconds from a moment on; a day is 86,400 of them, whatever the clocks say.
  case interval(seconds: Int, from: Timestamp)
  case once(Timestamp)

  /// Nothing comes more often: each run is a task; nor much more seldom than people live.
  package static let paces = 60...3_153_600_000

  /// Gives the first moment after one; nil if none comes.
  package func next(after moment: Timestamp, in zone: ZoneRules) -> Timestamp? {
    switch self {
    case .once(let at): return at > moment ? at : nil
    case .interval(let seconds, let from):
      if from > moment { return from }
      let step = Int64(seconds) * 1000
      let passed = (moment.milliseconds - from.milliseconds) / step
      return from.adding(milliseconds: (passed + 1) * step)
    case .cron(let line):
      let second = moment.milliseconds.floorDivided(by: 1000)
      return line.next(after: second, in: zone).map { Timestamp(milliseconds: $0 * 1000) }
    }
  }

  /// Gives the last moment that is after one and not after another; nil if there is none.
  package func last(
    after moment: Timestamp, until end: Timestamp, in zone: ZoneRules
  ) -> Timestamp? {
    // Looked for from the end on, since there may be very many.
    var reach: Int64 = 60_000
    while true {
      let begin = max(moment, end.adding(milliseconds: -reach))
      if var found = next(after: begin, in: zone), found <= end {
        while let later = next(after: found, in: zone), later <= end { found = later }
        return found
      }
      if begin == moment { return nil }
      reach *= 4
    }
  }
}

extension Rhythm {
  /// Gives its line, if it is cron's.
  package var cron: String? { if case .cron(let line) = self { line.text } else { nil } }
  package var everySec: Int? { if case .interval(let seconds, _) = self { seconds } else { nil } }
  package var from: Timestamp? { if case .interval(_, let from) = self { from } else { nil } }
  package var at: Timestamp? { if case .once(let at) = self { at } else { nil } }

  /// Makes it of the members that say what it is; nil if they say nothing.
  package init?(cron: String?, everySec: Int?, from: Timestamp?, at: Timestamp?) {
    if let cron {
      // What was refused once is damage.
      guard let line = try? CronLine(cron) else { return nil }
      self = .cron(line)
    } else if let everySec, let from {
      self = .interval(seconds: everySec, from: from)
    } else if let at {
      self = .once(at)
    } else {
      return nil
    }
  }
}

extension Rhythm: JSONCodable {
  private struct Written: Sendable {
    var rhythm: Rhythm?
  }

  package static let json = Codec.object(
    { (cron: String?, everySec: Int?, from: Timestamp?, at: Timestamp?) in
      Written(rhythm: Rhythm(cron: cron, everySec: everySec, from: from, at: at))
    },
    optional("cron", \.rhythm?.cron, .string),
    optional("everySec", \.rhythm?.everySec, .int(paces)),
    optional("from", \.rhythm?.from, .timestamp), optional("at", \.rhythm?.at, .timestamp)
  ).map({ $0.rhythm }, expected: "a rhythm", from: { Written(rhythm: $0) })
}
