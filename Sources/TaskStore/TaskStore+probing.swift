import Posix

extension TaskStore {
  /// Says why this process writes nothing more, if it does not: a sync has failed.
  package var stoppedBecause: String? { state.withLock { $0.stopped } }

  /// Fails where a change could not be written, as far as that shows without writing one.
  func checkWritable() throws(StoreError) {
    if let reason = stoppedBecause { throw .stopped(reason) }
    do throws(SystemError) {
      for folder in [layout.root, layout.run, layout.journal, layout.blobs] {
        try checkFolder(folder)
      }
    } catch {
      throw .notWritable(path: layout.root, error)
    }
  }

  /// Tells whether somebody has removed or replaced the store: then nothing can be read or changed.
  ///
  /// Once there is a journal, it is looked at and not its folder, which goes last and unnoticed.
  package func isRemoved() throws(StoreError) -> Bool {
    let reader = state.withLock { $0.reader }
    return try onDisk { () throws(SystemError) in
      try reader.hasBegun ? reader.isUprooted() : !files.exists(layout.journal)
    }
  }

  /// Judges a folder, or the nearest one above it, where the missing ones would be made.
  private func checkFolder(_ path: String) throws(SystemError) {
    var folder = path
    var found = try files.status(folder)
    while found == nil, folder != Path.parent(folder) {
      folder = Path.parent(folder)
      found = try files.status(folder)
    }
    guard found?.kind == .directory else { throw SystemError.invalid("mkdir", path) }
    try Environment.checkWritable(folder)
  }
}
