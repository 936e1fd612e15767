import JSON
import Posix
import Tasks

extension TaskStore {
  /// Puts a task into a folder that is not there yet; it appears whole, by one rename.
  package func write(
    _ record: TaskRecord, readable: String, to bundle: TaskBundle
  ) throws(BundleError) {
    guard try onBundle({ () throws(SystemError) in try !files.exists(bundle.folder) }) else {
      throw .taken(bundle.folder)
    }
    let draft = TaskBundle(
      bundle.folder + ".\(UInt64.random(in: 0 ... .max)).tmp", files: files)
    do throws(BundleError) {
      try fill(draft, record.portable, readable)
      try onBundle { () throws(SystemError) in
        try files.rename(draft.folder, to: bundle.folder)
        try files.syncDirectory(Path.parent(bundle.folder))
      }
    } catch {
      // The first error is the one to tell; a leftover with a unique name can harm nobody.
      try? files.removeTree(draft.folder)
      throw error
    }
  }

  private func fill(
    _ bundle: TaskBundle, _ record: TaskRecord, _ readable: String
  ) throws(BundleError) {
    try onBundle { () throws(SystemError) in try files.createDirectory(bundle.folder) }
    var content: [ContentID] = []
    for cid in record.portableContent {
      guard let size = try bundling({ () throws(StoreError) in try blobs.size(cid) }) else {
        continue
      }
      content.append(cid)
      try copy(cid, size: size, to: bundle.content(cid))
    }
    for attempt in record.attempts {
      try copyMessages(
        from: layout.attemptFolder(of: record, attempt.attemptN),
        to: bundle.attempt(attempt.attemptN))
    }
    let manifest = TaskBundle.Manifest(
      version: TaskBundle.version, exportedAt: .now, content: content, task: record)
    try onBundle { () throws(SystemError) in
      try files.replace(bundle.readable, with: Array(readable.utf8))
      let text = TaskBundle.Manifest.json.encode(manifest) + [UInt8(ascii: "\n")]
      try files.replace(bundle.manifest, with: text)
    }
  }

  private func copy(_ cid: ContentID, size: Int, to path: String) throws(BundleError) {
    let file = try onBundle { () throws(SystemError) in
      try files.createDirectories(Path.parent(path))
      return try files.createFile(path)
    }
    var offset = 0
    while offset < size {
      let start = offset
      let bytes = try bundling { () throws(StoreError) in
        try blobs.read(cid, offset: start, count: 1 << 20)
      }
      if bytes.isEmpty { break }
      try onBundle { () throws(SystemError) in try file.append(bytes) }
      offset += bytes.count
    }
    try onBundle { () throws(SystemError) in try file.sync() }
  }

  /// Copies an attempt's messages as they stand, segment by segment.
  func copyMessages(from folder: String, to target: String) throws(BundleError) {
    try onBundle { () throws(SystemError) in
      let count = try MessageLog.segmentCount(folder, files)
      guard count > 0 else { return }
      try files.createDirectories(target)
      for ordinal in 1...count {
        let path = MessageLog.segment(folder, ordinal)
        guard try files.status(path, followingLinks: false)?.kind == .file else {
          throw SystemError.invalid("read", path)
        }
        try files.replace(MessageLog.segment(target, ordinal), with: try files.read(path))
      }
    }
  }
}
