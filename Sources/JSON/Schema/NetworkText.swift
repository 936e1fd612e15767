/// Recognises names and addresses of hosts, and mailboxes.
enum NetworkText {
  /// Reads RFC 1123: labels of letters, digits and inner hyphens, 63 bytes each, 253 in all.
  static func isHostname(_ bytes: ArraySlice<UInt8>) -> Bool {
    guard !bytes.isEmpty, bytes.count <= 253 else { return false }
    let labels = bytes.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
    return labels.allSatisfy { label in
      (1...63).contains(label.count)
        && label.first != UInt8(ascii: "-") && label.last != UInt8(ascii: "-")
        && label.allSatisfy { isAlphanumeric($0) || $0 == UInt8(ascii: "-") }
        && !hasReservedHyphens(label)
    }
  }

  /// Reads four decimal numbers without leading zeros.
  static func isIPv4(_ bytes: ArraySlice<UInt8>) -> Bool {
    let parts = bytes.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
    return parts.count == 4
      && parts.allSatisfy { part in
        guard (1...3).contains(part.count), part.allSatisfy(isDigit) else { return false }
        guard part.count == 1 || part.first != UInt8(ascii: "0") else { return false }
        return part.reduce(0) { $0 * 10 + Int($1 - UInt8(ascii: "0")) } <= 255
      }
  }

  /// Reads RFC 4291: eight groups, one `::` for some of them, an IPv4 address for the last two.
  static func isIPv6(_ bytes: ArraySlice<UInt8>) -> Bool {
    let colon = UInt8(ascii: ":")
    guard
      let gap = bytes.indices.dropLast().first(where: {
        bytes[$0] == colon && bytes[$0 + 1] == colon
      })
    else { return groups(bytes, mayEndInIPv4: true) == 8 }
    let (front, back) = (bytes[..<gap], bytes[(gap + 2)...])
    let before = front.isEmpty ? 0 : groups(front, mayEndInIPv4: false)
    let after = back.isEmpty ? 0 : groups(back, mayEndInIPv4: true)
    guard let before, let after else { return false }
    return before + after <= 7
  }

  private static func groups(_ bytes: ArraySlice<UInt8>, mayEndInIPv4: Bool) -> Int? {
    let parts = bytes.split(separator: UInt8(ascii: ":"), omittingEmptySubsequences: false)
    var count = 0
    for (index, part) in parts.enumerated() {
      if mayEndInIPv4, index == parts.count - 1, isIPv4(part) {
        count += 2
      } else if (1...4).contains(part.count), part.allSatisfy({ Hex.value(of: $0) != nil }) {
        count += 1
      } else {
        return nil
      }
    }
    return count
  }

  /// Reads an RFC 5321 mailbox: a dotted or quoted local part, a host name or an address in
  /// brackets.
  static func isEmail(_ bytes: [UInt8]) -> Bool {
    guard let at = bytes.lastIndex(of: UInt8(ascii: "@")) else { return false }
    let (local, domain) = (bytes[..<at], bytes[(at + 1)...])
    guard (1...64).contains(local.count), isLocalPart(local) else { return false }
    guard domain.first == UInt8(ascii: "["), domain.last == UInt8(ascii: "]") else {
      return isHostname(domain)
    }
    let address = domain.dropFirst().dropLast()
    if isIPv4(address) { return true }
    let mark = Array("IPv6:".utf8)
    return address.starts(with: mark) && isIPv6(address.dropFirst(mark.count))
  }

  private static func isLocalPart(_ bytes: ArraySlice<UInt8>) -> Bool {
    let quote = UInt8(ascii: "\"")
    if bytes.count >= 2, bytes.first == quote, bytes.last == quote {
      return bytes.dropFirst().dropLast().allSatisfy { (0x20...0x7E).contains($0) && $0 != quote }
    }
    let atoms = bytes.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
    let special = Array("!#$%&'*+-/=?^_`{|}~".utf8)
    return atoms.allSatisfy { atom in
      !atom.isEmpty && atom.allSatisfy { isAlphanumeric($0) || special.contains($0) }
    }
  }

  /// Refuses `ab--cd`, which is reserved, except for the `xn--` of encoded names.
  private static func hasReservedHyphens(_ label: ArraySlice<UInt8>) -> Bool {
    let head = Array(label.prefix(4))
    guard head.count == 4, head[2...] == [UInt8(ascii: "-"), UInt8(ascii: "-")] else {
      return false
    }
    return head[0] | 0x20 != UInt8(ascii: "x") || head[1] | 0x20 != UInt8(ascii: "n")
  }

  static func isAlphanumeric(_ byte: UInt8) -> Bool { isDigit(byte) || isLetter(byte) }

  static func isLetter(_ byte: UInt8) -> Bool {
    (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20)
  }

  static func isDigit(_ byte: UInt8) -> Bool {
    (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
  }
}
