import JSON
import Posix
import Tasks

/// Keeps what an attempt says in segments: one writer, many readers, appended and never changed.
package enum MessageLog {
  /// A segment is not begun larger than this, so that a reader finds its place at once.
  package static let segmentSize = 1 << 20

  /// Ends the messages of a task that has said all it may.
  static let fullness = """
    The messages of this task have reached their limit (limits.messagesMiB): what follows is not \
    kept. The attempt goes on; the user can raise the limit for later tasks.
    """

  /// Adds up what attempts have said, in bytes.
  package static func size(
    of folders: [String], in store: TaskStore
  ) throws(StoreError) -> Int {
    let files = store.files
    return try onDisk { () throws(SystemError) in
      var total = 0
      for folder in folders where try files.exists(folder) {
        for ordinal in 1...max(1, try segmentCount(folder, files)) {
          total += try files.status(segment(folder, ordinal))?.size ?? 0
        }
      }
      return total
    }
  }

  static func segment(_ folder: String, _ ordinal: Int) -> String {
    let digits = String(ordinal)
    let zeros = String(repeating: "0", count: max(0, 6 - digits.count))
    return Path.join(folder, "messages-\(zeros)\(digits).jsonl")
  }

  /// Reads a segment's number from its name; nil if that is no name of ours.
  static func ordinal(_ name: String) -> Int? {
    guard name.hasPrefix("messages-"), name.hasSuffix(".jsonl"),
      let ordinal = Int(name.dropFirst(9).dropLast(6)), ordinal > 0,
      Path.name(segment("", ordinal)) == name
    else { return nil }
    return ordinal
  }

  /// Counts the segments there are; they are numbered from 1 without gaps.
  static func segmentCount(
    _ folder: String, _ files: any FileSystem
  ) throws(SystemError) -> Int {
    var high = 1
    while try files.exists(segment(folder, high)) { high *= 2 }
    var low = high / 2
    while low + 1 < high {
      let middle = (low + high) / 2
      if try files.exists(segment(folder, middle)) { low = middle } else { high = middle }
    }
    return low
  }
}

extension MessageLog {
  /// Appends an attempt's messages; the supervisor has the only one.
  package final class Writer {
    private let folder: String
    private let files: any FileSystem
    private let limit: Int
    private var file: any AppendFile
    private var ordinal: Int
    private var size: Int
    private var total: Int
    private var isFull = false
    /// Tells that an append failed half-way and what it left could not be cut off.
    private var isTorn = false
    /// Is the error of a sync that failed: a later one could succeed without what this one lost.
    private var broken: SystemError?
    /// Parts what is appended from what another writer left, which may be lost in part.
    private var parting: [UInt8] = []
    /// Up to which folder names are to be made safe with the first sync; nil once they are.
    private var unsafeBelow: String?
    package private(set) var nextSeq: Int

    /// Opens the log, setting a torn last line aside as the store does.
    ///
    /// With a `root` the names of its folders below that become safe with its first sync, not
    /// before: an agent need not wait for that.
    package init(
      folder: String, below root: String? = nil, files: any FileSystem = RealFileSystem(),
      limit: Int = Limits().messages
    ) throws(StoreError) {
      unsafeBelow = root
      self.folder = folder
      self.files = files
      self.limit = limit
      do throws(SystemError) {
        if root == nil {
          try files.createDirectories(folder)
        } else {
          try files.makeDirectories(folder)
        }
        ordinal = max(1, try MessageLog.segmentCount(folder, files))
        let path = MessageLog.segment(folder, ordinal)
        file = try files.openForAppending(path)
        // Who made it may have died before its name was safe.
        if root == nil { try files.syncDirectory(folder) }
        let bytes = try file.read(try file.size(), at: 0)
        size = (bytes.lastIndex(of: UInt8(ascii: "\n")) ?? -1) + 1
        if size < bytes.count {
          try files.keepCopy(Array(bytes[size...]), at: path + ".torn")
          try file.truncate(to: size)
        }
        if size > 0 { parting = [UInt8(ascii: "\n")] }
        total = (ordinal - 1) * MessageLog.segmentSize + size
        nextSeq = 0
        if let last = try MessageReader(folder: folder, files: files).lastSeq() {
          nextSeq = last + 1
        }
      } catch {
        throw .disk(error)
      }
    }

    /// Appends one message and gives its number; nil once the attempt has said all it may.
    @discardableResult
    package func append(_ body: MessageBody) throws(StoreError) -> Int? {
      let seq = nextSeq
      try append([body])
      return isFull ? nil : seq
    }

    /// Appends messages in one write; those for which there is no room are dropped.
    package func append(_ bodies: [MessageBody]) throws(StoreError) {
      var rest = bodies[...]
      while !isFull, !rest.isEmpty {
        if size >= MessageLog.segmentSize { try beginSegment() }
        rest = rest.dropFirst(try write(rest))
      }
    }

    /// Writes what still fits into the segment, the first message in any case; answers how many.
    private func write(_ bodies: ArraySlice<MessageBody>) throws(StoreError) -> Int {
      let now = Timestamp.now
      if let broken { throw .disk(broken) }
      var lines = parting
      var count = 0
      for body in bodies {
        // What there is no room for is named once, and nothing follows.
        isFull = total + lines.count >= limit
        let message = Message(
          seq: nextSeq + count, timestamp: now, body: isFull ? Self.fullNote : body)
        lines += Message.json.encode(message)
        lines.append(UInt8(ascii: "\n"))
        count += 1
        if isFull || size + lines.count >= MessageLog.segmentSize { break }
      }
      do throws(SystemError) {
        // The next line must not continue a torn one.
        if isTorn { try file.truncate(to: size) }
        isTorn = true
        try file.append(lines)
        isTorn = false
        parting = []
      } catch {
        throw .disk(error)
      }
      size += lines.count
      total += lines.count
      nextSeq += count
      return count
    }

    private static let fullNote = MessageBody.info(text: MessageLog.fullness, data: nil)

    private func beginSegment() throws(StoreError) {
      try sync()
      try onDisk { () throws(SystemError) in
        let path = MessageLog.segment(folder, ordinal + 1)
        let next = try files.createFile(path)
        do throws(SystemError) { try files.syncDirectory(folder) } catch {
          // The next attempt makes it again. The first error is the one to tell.
          try? files.remove(path)
          throw error
        }
        file = next
        ordinal += 1
        size = 0
        parting = []
      }
    }

    /// Makes what was appended safe; after a failure nothing more is taken.
    package func sync() throws(StoreError) {
      if let broken { throw .disk(broken) }
      do throws(SystemError) {
        try file.sync()
        if let root = unsafeBelow { try files.syncNames(in: folder, below: root) }
        unsafeBelow = nil
      } catch {
        broken = error
        throw .disk(error)
      }
    }
  }
}
