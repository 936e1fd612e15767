/// Reads lines from a descriptor of its own, blocking; for a thread that does nothing else.
package struct LineReader: ~Copyable, Sendable {
  private let descriptor: Descriptor
  private var splitter: LineSplitter
  private var ended = false

  /// Reads lines of at most `maxLength` bytes.
  package init(_ descriptor: consuming Descriptor, maxLength: Int) {
    self.descriptor = descriptor
    splitter = LineSplitter(maxLength: maxLength)
  }

  /// Lends the number for polling; look at `hasBufferedLine` first.
  package var rawValue: Int32 { descriptor.rawValue }

  /// Gives the next line, waiting for it; nil at the end of the input.
  package mutating func next() throws(SystemError) -> Line? {
    while true {
      if let line = splitter.next() { return line }
      if ended { return nil }
      do throws(SystemError) {
        if try splitter.fill(from: descriptor) > 0 { continue }
      } catch {
        // Whoever gave us the descriptor had made it non-blocking; it is not ours to change.
        guard error.isWouldBlock else { throw error }
        _ = try Poller.wait([(descriptor.rawValue, .readable)])
        continue
      }
      ended = true
      return splitter.finish()
    }
  }

  /// Tells whether `next` would answer without reading.
  package var hasBufferedLine: Bool { mutating get { splitter.hasBufferedLine } }
}
