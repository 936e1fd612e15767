#if canImport(Darwin)
  import Darwin
#else
  import Glibc
#endif

/// Is one line of input, without its newline.
package enum Line: Sendable, Equatable {
  case line([UInt8])
  /// Was longer than allowed and is gone but for its beginning; `length` counts all its bytes.
  case tooLong(prefix: [UInt8], length: Int)
  /// Stood at the end of the input without a newline.
  case unterminated([UInt8])
}

/// Cuts arriving bytes into lines, looking at each byte once and keeping no more than a line's
/// limit.
package struct LineSplitter: Sendable {
  /// Says how many bytes of a line that is too long are kept.
  package static let keptPrefix = 1024

  /// Is read at once where that much is there.
  private static let block = 65536

  private let maxLength: Int
  private var buffer: [UInt8] = []
  /// Is where bytes arrive: room in the buffer itself would have to be filled first.
  private var landing: [UInt8] = []
  /// Is the beginning of what is not cut yet.
  private var head = 0
  /// Has been searched for a newline up to here.
  private var scanned = 0
  private var newline: Int?
  private var skipped: (prefix: [UInt8], length: Int)?

  /// Cuts lines of at most `maxLength` bytes, the newline not counted.
  package init(maxLength: Int) { self.maxLength = maxLength }

  /// Takes in bytes; call `next` until it gives nil before taking in more, so that the bound holds.
  package mutating func append(_ bytes: ArraySlice<UInt8>) {
    makeRoom(bytes.count)
    buffer += bytes
  }

  package mutating func append(_ bytes: [UInt8]) { append(bytes[...]) }

  /// Reads once from a descriptor; zero at the end.
  package mutating func fill(from descriptor: borrowing Descriptor) throws(SystemError) -> Int {
    // Most conversations never need the large one, and the first answer would wait for its pages.
    if landing.isEmpty { landing = [UInt8](repeating: 0, count: 4096) }
    let count = try descriptor.read(into: &landing)
    append(landing[..<count])
    if count == landing.count, count < Self.block {
      landing = [UInt8](repeating: 0, count: Self.block)
    }
    return count
  }

  /// Gives the next whole line; nil if more bytes are needed.
  package mutating func next() -> Line? {
    guard let end = search() else {
      if buffer.count - head > maxLength { skip() }
      return nil
    }
    newline = nil
    defer { if head == buffer.count { reset() } }
    if let begun = skipped {
      skipped = nil
      let length = begun.length + end - head
      head = end + 1
      return .tooLong(prefix: begun.prefix, length: length)
    }
    if end - head > maxLength {
      let prefix = Array(buffer[head..<head + min(Self.keptPrefix, maxLength)])
      let length = end - head
      head = end + 1
      return .tooLong(prefix: prefix, length: length)
    }
    return .line(cut(to: end))
  }

  /// Tells whether another whole line is here already.
  package var hasBufferedLine: Bool { mutating get { search() != nil } }

  /// Gives what stands unterminated at the end of the input, once.
  package mutating func finish() -> Line? {
    defer {
      skipped = nil
      reset()
    }
    if let begun = skipped {
      return .tooLong(prefix: begun.prefix, length: begun.length + buffer.count - head)
    }
    return head == buffer.count ? nil : .unterminated(Array(buffer[head...]))
  }

  /// Finds the next newline, remembering how far it has looked.
  private mutating func search() -> Int? {
    if let newline { return newline }
    let (start, end) = (scanned, buffer.count)
    newline = unsafe buffer.withUnsafeBytes { bytes -> Int? in
      guard end > start, let base = bytes.baseAddress,
        let found = unsafe memchr(base + start, 10, end - start)
      else { return nil }
      return unsafe UnsafeRawPointer(found) - base
    }
    scanned = newline.map { $0 + 1 } ?? buffer.count
    return newline
  }

  /// Takes out the line before `end`, moving the buffer itself when that saves copying much.
  private mutating func cut(to end: Int) -> [UInt8] {
    guard head == 0, end + 1 == buffer.count, end >= 256 * 1024 else {
      defer { head = end + 1 }
      return Array(buffer[head..<end])
    }
    var line: [UInt8] = []
    swap(&line, &buffer)
    line.removeLast(line.count - end)
    reset()
    return line
  }

  /// Drops what has come of a line that is too long, but for its beginning.
  private mutating func skip() {
    let kept = min(Self.keptPrefix, maxLength)
    let prefix = skipped?.prefix ?? Array(buffer[head..<head + kept])
    skipped = (prefix, (skipped?.length ?? 0) + buffer.count - head)
    reset()
  }

  private mutating func reset() {
    head = 0
    scanned = 0
    newline = nil
    // One long line must not hold its memory for ever.
    if buffer.capacity > 1 << 20 { buffer = [] } else { buffer.removeAll(keepingCapacity: true) }
  }

  /// Moves what is not cut yet to the front where the buffer would have to grow; a long line grows
  /// it in few steps, since each copies what is there.
  private mutating func makeRoom(_ count: Int) {
    if buffer.count + count <= buffer.capacity { return }
    if head > 0 {
      buffer.removeSubrange(0..<head)
      scanned -= head
      newline = newline.map { $0 - head }
      head = 0
    }
    if buffer.count + count <= buffer.capacity { return }
    let size = min(buffer.count * 4, maxLength + Self.block + 1)
    buffer.reserveCapacity(max(8192, buffer.count + count, size))
  }
}
