/// Cuts what comes over a connection into heads and bodies, whatever pieces it comes in.
package struct RequestReader: Sendable {
  private let limits: HTTPLimits
  private var bytes: [UInt8] = []
  /// Where the line begins that is not whole yet, and where the fields do.
  private var lineStart = 0
  private var fieldsStart = 0
  /// Up to here there is no line feed that was not seen.
  private var scanned = 0

  package init(_ limits: HTTPLimits = HTTPLimits()) { self.limits = limits }

  /// Tells whether nothing has come of the next request.
  package var isEmpty: Bool { bytes.isEmpty }

  package mutating func append(_ piece: some Collection<UInt8>) { bytes += piece }

  /// Takes the next head; nil while it is not whole.
  package mutating func nextHead() throws(RequestError) -> RequestHead? {
    while let feed = bytes[scanned...].firstIndex(of: UInt8(ascii: "\n")) {
      scanned = feed + 1
      guard feed > lineStart, bytes[feed - 1] == UInt8(ascii: "\r") else {
        throw .malformed("a line does not end with CR LF")
      }
      if lineStart == 0, feed > limits.line { throw .lineTooLong }
      if feed - 1 == lineStart {
        guard lineStart > 0 else { throw .malformed("it begins with an empty line") }
        let head = try RequestHead(bytes[..<lineStart], limits)
        bytes.removeFirst(feed + 1)
        (lineStart, fieldsStart, scanned) = (0, 0, 0)
        return head
      }
      if lineStart == 0 { fieldsStart = feed + 1 }
      lineStart = feed + 1
      if lineStart - fieldsStart > limits.fields { throw .fieldsTooLarge }
    }
    scanned = bytes.count
    if lineStart == 0 {
      if bytes.count > limits.line { throw .lineTooLong }
    } else if bytes.count - fieldsStart > limits.fields {
      throw .fieldsTooLarge
    }
    return nil
  }

  /// Takes a body of so many bytes; nil while it is not whole.
  package mutating func nextBody(_ length: Int) -> [UInt8]? {
    guard bytes.count >= length else { return nil }
    defer { bytes.removeFirst(length) }
    return Array(bytes[..<length])
  }
}
