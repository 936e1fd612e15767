/// Recognises URIs and references (RFC 3986).
enum URIText {
  static func isReference(_ bytes: [UInt8], needsScheme: Bool) -> Bool {
    var rest = bytes[...]
    let scheme = takeScheme(&rest)
    if needsScheme, !scheme { return false }
    let hash = rest.firstIndex(of: UInt8(ascii: "#")) ?? rest.endIndex
    let fragment = rest[hash...].dropFirst()
    rest = rest[..<hash]
    let mark = rest.firstIndex(of: UInt8(ascii: "?")) ?? rest.endIndex
    let query = rest[mark...].dropFirst()
    rest = rest[..<mark]
    guard isMade(fragment, of: ":@/?"), isMade(query, of: ":@/?") else { return false }
    if rest.starts(with: [UInt8(ascii: "/"), UInt8(ascii: "/")]) {
      let authority = rest.dropFirst(2).prefix { $0 != UInt8(ascii: "/") }
      guard isAuthority(authority) else { return false }
      rest = rest[authority.endIndex...]
    }
    guard isMade(rest, of: ":@/") else { return false }
    // A colon in the first segment would read as a scheme.
    let first = rest.prefix { $0 != UInt8(ascii: "/") }
    return scheme || !first.contains(UInt8(ascii: ":"))
  }

  /// Decodes `%XX`; nil for a broken escape or for bytes that are no text.
  static func percentDecoded(_ text: String) -> String? {
    guard text.utf8.contains(UInt8(ascii: "%")) else { return text }
    var bytes: [UInt8] = []
    var rest = Array(text.utf8)[...]
    while let byte = rest.popFirst() {
      guard byte == UInt8(ascii: "%") else {
        bytes.append(byte)
        continue
      }
      guard let high = rest.popFirst().flatMap({ Hex.value(of: $0) }),
        let low = rest.popFirst().flatMap({ Hex.value(of: $0) })
      else { return nil }
      bytes.append(high << 4 | low)
    }
    return String(validating: bytes, as: UTF8.self)
  }

  private static func takeScheme(_ rest: inout ArraySlice<UInt8>) -> Bool {
    guard let first = rest.first, NetworkText.isLetter(first) else { return false }
    let extra = Array("+-.".utf8)
    let scheme = rest.prefix { NetworkText.isAlphanumeric($0) || extra.contains($0) }
    guard rest[scheme.endIndex...].first == UInt8(ascii: ":") else { return false }
    rest = rest[(scheme.endIndex + 1)...]
    return true
  }

  private static func isAuthority(_ bytes: ArraySlice<UInt8>) -> Bool {
    var rest = bytes
    if let at = rest.lastIndex(of: UInt8(ascii: "@")) {
      guard isMade(rest[..<at], of: ":") else { return false }
      rest = rest[(at + 1)...]
    }
    if rest.first == UInt8(ascii: "[") {
      guard let end = rest.firstIndex(of: UInt8(ascii: "]")) else { return false }
      let address = rest[(rest.startIndex + 1)..<end]
      guard NetworkText.isIPv6(address) || isFutureAddress(address) else { return false }
      rest = rest[(end + 1)...]
      return rest.isEmpty || isPort(rest)
    }
    let host = rest.prefix { $0 != UInt8(ascii: ":") }
    return isMade(host, of: "")
      && (host.endIndex == rest.endIndex || isPort(rest[host.endIndex...]))
  }

  private static func isFutureAddress(_ bytes: ArraySlice<UInt8>) -> Bool {
    let parts = bytes.split(separator: UInt8(ascii: "."), maxSplits: 1)
    guard parts.count == 2, parts[0].first.map({ $0 | 0x20 }) == UInt8(ascii: "v") else {
      return false
    }
    return parts[0].count > 1 && parts[0].dropFirst().allSatisfy { Hex.value(of: $0) != nil }
      && isMade(parts[1], of: ":")
  }

  private static func isPort(_ bytes: ArraySlice<UInt8>) -> Bool {
    bytes.first == UInt8(ascii: ":") && bytes.dropFirst().allSatisfy(NetworkText.isDigit)
  }

  /// Accepts unreserved characters, sub-delimiters, whole escapes, and the extra ones given.
  private static func isMade(_ bytes: ArraySlice<UInt8>, of extra: String) -> Bool {
    let allowed = Array(("-._~!$&'()*+,;=" + extra).utf8)
    var rest = bytes
    while let byte = rest.popFirst() {
      if byte == UInt8(ascii: "%") {
        guard rest.popFirst().flatMap({ Hex.value(of: $0) }) != nil,
          rest.popFirst().flatMap({ Hex.value(of: $0) }) != nil
        else { return false }
      } else if !NetworkText.isAlphanumeric(byte), !allowed.contains(byte) {
        return false
      }
    }
    return true
  }
}
