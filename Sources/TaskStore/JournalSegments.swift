import Posix

/// Finds the files of a journal by their names; other names are nobody's business here.
enum JournalSegments {
  /// Lists the segments there are, oldest first; none where there is no journal yet.
  static func ordinals(
    _ layout: StoreLayout, _ files: any FileSystem
  ) throws(SystemError) -> [Int] {
    do throws(SystemError) {
      return try files.list(layout.journal).compactMap { ordinal($0, layout) }.sorted()
    } catch {
      if error.isNotFound { return [] }
      throw error
    }
  }

  /// Reads a segment's number from its name; nil if that is no name of ours.
  static func ordinal(_ name: String, _ layout: StoreLayout) -> Int? {
    guard name.hasSuffix(".jsonl"), let ordinal = Int(name.dropLast(".jsonl".count)), ordinal > 0,
      Path.name(layout.segment(ordinal)) == name
    else { return nil }
    return ordinal
  }

  /// Tells where the journal begins: at its newest base, else at its first segment.
  static func beginning(
    _ layout: StoreLayout, _ files: any FileSystem
  ) throws(SystemError) -> Int {
    while true {
      let ordinals = try ordinals(layout, files)
      do throws(SystemError) {
        for ordinal in ordinals.reversed() where try isBase(ordinal, layout, files) {
          return ordinal
        }
        return ordinals.first ?? 1
      } catch {
        // One that went since was pruned: what is there now says where the journal begins.
        guard error.isNotFound, try self.ordinals(layout, files) != ordinals else { throw error }
      }
    }
  }

  static func isBase(
    _ ordinal: Int, _ layout: StoreLayout, _ files: any FileSystem
  ) throws(SystemError) -> Bool {
    let head = 0..<JournalBase.opening.count
    return try files.read(layout.segment(ordinal), head) == JournalBase.opening
  }
}

extension JournalReader {
  /// Reads the whole journal, without a snapshot.
  init(fromBeginning layout: StoreLayout, _ files: any FileSystem) throws(StoreError) {
    let segment = try onDisk { () throws(SystemError) in
      try JournalSegments.beginning(layout, files)
    }
    self.init(layout: layout, files: files, position: JournalPosition(segment: segment))
    chainIsBroken = segment > 1
  }
}
