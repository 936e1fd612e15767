import JSON
import Posix
import TaskStore
import Tasks

/// Tells what is left of each operation after a fault.
extension FaultProcess {
  /// Looks for what an operation did.
  func trace(of operation: FaultOperation, _ slot: Int) throws(StoreError) -> FaultOperation.Trace {
    let store = try opened()
    switch operation {
    case .create: return try task("new-\(slot)", .queued, revision: 1)
    case .peerCreates: return try task("peer-\(slot)", .queued, revision: 1)
    case .claim: return try task("queued-\(slot)", .dispatched, revision: 2)
    case .settle: return try task("running-\(slot)", .completed, revision: 4)
    case .say:
      guard try has("running-0") else { return .absent }
      let page = try MessageReader(folder: Self.messages(store), files: files).read(MessageQuery())
      let texts = page.items.map(\.body)
      guard texts.first == .text("before") else { return .wrong("\(texts)") }
      return texts.contains(.text("said \(slot)")) ? .whole : .absent
    case .putBlob: return try blob(Self.content(slot))
    case .stageFile:
      return try onModel { () throws(SystemError) in try RealFileSystem().read(start.source) }
        .map { (bytes) throws(StoreError) in try blob(bytes) } ?? .wrong("no source")
    case .writeSecrets:
      let found = try store.secrets(of: Self.id(slot))
      if found.isEmpty { return .absent }
      return found.values.first?.hasPrefix("secret") == true ? .whole : .wrong("\(found)")
    case .removeSecrets:
      guard try has("running-\(slot)") else { return .absent }
      let id = try store.lastKnown(TaskReference("running-\(slot)")).id
      let found = try store.secrets(of: id)
      if found.isEmpty { return .whole }
      return found == ["A": "old"] ? .absent : .wrong("\(found)")
    case .key:
      let key = try store.key("key-\(slot)")
      guard let given = keys[slot] else { return key.count == 32 ? .absent : .wrong("\(key)") }
      return key == given ? .whole : .wrong("another key")
    case .makeHandle: return try store.waitHandle("new-\(slot)") == nil ? .absent : .whole
    case .endHandle: return try store.waitHandle("old-\(slot)")?.end == nil ? .absent : .whole
    case .moveCursor: return try store.inboxCursor(Self.reader(slot)) == 2 ? .whole : .absent
    case .replay: return try task("keyed", .queued, revision: 1)
    case .prune:
      return try task("ended", .completed, revision: 4) == .absent ? .whole : .absent
    case .heal:
      let trace = try task("broken-\(slot)", .completed, revision: 5)
      if case .damaged = trace { return .absent }
      return trace
    case .mend:
      let faults = StoreInspection(root: Self.root, files: files).faults
      // What the fault itself has left at the end of the journal is for the next mending.
      let isOpen = faults.contains {
        guard case .journal(let first, _) = $0 else { return false }
        return first.path == store.layout.segment(1) && (first.line ?? 0) <= start.lines
      }
      let trace = try task("known", .dispatched, revision: 3)
      let said = try MessageReader(folder: Self.messages(store, of: "known"), files: files)
        .read(MessageQuery()).items.map(\.body)
      guard said.first == .text("first"), said.last == .text("last") else {
        return .wrong("\(said)")
      }
      // Whoever finds it mended promises nothing: after a power cut it is found and mended again.
      if isOpen || hasMendedMessages && said.count < 3 { return .absent }
      // Whether it said the task anew, or a pruning had left nothing to mend.
      return trace == .absent ? .whole : trace
    case .compact, .reopen, .lock: return .whole
    case .copy: return try copy(slot)
    case .delete: return try inBin("done-\(slot)")
    case .restore: return try inBin("binned-\(slot)").opposite
    case .keepSchedule: return try schedule("new-\(slot)")
    case .removeSchedule: return try schedule("old-\(slot)").opposite
    case .takeOver: return try takenOver("bundle-\(slot)")
    case .changeSchedule: return try changed("old-\(slot)")
    case .decide: return try decided("old-\(slot)")
    case .keepPlace:
      // A later one in the sequence is found at another port.
      return try store.consolePlace()?.port ?? 0 >= 7000 + slot ? .whole : .absent
    case .makeCode: return try door.made(slot, store)
    case .enter: return try door.entered(slot, store)
    case .signOut: return try door.signedOut(start.slots, store)
    case .sweepSecrets: return try sweptSecrets(of: "done-\(slot)")
    case .sweepContent:
      // What it took away may come back with a power cut; the next day's takes it again.
      let mark = Path.join(store.layout.run, "swept")
      return try onModel { () throws(SystemError) in try files.exists(mark) } == true
        ? .whole : .absent
    }
  }

  private func task(
    _ name: String, _ status: TaskStatus, revision: Int
  ) throws(StoreError) -> FaultOperation.Trace {
    let before: [String: (TaskStatus, Int)] = [
      "queued": (.queued, 1), "running": (.running, 3), "known": (.dispatched, 2),
    ]
    let found: TaskRecord
    do throws(StoreError) {
      found = try opened().task(TaskReference(name))
    } catch {
      switch error {
      case .notFound: return .absent
      case .damagedTask: return try damaged(name, status, revision: revision)
      default: throw error
      }
    }
    if found.status == status && found.revision == revision { return .whole }
    if let (old, revision) = before[String(name.prefix { $0 != "-" })], found.status == old,
      found.revision == revision
    {
      return .absent
    }
    return .wrong("\(name) is \(found.status) at revision \(found.revision)")
  }

  private func damaged(
    _ name: String, _ status: TaskStatus, revision: Int
  ) throws(StoreError) -> FaultOperation.Trace {
    let known = try opened().lastKnown(TaskReference(name))
    return .damaged(isWhole: known.status == status && known.revision == revision)
  }

  private func blob(_ bytes: [UInt8]) throws(StoreError) -> FaultOperation.Trace {
    let content = ContentID(raw: bytes)
    guard let size = try opened().blobs.size(content) else { return .absent }
    let found = try opened().blobs.read(content, count: size)
    return found == bytes ? .whole : .wrong("a blob holds \(found.count) other bytes")
  }

  private func copy(_ slot: Int) throws(StoreError) -> FaultOperation.Trace {
    let store = try opened()
    let record = try store.lastKnown(TaskReference("queued-\(slot)"))
    let path = store.layout.taskFolder(of: record) + "/task.json"
    guard
      let bytes = try onModel({ () throws(SystemError) -> [UInt8]? in
        try files.exists(path) ? try files.read(path) : nil
      })
    else { return .absent }
    return (try? JSONValue.parse(bytes)) == nil ? .wrong("a torn copy") : .whole
  }

  private func onModel<Result>(
    _ body: () throws(SystemError) -> Result?
  ) throws(StoreError) -> Result? {
    do throws(SystemError) { return try body() } catch { throw .disk(error) }
  }
}
