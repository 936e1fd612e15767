/// Says what is wrong with a JSON text, and at which byte.
package struct JSONSyntaxError: Error, Sendable, Equatable, CustomStringConvertible {
  /// Names what was found.
  package enum Reason: String, Sendable {
    case byteOrderMark = "a byte order mark"
    case controlCharacter = "a raw control character in a string"
    case duplicateKey = "a key given twice"
    case invalidEscape = "an invalid escape"
    case invalidNumber = "an invalid number"
    case invalidUTF8 = "invalid UTF-8"
    case loneSurrogate = "half a surrogate pair"
    case numberOutOfRange = "a number too large"
    case tooDeep = "too many levels"
    case trailingBytes = "something after the end"
    case unexpectedByte = "an unexpected character"
    case unexpectedEnd = "the end of the text"
  }

  package let reason: Reason
  /// Counts bytes from the start of the text.
  package let offset: Int

  package init(reason: Reason, offset: Int) {
    self.reason = reason
    self.offset = offset
  }

  package var description: String { "\(reason.rawValue) at byte \(offset)" }
}

/// Says what becomes of an escape such as `\ud800` that stands for no character.
package enum LoneSurrogates: Sendable {
  case refused
  /// Read as U+FFFD, for texts of others that must not be lost.
  case replaced
}
