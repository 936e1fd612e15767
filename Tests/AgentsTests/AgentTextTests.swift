import Agents
import Testing

@Suite struct AgentTextTests {
  /// At each place of a text, since plain stretches are looked at as a whole.
  @Test(arguments: 0...255)
  func onlyPlainBytesAreStoredAsTheyCame(_ byte: Int) {
    let byte = UInt8(byte)
    let isKept = (0x20...0x7E).contains(byte) || byte == 0x09 || byte == 0x0A
    for place in [0, 1, 15, 31, 32, 33, 63, 64] {
      var bytes = [UInt8](repeating: UInt8(ascii: "a"), count: 65)
      bytes[place] = byte
      let isSame = Array(AgentText.stored(bytes).utf8) == bytes
      #expect(isSame == isKept, "byte \(byte) at \(place)")
    }
  }
}
