/// Reads the part of a content that a client asks for (RFC 9110, section 14).
enum ByteRange: Equatable {
  case whole
  case part(Range<Int>)
  case unsatisfiable

  /// Serves one range; several at once are answered with the whole, as is what is no range.
  init(_ fields: HeaderFields, size: Int, entityTag: String?) {
    self = .whole
    guard let text = fields["Range"], text.hasPrefix("bytes=") else { return }
    // A part of something else than the client has would be of no use to it.
    if let tag = fields["If-Range"], tag != entityTag { return }
    let ends = text.dropFirst(6).split(separator: "-", omittingEmptySubsequences: false)
    guard ends.count == 2, ends.allSatisfy({ $0.utf8.count <= 15 }) else { return }
    let (first, last) = (Self.number(ends[0]), Self.number(ends[1]))
    switch (first, last) {
    case (let first?, nil) where ends[1].isEmpty: self = Self.part(first, size, size)
    case (nil, let count?) where ends[0].isEmpty:
      self = count == 0 ? .unsatisfiable : Self.part(max(0, size - count), size, size)
    case (let first?, let last?) where first <= last: self = Self.part(first, last + 1, size)
    default: break
    }
  }

  private static func part(_ start: Int, _ end: Int, _ size: Int) -> ByteRange {
    start < size ? .part(start..<min(end, size)) : .unsatisfiable
  }

  private static func number(_ text: Substring) -> Int? {
    text.utf8.allSatisfy { (48...57).contains($0) } ? Int(text) : nil
  }
}
