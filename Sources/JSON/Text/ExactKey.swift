/// Hashes a key by its bytes; `String` alone would take two spellings of "é" for one.
struct ExactKey: Hashable, Sendable {
  let text: String

  init(_ text: String) { self.text = text }

  static func == (left: ExactKey, right: ExactKey) -> Bool { left.text.isExactly(right.text) }
}

extension String {
  /// Compares bytes: `==` holds first because it is fast and necessary, but not sufficient.
  func isExactly(_ other: String) -> Bool {
    guard self == other else { return false }
    // Short equal texts and shared ones are settled by their length and ends; the rest is walked.
    return utf8.count == other.utf8.count && utf8.elementsEqual(other.utf8)
  }
}
