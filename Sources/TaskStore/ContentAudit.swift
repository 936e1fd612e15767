import JSON
import Posix
import Tasks

/// Hashes every piece of content and holds it against its name.
struct ContentAudit {
  let layout: StoreLayout
  let files: any FileSystem

  private static let chunk = 1 << 20

  func walkFiles(_ audit: inout StoreAudit) throws(SystemError) {
    for path in try paths() {
      audit.content += 1
      if try Hex.encode(hash(path)) != Path.name(path) {
        audit.note(
          StoreAudit.Break(path: path, reason: "the content is not what its name says"))
      }
    }
  }

  /// Lists what is named like content.
  func paths() throws(SystemError) -> [String] {
    guard try files.exists(layout.blobs) else { return [] }
    var found: [String] = []
    for prefix in try files.list(layout.blobs) where prefix.utf8.count == 2 {
      let folder = Path.join(layout.blobs, prefix)
      for name in try files.list(folder) where name.utf8.count == 64 && name.hasPrefix(prefix) {
        found.append(Path.join(folder, name))
      }
    }
    return found
  }

  func hash(_ path: String) throws(SystemError) -> [UInt8] {
    let file = try files.openForReading(path)
    var hash = SHA256()
    var offset = 0
    while true {
      let piece = try file.read(Self.chunk, at: offset)
      if piece.isEmpty { return hash.finish() }
      hash.update(piece)
      offset += piece.count
    }
  }
}

/// Reads the messages of every attempt: each whole, numbered without gaps.
struct MessageAudit {
  let layout: StoreLayout
  let files: any FileSystem

  func walk(_ audit: inout StoreAudit) throws(SystemError) {
    for month in try folders(in: layout.tasks) {
      for task in try folders(in: month) {
        for attempt in try folders(in: Path.join(task, "attempts")) {
          try walk(attempt, &audit)
        }
      }
    }
  }

  private func walk(_ folder: String, _ audit: inout StoreAudit) throws(SystemError) {
    let names = try files.list(folder).filter {
      $0.hasPrefix("messages-") && $0.hasSuffix(".jsonl")
    }
    var found = audit
    var next = 0
    for (index, name) in names.enumerated() {
      let path = MessageLog.segment(folder, index + 1)
      guard Path.name(path) == name else {
        found.note(StoreAudit.Break(path: path, reason: "the message segment is missing"))
        break
      }
      guard try files.status(path, followingLinks: false)?.kind == .file else {
        found.note(StoreAudit.Break(path: path, reason: "it is no file, as messages must be"))
        continue
      }
      // A last line without an end is being written, or its writer died: it is not there yet.
      _ = try FileLines.each(of: path, files) { (line, place) throws(SystemError) in
        // A second writer parts what it says from what the first one left.
        if line.isEmpty { return }
        found.messages += 1
        var broken = StoreAudit.Break(path: path, line: place, number: next, reason: "")
        if let message = Message(line: line) {
          broken.reason = "message \(message.seq) stands where \(next) must"
          if message.seq != next { found.note(broken) }
          next = message.lastSeq + 1
        } else {
          broken.reason = "the message cannot be read"
          found.note(broken)
          next += 1
        }
      }
    }
    audit = found
  }

  private func folders(in folder: String) throws(SystemError) -> [String] {
    guard try files.status(folder, followingLinks: false)?.kind == .directory else { return [] }
    var found: [String] = []
    for name in try files.list(folder) {
      let path = Path.join(folder, name)
      if try files.status(path, followingLinks: false)?.kind == .directory { found.append(path) }
    }
    return found
  }
}
