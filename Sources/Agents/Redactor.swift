import JSON

/// Takes secrets out of what an agent says before anything of it is stored: values known by the
/// names of their variables, what has the looks of a token or private key, and what is given under a
/// secret's name.
package struct Redactor: Sendable {
  /// Shorter values would hit ordinary words.
  package static let shortest = 6
  /// Counts the bytes that are looked at for the word, or the escape, a token would stand in.
  private static let look = 16

  private let secrets: [(value: [UInt8], mark: [UInt8])]
  /// By the first byte of a secret, a token or a sign before a value, the second ones as bits of
  /// their low six bits: nearly every byte costs one look, and no more.
  private let openings: [UInt64]
  private var kept: [UInt8] = []
  /// What stood before the kept bytes: in the middle of a word no token begins, and a name may
  /// stand there.
  private var before: ArraySlice<UInt8> = []

  /// Takes secret values by the names of their variables.
  package init(_ values: [String: String]) {
    secrets =
      values
      .filter { $0.value.utf8.count >= Self.shortest }
      .flatMap { name, value in SecretForms.all(value).map { (name, $0) } }
      .sorted { ($0.1.count, $1.0) > ($1.1.count, $0.0) }
      .map { ($0.1, Array("[secret \($0.0)]".utf8)) }
    // Behind a sign any byte may begin a value.
    let signs = (0...UInt8.max).map { NamedSecret.isSign($0) ? UInt64.max : 0 }
    openings = (secrets.map(\.value) + TokenShape.all.map(\.beginning)).reduce(into: signs) {
      $0[Int($1[0])] |= Self.bit(of: $1[1])
    }
  }

  private static func bit(of second: UInt8) -> UInt64 { 1 << UInt64(second & 63) }

  private static let shapeFirsts: [[TokenShape]] = {
    var firsts = [[TokenShape]](repeating: [], count: 256)
    for shape in TokenShape.all { firsts[Int(shape.beginning[0])].append(shape) }
    return firsts
  }()

  /// Marks every secret in bytes that are whole in themselves.
  package func redacted(_ bytes: [UInt8]) -> [UInt8] {
    scan(bytes, after: [], isWhole: true).clean
  }

  package func redacted(_ text: String) -> String {
    let bytes = Array(text.utf8)
    let scanned = scan(bytes, after: [], isWhole: true)
    return scanned.marks == 0 ? text : String(decoding: scanned.clean, as: UTF8.self)
  }

  /// Tells whether there is a secret in the bytes.
  package func marks(_ bytes: [UInt8]) -> Bool {
    scan(bytes, after: [], isWhole: true).marks > 0
  }

  /// Marks secrets in every string of a value, keys included.
  package func redacted(_ value: JSONValue) -> JSONValue {
    switch value {
    case .string(let text): .string(redacted(text))
    case .array(let items): .array(items.map { redacted($0) })
    case .object(let object):
      .object(
        object.members.reduce(into: JSONObject()) { $0[redacted($1.key)] = redacted($1.value) })
    case .null, .bool, .integer, .bigInteger, .double: value
    }
  }

  /// Marks secrets in a stream; only an end in which one has begun is kept back.
  package mutating func pass(_ piece: [UInt8]) -> [UInt8] {
    let bytes = kept.isEmpty ? piece : kept + piece
    let scanned = scan(bytes, after: before, isWhole: false)
    kept = Array(bytes[scanned.used...])
    before = (before + bytes[..<scanned.used].suffix(NamedSecret.reach)).suffix(NamedSecret.reach)
    return scanned.clean
  }

  /// Gives what was kept back, since nothing follows.
  package mutating func finish() -> [UInt8] {
    defer { kept = [] }
    return scan(kept, after: before, isWhole: true).clean
  }

  /// Copies bytes, secrets replaced; answers how many bytes were used and how many marks made.
  private func scan(
    _ bytes: [UInt8], after before: ArraySlice<UInt8>, isWhole: Bool
  ) -> (clean: [UInt8], used: Int, marks: Int) {
    var clean: [UInt8] = []
    var (index, copied, marks) = (0, 0, 0)
    while let start = opening(in: bytes.span, from: index) {
      index = start
      if NamedSecret.isSign(bytes[index]) {
        let head = bytes[..<index].suffix(NamedSecret.reach)
        let lead = head.count < NamedSecret.reach ? before + head : head
        switch NamedSecret.look(behind: lead, at: bytes[index...], isWhole: isWhole) {
        case .nothing: break
        case .unfinished:
          clean += bytes[copied..<index]
          return (clean, index, marks)
        case .found(let secret):
          let start = index + secret.skipped
          // A token of known looks is told by its own name.
          if case .found = find(in: bytes[start...], tokens: true, isWhole) { break }
          clean += bytes[copied..<start]
          clean += Array("[secret \(secret.name)]".utf8)
          marks += 1
          index = start + secret.length
          copied = index
          continue
        }
      }
      let lead = bytes[..<index].suffix(Self.look)
      let isInWord = TokenShape.isInWord(
        behind: lead.count < Self.look ? before.suffix(Self.look) + lead : lead)
      switch find(in: bytes[index...], tokens: !isInWord, isWhole) {
      case .nothing: index += 1
      case .unfinished:
        clean += bytes[copied..<index]
        return (clean, index, marks)
      case .found(let length, let mark):
        clean += bytes[copied..<index]
        clean += mark
        marks += 1
        index += length
        copied = index
      }
    }
    index = bytes.count
    if copied == 0 { return (bytes, index, marks) }
    clean += bytes[copied...]
    return (clean, index, marks)
  }

  /// Looks at this many bytes at once.
  private static let block = 16

  /// Finds the next place where the first two bytes are some secret's or token's; the last byte
  /// of all is judged by itself.
  private func opening(in bytes: Span<UInt8>, from start: Int) -> Int? {
    // Where signs are dense the next one is near.
    var plain = min(start + Self.block, bytes.count)
    for index in start..<plain where isOpening(at: index, in: bytes) { return index }
    let openings = openings.span
    while plain + Self.block < bytes.count {
      let block = bytes.extracting(plain...plain + Self.block)
      var hits: UInt64 = 0
      for place in 0..<Self.block {
        // No way out of the loop: a branch for each byte costs more than the look.
        hits |= openings[Int(block[place])] & Self.bit(of: block[place + 1])
      }
      if hits != 0 { break }
      plain += Self.block
    }
    for index in plain..<bytes.count where isOpening(at: index, in: bytes) { return index }
    return nil
  }

  private func isOpening(at index: Int, in bytes: Span<UInt8>) -> Bool {
    let seconds = openings[Int(bytes[index])]
    if seconds == 0 { return false }
    return index + 1 == bytes.count || seconds & Self.bit(of: bytes[index + 1]) != 0
  }

  private enum Finding {
    case nothing, unfinished
    case found(length: Int, mark: [UInt8])
  }

  /// Looks what begins here; the longest known value wins, also one that may still be coming.
  private func find(
    in rest: ArraySlice<UInt8>, tokens: Bool, _ isWhole: Bool
  ) -> Finding {
    for secret in secrets {
      if rest.starts(with: secret.value) {
        return .found(length: secret.value.count, mark: secret.mark)
      }
      if !isWhole, rest.count < secret.value.count, secret.value.starts(with: rest) {
        return .unfinished
      }
    }
    guard tokens else { return .nothing }
    for shape in Self.shapeFirsts[Int(rest[rest.startIndex])] {
      switch shape.look(at: rest, isWhole: isWhole) {
      case .nothing: continue
      case .unfinished: return .unfinished
      case .found(let length):
        return .found(length: length, mark: Array("[secret \(shape.name)]".utf8))
      }
    }
    return .nothing
  }
}
