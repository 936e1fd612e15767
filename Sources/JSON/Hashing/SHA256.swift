/// Computes SHA-256 (FIPS 180-4), whole or piece by piece.
package struct SHA256: Sendable {
  private var state: [UInt32] = [
    0x6A09_E667, 0xBB67_AE85, 0x3C6E_F372, 0xA54F_F53A, 0x510E_527F, 0x9B05_688C, 0x1F83_D9AB,
    0x5BE0_CD19,
  ]
  /// Holds bytes that do not fill a block yet.
  private var pending: [UInt8] = []
  private var length: UInt64 = 0

  package init() { pending.reserveCapacity(64) }

  package static func hash(_ bytes: [UInt8]) -> [UInt8] {
    var hash = SHA256()
    hash.update(bytes)
    return hash.finish()
  }

  package mutating func update(_ bytes: [UInt8]) { update(bytes.span) }

  package mutating func update(_ bytes: ArraySlice<UInt8>) { update(bytes.span) }

  package mutating func update(_ text: String) { update(Array(text.utf8)) }

  package mutating func update(_ bytes: Span<UInt8>) {
    length &+= UInt64(bytes.count)
    var index = 0
    if !pending.isEmpty {
      while pending.count < 64, index < bytes.count {
        pending.append(bytes[index])
        index += 1
      }
      guard pending.count == 64 else { return }
      compressPending()
      pending.removeAll(keepingCapacity: true)
    }
    while index + 64 <= bytes.count {
      Self.compress(bytes, at: index, &state)
      index += 64
    }
    while index < bytes.count {
      pending.append(bytes[index])
      index += 1
    }
  }

  /// Holds the block apart from `self` while the state changes.
  private mutating func compressPending() {
    let block = pending
    Self.compress(block.span, at: 0, &state)
  }

  /// Gives the 32 bytes; the hash itself may be continued.
  package func finish() -> [UInt8] {
    var last = self
    var padding: [UInt8] = [0x80]
    let gap = (120 - (pending.count + 1) % 64) % 64
    padding.append(contentsOf: repeatElement(0, count: gap))
    let bits = length &* 8
    for shift in stride(from: 56, through: 0, by: -8) {
      padding.append(UInt8(truncatingIfNeeded: bits >> UInt64(shift)))
    }
    last.update(padding)
    var digest: [UInt8] = []
    digest.reserveCapacity(32)
    for word in last.state {
      for shift: UInt32 in [24, 16, 8, 0] {
        digest.append(UInt8(truncatingIfNeeded: word >> shift))
      }
    }
    return digest
  }
}
