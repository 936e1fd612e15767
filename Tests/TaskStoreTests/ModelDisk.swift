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
    var isSettled: Bool { appends.isEmpty && poisoned.isEmpty && !isDirty }
  }

  struct Rename: Sendable {
    var removed: String?
    var added: (path: String, node: Int)?

    var paths: [String] { [removed, added?.path].compactMap(\.self) }

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
  /// The first of the nodes that were written just now; those before were written days ago.
  var youngFrom = 0
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
    // With a change all before it come to the medium that were about the same names.
    var chosen: Set<Int> = []
    var about: Set<String> = []
    for (place, change) in pending.enumerated().reversed()
    where change.touches(directory) || !about.isDisjoint(with: change.paths) {
      chosen.insert(place)
      about.formUnion(change.paths)
    }
    for place in pending.indices where chosen.contains(place) {
      Self.apply(pending[place], to: &safeNames)
    }
    pending = pending.indices.filter { !chosen.contains($0) }.map { pending[$0] }
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

  /// Tells that a power cut changes nothing.
  var isSettled: Bool { pending.isEmpty && nodes.allSatisfy(\.isSettled) }

  /// Gives the disk on which nothing survived but what was synced; the first of all power cuts.
  var leastRemains: Remains {
    let names = names(after: [])
    return remains(.lost, names, open(names).map { ($0, left(of: $0, .lost)) })
  }

  /// Gives the disks a power cut may leave: some names gone, content lost, torn or out of order.
  ///
  /// Those that are alike are given once, as what asks most of the store: garbage excuses damage.
  func powerCuts() -> [Remains] {
    let all = Array(pending.indices)
    var chosen: [[Int]] = [[]]
    if !all.isEmpty { chosen.append(all) }
    if all.count > 1 { chosen += [[all.count - 1], Array(all.dropFirst()), [0]] }
    var cuts: [Remains] = []
    var seen: [[String: Int]] = []
    for names in chosen.map(names(after:)) where !seen.contains(names) {
      seen.append(names)
      let open = open(names)
      var contents: [[[UInt8]]] = []
      for loss in Loss.allCases {
        let content = open.map { left(of: $0, loss) }
        if contents.contains(content) { continue }
        contents.append(content)
        cuts.append(remains(loss, names, Array(zip(open, content))))
      }
    }
    return cuts
  }

  /// Gives the names that are left where some of those that were not synced are.
  private func names(after chosen: [Int]) -> [String: Int] {
    var names = safeNames
    for index in chosen { Self.apply(pending[index], to: &names) }
    // What stands in a folder whose own name is gone is gone.
    while true {
      let orphans = names.keys.filter { $0 != "/" && names[Path.parent($0)] == nil }
      if orphans.isEmpty { return names }
      for path in orphans { names[path] = nil }
    }
  }

  /// Lists what is named and may be lost.
  private func open(_ names: [String: Int]) -> [Int] {
    names.values.filter { !nodes[$0].isSettled }.sorted()
  }

  private func left(of node: Int, _ loss: Loss) -> [UInt8] {
    let node = nodes[node]
    return node.isDirty ? Self.left(of: node, loss) : onMedium(node.bytes, node.poisoned)
  }

  private func remains(
    _ loss: Loss, _ names: [String: Int], _ content: [(node: Int, bytes: [UInt8])]
  ) -> Remains {
    var disk = self
    disk.safeNames = names
    disk.names = names
    disk.pending = []
    for (node, bytes) in content { disk.nodes[node] = Node(bytes: bytes, safe: bytes) }
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
