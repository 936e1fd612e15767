/// Hashes a key by its bytes; `String` alone would take two spellings of "é" for one.
struct ExactKey: Hashable, Sendable {
  let text: String

  init(_ text: String) { self.text = text }

  static func == (left: ExactKey, right: ExactKey) -> Bool { left.text.isExactly(right.text) }
}

extension String {
  /// Compares bytes: lengths and `==` come first because they are fast and necessary, but they are
  /// not sufficient.
  func isExactly(_ other: String) -> Bool {
    utf8.count == other.utf8.count && self == other && utf8.elementsEqual(other.utf8)
  }
}
