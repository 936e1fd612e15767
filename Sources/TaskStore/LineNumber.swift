/// Bounds the numbers lines carry: JSON keeps them exactly, and none comes near them by counting.
enum LineNumber {
  /// What counts beyond is damaged, and going on from it would overflow.
  static let range = 0...(1 << 53) - 1

  /// Gives a number as it was read; nil if it is none of ours.
  static func checked(_ number: Int?) -> Int? { number.flatMap { range.contains($0) ? $0 : nil } }
}
