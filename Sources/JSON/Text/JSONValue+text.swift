extension JSONValue {
  /// Bounds how deep a text may nest, where nothing else is said.
  package static let usualDepth = 128

  /// Reads one strict JSON text: bounded depth, valid UTF-8, no key twice, nothing behind it.
  ///
  /// Whoever wraps foreign values and reads them back allows for the levels added.
  package static func parse(
    _ bytes: [UInt8], surrogates: LoneSurrogates = .refused, depth: Int = usualDepth
  ) throws(JSONSyntaxError) -> JSONValue {
    var parser = Parser(bytes, surrogates: surrogates, depthLimit: depth)
    return try parser.document()
  }

  /// Reads a slice; offsets in errors count from the slice's start.
  package static func parse(
    _ bytes: ArraySlice<UInt8>, surrogates: LoneSurrogates = .refused, depth: Int = usualDepth
  ) throws(JSONSyntaxError) -> JSONValue {
    try parse(Array(bytes), surrogates: surrogates, depth: depth)
  }

  package static func parse(_ text: String) throws(JSONSyntaxError) -> JSONValue {
    try parse(Array(text.utf8))
  }

  /// Gives the compact text; it never holds a raw newline.
  package var bytes: [UInt8] {
    var writer = JSONWriter()
    writer.value(self)
    return writer.bytes
  }

  package var text: String { String(decoding: bytes, as: UTF8.self) }
}
