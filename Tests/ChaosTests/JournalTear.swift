import Posix

@testable import TaskStore

/// Leaves the journal as a writer does that dies in the middle of a write.
enum JournalTear {
  static func tear(_ store: String, using random: inout some RandomNumberGenerator) throws -> Bool {
    let layout = StoreLayout(root: store)
    let files = RealFileSystem()
    guard try files.exists(layout.journalLock) else { return false }
    let lock = try LockFile(layout.journalLock)
    try lock.lock(within: .seconds(60))
    // A lock that is not given up here goes with its file.
    defer { try? lock.unlock() }
    var ordinal = 1
    while try files.exists(layout.segment(ordinal + 1)) { ordinal += 1 }
    guard try files.exists(layout.segment(ordinal)) else { return false }
    let whole = #"{"n":1000000,"at":"2030-01-01T00:00:00.000Z","by":{"kind":"client","name":"x"}"#
    let half = whole.utf8.prefix(Int.random(in: 1...whole.utf8.count, using: &random))
    try files.openForAppending(layout.segment(ordinal)).append(Array(half))
    return true
  }
}
