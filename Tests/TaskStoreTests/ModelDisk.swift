import Posix

/// Is what a disk holds, in memory: what programs see, and what a power cut leaves of it.
///
/// Files only grow and are cut, as `AppendFile` allows; what was not synced may be lost, torn, or
/// come in another order. A name is safe once its directory was synced, and with it the names of
/// the folders above, as journaling file systems have it. Nothing is safe that a failed sync threw
/// away, even if a later one succeeds.
struct ModelDisk: Sendable {
  struct Node: Sendable {
    var isDirectory = false
    var bytes: [UInt8] = []
    /// What is on the medium.
    var safe: [UInt8] = []
    /// Where appends that are not synced begin.
    var appends: [Int] = []
    /// What a failed sync threw away; it reads as it was until the power goes.
    var poisoned: [Range<Int>] = []

    var isDirty: Bool { bytes != safe }
  }

  struct Rename: Sendable {
    var removed: String?
    var added: (path: String, node: Int)?

    func touches(_ directory: String) -> Bool {
      if let removed, Path.parent(removed) == directory { return true }
      guard let added else { return false }
      return Path.parent(added.path) == directory || Path.isInside(directory, added.path)
    }
  }

  /// Says what becomes of content that was not synced.
  enum Loss: String, Sendable, CaseIterable {
    case lost, kept, torn, zeroTail, garbage, reordered
  }

  /// Is a disk after a power cut, and what became of its content.
  struct Remains: Sendable {
    let loss: Loss
    let disk: ModelDisk
  }

  var nodes: [Node] = [Node(isDirectory: true)]
  var names: [String: Int] = ["/": 0]
  private var safeNames: [String: Int] = ["/": 0]
  private var pending: [Rename] = []

  init() {}

  /// Counts the lines of a file; none where there is no file.
  func lines(of path: String) -> Int {
    names[path].map { nodes[$0].bytes.count { $0 == 10 } } ?? 0
  }

  mutating func add(_ path: String, _ node: Int, insteadOf old: String? = nil) {
    pending.append(Rename(removed: old, added: (path, node)))
    Self.apply(pending[pending.count - 1], to: &names)
  }

  mutating func remove(_ path: String) {
    names[path] = nil
    pending.append(Rename(removed: path, added: nil))
  }

  mutating func syncNames(in directory: String) {
    for change in pending where change.touches(directory) { Self.apply(change, to: &safeNames) }
    pending.removeAll { $0.touches(directory) }
  }

  mutating func sync(_ node: Int) {
    nodes[node].safe = onMedium(nodes[node].bytes, nodes[node].poisoned)
    nodes[node].appends = []
  }

  /// Throws away what is not synced, as a kernel does whose disk refused it.
  mutating func failSync(_ node: Int) {
    let start = min(nodes[node].safe.count, nodes[node].bytes.count)
    nodes[node].poisoned.append(start..<nodes[node].bytes.count)
    nodes[node].appends = []
  }

  /// Gives the disk on which nothing survived but what was synced.
  var leastRemains: Remains { remains(names: [], .lost) }

  /// Gives the disks a power cut may leave: some names gone, content lost, torn or out of order.
  func powerCuts() -> [Remains] {
    let all = Array(pending.indices)
    var chosen: [[Int]] = [[]]
    if !all.isEmpty { chosen.append(all) }
    if all.count > 1 { chosen += [[all.count - 1], Array(all.dropFirst()), [0]] }
    let isDirty = nodes.contains { $0.isDirty }
    return chosen.flatMap { names in
      (isDirty ? Loss.allCases : [.kept]).map { remains(names: names, $0) }
    }
  }

  private func remains(names chosen: [Int], _ loss: Loss) -> Remains {
    var disk = self
    for index in chosen { Self.apply(pending[index], to: &disk.safeNames) }
    // What stands in a folder whose own name is gone is gone.
    disk.safeNames = disk.safeNames.filter { path, _ in
      var parent = Path.parent(path)
      while parent != "/" {
        if disk.safeNames[parent] == nil { return false }
        parent = Path.parent(parent)
      }
      return true
    }
    disk.names = disk.safeNames
    disk.pending = []
    for place in nodes.indices where !nodes[place].isDirectory {
      let left = nodes[place].isDirty ? Self.left(of: nodes[place], loss) : nodes[place].bytes
      let bytes = nodes[place].isDirty ? left : onMedium(left, nodes[place].poisoned)
      disk.nodes[place] = Node(bytes: bytes, safe: bytes)
    }
    return Remains(loss: loss, disk: disk)
  }

  private static func apply(_ change: Rename, to names: inout [String: Int]) {
    if let removed = change.removed { names[removed] = nil }
    guard let added = change.added else { return }
    names[added.path] = added.node
    guard let removed = change.removed else { return }
    // What stands in a folder moves with it.
    for (path, node) in names where path.hasPrefix(removed + "/") {
      names[path] = nil
      names[added.path + path.dropFirst(removed.count)] = node
    }
  }

  private static func left(of node: Node, _ loss: Loss) -> [UInt8] {
    let kept = min(node.safe.count, node.bytes.count)
    let fresh = node.bytes.count - kept
    let middle = kept + fresh / 2
    if fresh == 0 { return loss == .lost ? node.safe : node.bytes }
    var bytes = node.bytes
    switch loss {
    case .lost: return node.safe
    case .kept: break
    case .torn: bytes.removeSubrange(middle...)
    case .zeroTail: for place in middle..<bytes.count { bytes[place] = 0 }
    case .garbage:
      for place in middle..<bytes.count {
        bytes[place] = UInt8(truncatingIfNeeded: place &* 37 | 1)
      }
      bytes[bytes.count - 1] = UInt8(ascii: "\n")
    case .reordered:
      // The first append is missing, those behind it are there.
      let end = node.appends.dropFirst().first ?? middle
      for place in kept..<max(kept, min(end, bytes.count)) { bytes[place] = 0 }
    }
    for range in node.poisoned {
      for place in range where place < bytes.count { bytes[place] = 0 }
    }
    return bytes
  }

  private func onMedium(_ bytes: [UInt8], _ poisoned: [Range<Int>]) -> [UInt8] {
    var bytes = bytes
    for range in poisoned { for place in range where place < bytes.count { bytes[place] = 0 } }
    return bytes
  }
}
