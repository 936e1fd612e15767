import JSON
import Tasks

/// Is a message of which only a piece fits, and where the rest begins.
struct MessagePiece: Sendable {
  var message: Message
  /// Is nil where the piece is the last.
  var rest: MessageRest?

  /// Takes as much of a message from an offset on as fits into so many bytes; nil where nothing
  /// does.
  init?(_ message: Message, from offset: Int, bytes: Int) {
    let long = message.body.longPart.utf8
    // An offset inside a character is one nobody was told; the character is given whole.
    let start = Self.boundary(in: long, at: offset)
    let empty = Message(
      seq: message.seq, timestamp: message.timestamp, body: message.body.holding(""))
    let room = bytes - ByteBudget.size(empty, Message.json)
    guard room > 0 || long.isEmpty else { return nil }
    // The escapes of a character are counted as the bytes they take.
    let window = Array(long[start...].prefix(room))
    var end = long.index(start, offsetBy: ByteBudget.count(of: window, inside: room))
    end = Self.boundary(in: long, at: long.distance(from: long.startIndex, to: end))
    guard end > start || start == long.endIndex else { return nil }
    let piece = String(decoding: long[start..<end], as: UTF8.self)
    self.message = Message(
      seq: message.seq, timestamp: message.timestamp, body: message.body.holding(piece))
    rest =
      end == long.endIndex
      ? nil
      : MessageRest(
        seq: message.seq, nextOffset: long.distance(from: long.startIndex, to: end),
        sizeBytes: long.count)
  }

  /// Steps back to the beginning of a scalar.
  private static func boundary(
    in text: String.UTF8View, at offset: Int
  ) -> String.UTF8View.Index {
    guard var index = text.index(text.startIndex, offsetBy: offset, limitedBy: text.endIndex)
    else { return text.endIndex }
    while index > text.startIndex, index < text.endIndex, text[index] & 0xC0 == 0x80 {
      index = text.index(before: index)
    }
    return index
  }
}

/// Says of which message there is more, and where it goes on.
struct MessageRest: JSONCodable, Hashable {
  var seq: Int
  var nextOffset: Int
  var sizeBytes: Int

  static let json = Codec.object(
    Self.init(seq:nextOffset:sizeBytes:),
    required("seq", \.seq, .int),
    required("nextOffset", \.nextOffset, .int),
    required("sizeBytes", \.sizeBytes, .int))
}
