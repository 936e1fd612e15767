import Tasks

/// Is a page of text that ends between characters.
struct TextPiece {
  let text: String
  /// Counts the bytes of the content that the page covers.
  let length: Int
  /// Tells that the text is the content, with nothing taken out.
  let isExact: Bool

  /// Gives nil for bytes that are not UTF-8, a character cut at the end of a page apart.
  init?(_ bytes: [UInt8], isLast: Bool) {
    for cut in 0...(isLast ? 0 : 3) where cut <= bytes.count {
      var bytes = bytes.dropLast(cut)
      // A line end of two bytes stays together: either half alone means something else.
      if !isLast, bytes.count > 1, bytes.last == UInt8(ascii: "\r") { bytes.removeLast() }
      guard let whole = String(validating: bytes, as: UTF8.self) else { continue }
      let cleaned = CleanText.clean(whole, limit: .max)
      // Only what a terminal or a reader would act on is taken out; line ends are left alone.
      isExact = cleaned == whole || cleaned == whole.replacingLineEnds
      text = isExact ? whole : cleaned
      length = bytes.count
      return
    }
    return nil
  }
}

extension String {
  fileprivate var replacingLineEnds: String {
    var result = String()
    result.reserveCapacity(utf8.count)
    for character in self { result.append(character == "\r\n" ? "\n" : character) }
    return result
  }
}
