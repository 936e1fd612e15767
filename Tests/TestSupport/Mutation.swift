/// Changes real inputs as accidents and attackers do.
package struct Mutation {
  private let seeds: [[UInt8]]
  private var random: SeededRandom

  /// Takes inputs to start from, none of them empty.
  package init(of seeds: [[UInt8]], seed: UInt64) {
    self.seeds = seeds.isEmpty ? [[0]] : seeds
    random = SeededRandom(seed)
  }

  /// Is what readers stumble over: numbers out of range, halves of letters, nesting, endings.
  private static let pieces: [[UInt8]] =
    [
      "9223372036854775807", "9223372036854775808", "-9223372036854775809", "1e999", "-1e-999",
      "1E400", "0.1e-400", "-0",
      "99999999999999999999999999999999999999", "1.0000000000000000000001", "\\ud800", "\\udc00",
      "\\ud83d\\ude00", "\\u0000", "\\", "\"", "\n", "\r\n", "\0", "{", "}", "[", "]", ",", ":",
      "null", "true", "{}", "[]", "\"\"", "{\"a\":", "..", "../", "/", "-", "--", "=", "$ref",
      "$defs",
      "(a*)*", "(a|a)*b", "[^\\d]{0,1000}", "(?=a)", "\\p{L}", "{1000}", "😀", "\u{301}", "\u{FEFF}",
      "\u{1B}[2J",
    ].map { Array($0.utf8) } + [
      [0xFF], [0xC0, 0x80], [0xED, 0xA0, 0x80], [0xF4, 0x90, 0x80, 0x80],
    ]

  package mutating func next() -> [UInt8] {
    var bytes = pick()
    for _ in 0..<Int.random(in: 1...5, using: &random) {
      change(&bytes)
      // Doubling again and again must not fill the memory of the test.
      if bytes.count > 1 << 20 { bytes.removeLast(bytes.count - 1 << 20) }
    }
    return bytes
  }

  /// Gives a number below a bound, from the same source.
  package mutating func number(below bound: Int) -> Int {
    Int.random(in: 0..<max(1, bound), using: &random)
  }

  private mutating func pick() -> [UInt8] { seeds.randomElement(using: &random) ?? [] }

  private mutating func range(in bytes: [UInt8], upTo most: Int) -> Range<Int> {
    let start = number(below: bytes.count + 1)
    return start..<min(bytes.count, start + number(below: most + 1))
  }

  private mutating func change(_ bytes: inout [UInt8]) {
    let place = number(below: bytes.count + 1)
    switch number(below: 12) {
    case 0 where place < bytes.count: bytes[place] ^= 1 << UInt8(number(below: 8))
    case 1 where place < bytes.count: bytes[place] = UInt8(number(below: 256))
    case 2: bytes.removeLast(bytes.count - place)
    case 3: bytes.removeSubrange(range(in: bytes, upTo: 40))
    case 4: bytes.insert(contentsOf: bytes[range(in: bytes, upTo: 400)], at: place)
    case 5:
      let other = pick()
      bytes.replaceSubrange(place..., with: other[number(below: other.count + 1)...])
    case 6:
      let other = pick()
      bytes.insert(contentsOf: other[range(in: other, upTo: 200)], at: place)
    case 7:
      let opening: [UInt8] = [[91], [123, 34, 97, 34, 58], [40]][number(below: 3)]
      let depth = number(below: 20) == 0 ? 20_000 : [3, 60, 200][number(below: 3)]
      bytes.insert(contentsOf: Array(repeatElement(opening, count: depth).joined()), at: place)
    case 8:
      let filler = UInt8(number(below: 256))
      bytes.insert(contentsOf: repeatElement(filler, count: number(below: 5000)), at: place)
    case 9 where bytes.count > 1:
      bytes.swapAt(number(below: bytes.count), number(below: bytes.count))
    default:
      bytes.insert(contentsOf: Self.pieces[number(below: Self.pieces.count)], at: place)
    }
  }
}
