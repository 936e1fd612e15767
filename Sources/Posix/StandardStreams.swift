/// Sees to the standard streams, and takes them for a protocol, out of reach of a careless print.
package enum StandardStreams {
  /// Opens /dev/null as each of the three this process was started without: the next file or pipe
  /// would be given that number, and what is said to people would be written into it.
  package static func complete() throws(SystemError) {
    while true {
      // The lowest free number is taken.
      let null = try Descriptor.open("/dev/null", .readWrite)
      if null.rawValue > 2 { return }
      _ = null.take()
    }
  }

  /// Moves stdin and stdout to private descriptors; then 0 is /dev/null and 1 is stderr.
  package static func takeWire() throws(SystemError) -> Wire {
    let input = try Descriptor(duplicating: 0)
    let output = try Descriptor(duplicating: 1)
    let null = try Descriptor.open("/dev/null")
    try null.redirect(to: 0)
    try Descriptor(duplicating: 2).redirect(to: 1)
    return Wire(input: input, output: output)
  }

  /// Holds both directions of a conversation on the standard streams.
  package struct Wire: ~Copyable, Sendable {
    package let input: Descriptor
    package let output: Descriptor

    /// Parts the two directions, to give each to its own thread.
    package consuming func split<Result, Failure: Error>(
      _ body: (consuming Descriptor, consuming Descriptor) throws(Failure) -> Result
    ) throws(Failure) -> Result {
      try body(input, output)
    }
  }
}

/// Writes words for people to stderr.
package enum StandardError {
  /// Writes if that cannot wait; what nobody reads is dropped rather than waited for.
  package static func write(_ text: String, to number: Int32 = 2) {
    var rest = Array(text.utf8)[...]
    let stream = Descriptor(owning: number)
    while !rest.isEmpty {
      // Diagnostics have nowhere else to go: a failure here is silence.
      guard let ready = try? Poller.wait([(number, .writable)], until: .now),
        ready[number] == .writable,
        let count = try? stream.writeOnce(rest.prefix(512))
      else { break }
      rest = rest.dropFirst(count)
    }
    _ = stream.take()
  }
}

/// Writes results for people or programs to stdout.
package enum StandardOutput {
  /// Writes everything, waiting for the reader; fails if the reader is gone.
  package static func write(_ text: String) throws(SystemError) { try write(Array(text.utf8)) }

  package static func write(_ bytes: [UInt8]) throws(SystemError) {
    let stream = Descriptor(owning: 1)
    do throws(SystemError) {
      try stream.write(bytes)
    } catch {
      _ = stream.take()
      throw error
    }
    _ = stream.take()
  }
}
