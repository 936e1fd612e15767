import CPosix

/// Joins a reading and a writing end, both close-on-exec.
package struct Pipe: ~Copyable, Sendable {
  package let reading: Descriptor
  package let writing: Descriptor

  package static func make() throws(SystemError) -> Pipe {
    var ends: [Int32] = [0, 0]
    try checked("pipe", "", unsafe cposix_pipe(&ends))
    return Pipe(reading: Descriptor(owning: ends[0]), writing: Descriptor(owning: ends[1]))
  }

  private init(reading: consuming Descriptor, writing: consuming Descriptor) {
    self.reading = reading
    self.writing = writing
  }

  /// Keeps the reading end and closes the other.
  package consuming func takeReading() -> Descriptor { reading }

  /// Keeps the writing end and closes the other.
  package consuming func takeWriting() -> Descriptor { writing }

  /// Parts the ends, to give each to its own holder.
  package consuming func split<Result, Failure: Error>(
    _ body: (consuming Descriptor, consuming Descriptor) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    try body(reading, writing)
  }
}
