import JSON

/// Says how far a time zone's clocks are from UTC, ever: read from a file of the tz database.
package struct ZoneRules: Sendable, Hashable {
  /// The moments at which an offset begins, in seconds since 1970, ascending.
  private let starts: [Int64]
  /// Seconds east of UTC: before the first of them, then from each on.
  private let offsets: [Int64]
  /// What goes on behind the last of them; nil goes on with the last offset.
  private let rest: ZoneFormula?

  package static let utc = ZoneRules(starts: [], offsets: [0], rest: nil)

  private init(starts: [Int64], offsets: [Int64], rest: ZoneFormula?) {
    (self.starts, self.offsets, self.rest) = (starts, offsets, rest)
  }

  /// Reads a TZif file (RFC 8536); nil for what is none, and for one that counts leap seconds.
  package init?(tzif bytes: [UInt8]) {
    var reader = Reader(bytes)
    guard let first = reader.header() else { return nil }
    var width = 4
    var header = first
    if first.version >= 2 {
      // The first part is for those who know 32 bits only.
      guard reader.skip(first.size(width: 4)), let second = reader.header() else { return nil }
      (width, header) = (8, second)
    }
    guard header.leapSeconds == 0, header.types > 0,
      let starts = reader.numbers(header.times, width: width),
      let kinds = reader.numbers(header.times, width: 1),
      let types = reader.offsets(header.types), zip(starts, starts.dropFirst()).allSatisfy(<),
      kinds.allSatisfy({ (0..<Int64(types.count)).contains($0) }),
      reader.skip(header.letters + header.isStandard + header.isUniversal)
    else { return nil }
    let footer = width == 8 ? reader.footer() : ""
    guard let footer,
      let rest = footer.isEmpty ? .some(nil) : ZoneFormula(footer).map(Optional.some)
    else { return nil }
    self.init(starts: starts, offsets: [types[0]] + kinds.map { types[Int($0)] }, rest: rest)
  }

  /// Gives the seconds east of UTC at a moment.
  package func offset(at moment: Int64) -> Int64 {
    if let rest, starts.last.map({ moment >= $0 }) ?? true { return rest.offset(at: moment) }
    var (low, high) = (0, starts.count)
    while low < high {
      let middle = (low + high) / 2
      if starts[middle] <= moment { low = middle + 1 } else { high = middle }
    }
    return offsets[low]
  }

  /// Gives the moments at which the clocks show a local time: one; two where they are set back;
  /// none where they are set forward over it.
  package func moments(showing local: Int64) -> [Int64] {
    let near = [offset(at: local - Self.day), offset(at: local + Self.day)]
    let found = Set(near.map { local - $0 }).filter { $0 + offset(at: $0) == local }
    return found.sorted()
  }

  /// Gives the first moment at which the clocks show a local time or, where they are set forward
  /// over it, at which they have been set.
  package func firstMoment(showing local: Int64) -> Int64 {
    if let first = moments(showing: local).first { return first }
    let (before, after) = (offset(at: local - Self.day), offset(at: local + Self.day))
    var (low, high) = (local - max(before, after), local - min(before, after))
    while high - low > 1 {
      let middle = low + (high - low) / 2
      if offset(at: middle) == after { high = middle } else { low = middle }
    }
    return high
  }

  /// No clock is set twice within two of these.
  private static let day: Int64 = 86_400
}

extension ZoneRules {
  /// Counts what the parts of a file hold.
  private struct Header {
    var version: Int
    var isUniversal, isStandard, leapSeconds, times, types, letters: Int

    func size(width: Int) -> Int {
      times * (width + 1) + types * 6 + letters + leapSeconds * (width + 4) + isStandard
        + isUniversal
    }
  }

  /// Takes numbers from the front of a file.
  private struct Reader {
    private let bytes: [UInt8]
    private var place = 0

    init(_ bytes: [UInt8]) { self.bytes = bytes }

    mutating func skip(_ count: Int) -> Bool {
      guard count >= 0, count <= bytes.count - place else { return false }
      place += count
      return true
    }

    mutating func header() -> Header? {
      guard bytes[place...].starts(with: Array("TZif".utf8)), bytes.count - place >= 44 else {
        return nil
      }
      let version = bytes[place + 4]
      place += 20
      guard let counts = numbers(6, width: 4)?.map(Int.init),
        counts.allSatisfy({ (0...100_000).contains($0) })
      else { return nil }
      return Header(
        version: version == 0 ? 1 : Int(version) - 48, isUniversal: counts[0],
        isStandard: counts[1], leapSeconds: counts[2], times: counts[3], types: counts[4],
        letters: counts[5])
    }

    /// Reads big-endian numbers: signed, but for single bytes.
    mutating func numbers(_ count: Int, width: Int) -> [Int64]? {
      let start = place
      guard skip(count * width) else { return nil }
      return (0..<count).map { index in
        let number = bytes[(start + index * width)...].prefix(width)
          .reduce(Int64(0)) { $0 << 8 | Int64($1) }
        return width == 4 ? Int64(Int32(truncatingIfNeeded: number)) : number
      }
    }

    /// Reads the offset of each kind of local time.
    mutating func offsets(_ count: Int) -> [Int64]? {
      var offsets: [Int64] = []
      for _ in 0..<count {
        guard let offset = numbers(1, width: 4)?.first, abs(offset) < 100_000, skip(2) else {
          return nil
        }
        offsets.append(offset)
      }
      return offsets
    }

    /// Reads the line behind the second part.
    mutating func footer() -> String? {
      guard place < bytes.count, bytes[place] == 10,
        let end = bytes[(place + 1)...].firstIndex(of: 10)
      else { return nil }
      return String(decoding: bytes[(place + 1)..<end], as: UTF8.self)
    }
  }
}
