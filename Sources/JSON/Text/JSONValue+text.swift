extension JSONValue {
  /// Reads one strict JSON text: 128 levels, no invalid UTF-8, no key twice, nothing behind it.
  package static func parse(
    _ bytes: [UInt8], surrogates: LoneSurrogates = .refused
  ) throws(JSONSyntaxError) -> JSONValue {
    var parser = Parser(bytes, surrogates: surrogates)
    return try parser.document()
  }

  /// Reads a slice; offsets in errors count from the slice's start.
  package static func parse(
    _ bytes: ArraySlice<UInt8>, surrogates: LoneSurrogates = .refused
  ) throws(JSONSyntaxError) -> JSONValue {
    try parse(Array(bytes), surrogates: surrogates)
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
