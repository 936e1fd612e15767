/// Names the formats that are checked, and checks them.
enum StringFormat: String, Sendable {
  case dateTime = "date-time"
  case date, time, duration, email, hostname, ipv4, ipv6, uri, uuid, regex
  case uriReference = "uri-reference"
  case jsonPointer = "json-pointer"

  func accepts(_ text: String) -> Bool {
    let bytes = Array(text.utf8)
    return switch self {
    case .dateTime: RFC3339.instant(bytes) != nil
    case .date: RFC3339.date(bytes[...]) != nil
    case .time: RFC3339.time(bytes[...]) != nil
    case .duration: Self.isDuration(bytes)
    case .email: NetworkText.isEmail(bytes)
    case .hostname: NetworkText.isHostname(bytes[...])
    case .ipv4: NetworkText.isIPv4(bytes[...])
    case .ipv6: NetworkText.isIPv6(bytes[...])
    case .uri: URIText.isReference(bytes, needsScheme: true)
    case .uriReference: URIText.isReference(bytes, needsScheme: false)
    case .uuid: Self.isUUID(bytes)
    case .regex: Self.isRegex(text)
    case .jsonPointer: JSONPointer(parsing: text) != nil
    }
  }

  /// Completes "expected …".
  var words: String {
    switch self {
    case .dateTime: "a date and time as RFC 3339 writes it"
    case .date: "a date such as 2026-11-21"
    case .time: "a time with an offset such as 09:30:00Z"
    case .duration: "a duration such as PT15M"
    case .email: "an e-mail address"
    case .hostname: "a host name"
    case .ipv4: "an IPv4 address"
    case .ipv6: "an IPv6 address"
    case .uri: "a URI with a scheme"
    case .uriReference: "a URI or a relative reference"
    case .uuid: "a UUID"
    case .regex: "a regular expression"
    case .jsonPointer: "a JSON pointer"
    }
  }

  private static func isUUID(_ bytes: [UInt8]) -> Bool {
    bytes.count == 36
      && bytes.enumerated().allSatisfy { index, byte in
        switch index {
        case 8, 13, 18, 23: byte == UInt8(ascii: "-")
        default: Hex.value(of: byte) != nil
        }
      }
  }

  /// Accepts also what `pattern` cannot run, as it is a regular expression all the same.
  private static func isRegex(_ text: String) -> Bool {
    var parser = PatternParser(text)
    do throws(Pattern.Refusal) {
      _ = try parser.parse()
      return true
    } catch {
      if case .unsupported = error { return true }
      return false
    }
  }

  /// Reads RFC 3339 appendix A: P3Y6M4DT12H30M5S, P4W; units in order and without gaps.
  private static func isDuration(_ bytes: [UInt8]) -> Bool {
    guard bytes.first == UInt8(ascii: "P"), bytes.count > 2 else { return false }
    let halves = bytes.dropFirst()
      .split(separator: UInt8(ascii: "T"), omittingEmptySubsequences: false)
    guard halves.count <= 2 else { return false }
    if halves.count == 1, let weeks = units(halves[0]), weeks == "W" { return true }
    guard let days = units(halves[0]), "YMD".contains(days) else { return false }
    guard halves.count == 2 else { return !days.isEmpty }
    guard let times = units(halves[1]), !times.isEmpty else { return false }
    return "HMS".contains(times)
  }

  /// Gives the unit letters, each of which must follow digits; an unbroken run of the letters in
  /// their order is exactly a substring of the list.
  private static func units(_ bytes: ArraySlice<UInt8>) -> String? {
    var letters = ""
    var digits = 0
    for byte in bytes {
      if (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) {
        digits += 1
      } else {
        guard digits > 0 else { return nil }
        letters.unicodeScalars.append(Unicode.Scalar(byte))
        digits = 0
      }
    }
    return digits == 0 ? letters : nil
  }
}
