import JSON

/// Makes names nobody can guess or meet twice: 128 random bits in hexadecimal.
enum RandomName {
  static func make() -> String {
    var random = SystemRandomNumberGenerator()
    return Hex.encode((0..<16).map { _ in UInt8.random(in: .min ... .max, using: &random) })
  }
}
