extension SHA256 {
  /// Mixes one block of 64 bytes into the state.
  ///
  /// The schedule is kept as its last sixteen words, each under a name of its own: as elements of an
  /// array, every use of one would be checked and go through memory.
  static func compress(_ bytes: Span<UInt8>, at start: Int, _ state: inout [UInt32]) {
    let k = constants.span
    let block = bytes.extracting(start..<start &+ 64)
    var w0 = word(block, 0)
    var w1 = word(block, 4)
    var w2 = word(block, 8)
    var w3 = word(block, 12)
    var w4 = word(block, 16)
    var w5 = word(block, 20)
    var w6 = word(block, 24)
    var w7 = word(block, 28)
    var w8 = word(block, 32)
    var w9 = word(block, 36)
    var w10 = word(block, 40)
    var w11 = word(block, 44)
    var w12 = word(block, 48)
    var w13 = word(block, 52)
    var w14 = word(block, 56)
    var w15 = word(block, 60)
    var (a, b, c, d) = (state[0], state[1], state[2], state[3])
    var (e, f, g, h) = (state[4], state[5], state[6], state[7])
    var i = 0
    // Sixteen rounds a turn, so that the names rotate instead of the values.
    while true {
      round(a, b, c, &d, e, f, g, &h, k[i &+ 0] &+ w0)
      round(h, a, b, &c, d, e, f, &g, k[i &+ 1] &+ w1)
      round(g, h, a, &b, c, d, e, &f, k[i &+ 2] &+ w2)
      round(f, g, h, &a, b, c, d, &e, k[i &+ 3] &+ w3)
      round(e, f, g, &h, a, b, c, &d, k[i &+ 4] &+ w4)
      round(d, e, f, &g, h, a, b, &c, k[i &+ 5] &+ w5)
      round(c, d, e, &f, g, h, a, &b, k[i &+ 6] &+ w6)
      round(b, c, d, &e, f, g, h, &a, k[i &+ 7] &+ w7)
      round(a, b, c, &d, e, f, g, &h, k[i &+ 8] &+ w8)
      round(h, a, b, &c, d, e, f, &g, k[i &+ 9] &+ w9)
      round(g, h, a, &b, c, d, e, &f, k[i &+ 10] &+ w10)
      round(f, g, h, &a, b, c, d, &e, k[i &+ 11] &+ w11)
      round(e, f, g, &h, a, b, c, &d, k[i &+ 12] &+ w12)
      round(d, e, f, &g, h, a, b, &c, k[i &+ 13] &+ w13)
      round(c, d, e, &f, g, h, a, &b, k[i &+ 14] &+ w14)
      round(b, c, d, &e, f, g, h, &a, k[i &+ 15] &+ w15)
      i &+= 16
      if i == 64 { break }
      w0 = w0 &+ low(w1) &+ w9 &+ high(w14)
      w1 = w1 &+ low(w2) &+ w10 &+ high(w15)
      w2 = w2 &+ low(w3) &+ w11 &+ high(w0)
      w3 = w3 &+ low(w4) &+ w12 &+ high(w1)
      w4 = w4 &+ low(w5) &+ w13 &+ high(w2)
      w5 = w5 &+ low(w6) &+ w14 &+ high(w3)
      w6 = w6 &+ low(w7) &+ w15 &+ high(w4)
      w7 = w7 &+ low(w8) &+ w0 &+ high(w5)
      w8 = w8 &+ low(w9) &+ w1 &+ high(w6)
      w9 = w9 &+ low(w10) &+ w2 &+ high(w7)
      w10 = w10 &+ low(w11) &+ w3 &+ high(w8)
      w11 = w11 &+ low(w12) &+ w4 &+ high(w9)
      w12 = w12 &+ low(w13) &+ w5 &+ high(w10)
      w13 = w13 &+ low(w14) &+ w6 &+ high(w11)
      w14 = w14 &+ low(w15) &+ w7 &+ high(w12)
      w15 = w15 &+ low(w0) &+ w8 &+ high(w13)
    }
    state[0] &+= a
    state[1] &+= b
    state[2] &+= c
    state[3] &+= d
    state[4] &+= e
    state[5] &+= f
    state[6] &+= g
    state[7] &+= h
  }

  @inline(__always)
  private static func word(_ block: Span<UInt8>, _ at: Int) -> UInt32 {
    UInt32(block[at]) << 24 | UInt32(block[at &+ 1]) << 16 | UInt32(block[at &+ 2]) << 8
      | UInt32(block[at &+ 3])
  }

  @inline(__always)
  private static func low(_ word: UInt32) -> UInt32 {
    rotate(word, 7) ^ rotate(word, 18) ^ word &>> 3
  }

  @inline(__always)
  private static func high(_ word: UInt32) -> UInt32 {
    rotate(word, 17) ^ rotate(word, 19) ^ word &>> 10
  }

  @inline(__always)
  private static func round(
    _ a: UInt32, _ b: UInt32, _ c: UInt32, _ d: inout UInt32,
    _ e: UInt32, _ f: UInt32, _ g: UInt32, _ h: inout UInt32, _ input: UInt32
  ) {
    let choice = g ^ (e & (f ^ g))
    let majority = (a & b) | (c & (a | b))
    let first = h &+ (rotate(e, 6) ^ rotate(e, 11) ^ rotate(e, 25)) &+ choice &+ input
    d = d &+ first
    h = first &+ (rotate(a, 2) ^ rotate(a, 13) ^ rotate(a, 22)) &+ majority
  }

  @inline(__always)
  private static func rotate(_ word: UInt32, _ count: UInt32) -> UInt32 {
    word &>> count | word &<< (32 &- count)
  }

  private static let constants: [UInt32] = [
    0x428a_2f98, 0x7137_4491, 0xb5c0_fbcf, 0xe9b5_dba5, 0x3956_c25b, 0x59f1_11f1, 0x923f_82a4,
    0xab1c_5ed5, 0xd807_aa98, 0x1283_5b01, 0x2431_85be, 0x550c_7dc3, 0x72be_5d74, 0x80de_b1fe,
    0x9bdc_06a7, 0xc19b_f174, 0xe49b_69c1, 0xefbe_4786, 0x0fc1_9dc6, 0x240c_a1cc, 0x2de9_2c6f,
    0x4a74_84aa, 0x5cb0_a9dc, 0x76f9_88da, 0x983e_5152, 0xa831_c66d, 0xb003_27c8, 0xbf59_7fc7,
    0xc6e0_0bf3, 0xd5a7_9147, 0x06ca_6351, 0x1429_2967, 0x27b7_0a85, 0x2e1b_2138, 0x4d2c_6dfc,
    0x5338_0d13, 0x650a_7354, 0x766a_0abb, 0x81c2_c92e, 0x9272_2c85, 0xa2bf_e8a1, 0xa81a_664b,
    0xc24b_8b70, 0xc76c_51a3, 0xd192_e819, 0xd699_0624, 0xf40e_3585, 0x106a_a070, 0x19a4_c116,
    0x1e37_6c08, 0x2748_774c, 0x34b0_bcb5, 0x391c_0cb3, 0x4ed8_aa4a, 0x5b9c_ca4f, 0x682e_6ff3,
    0x748f_82ee, 0x78a5_636f, 0x84c8_7814, 0x8cc7_0208, 0x90be_fffa, 0xa450_6ceb, 0xbef9_a3f7,
    0xc671_78f2,
  ]
}
