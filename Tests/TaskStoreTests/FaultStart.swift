import TaskStore

/// Is the disk that sequences of one length begin with.
struct FaultStart {
  /// Says what there is before a sequence.
  enum Kind {
    /// Everything that an operation changes, damage included.
    case whole
    /// No store yet.
    case none
    /// A store without damage, so that content may be swept, and with much that had its time.
    case old
  }

  /// A file beside the store, which is staged; the staging reads it from the machine.
  let source: String
  let kind: Kind
  /// How many things there are of each kind that an operation changes.
  let slots: Int
  let disk: ModelDisk
  let history: ModelHistory
  /// How many lines the journal had before the sequence.
  let lines: Int
  /// What there is beside what a sequence changes.
  let bystanders: FaultBystanders

  /// Makes a disk with what `slots` operations need.
  init(_ kind: Kind, source: String, slots: Int) throws(StoreError) {
    let files = ModelFiles(ModelDisk())
    self.source = source
    self.kind = kind
    self.slots = kind == .none ? 0 : slots
    switch kind {
    case .none: break
    case .whole: try FaultProcess.prepare(files, source: source, slots: 0..<slots)
    case .old: try FaultProcess.prepareOld(files, source: source, slots: 0..<slots)
    }
    var disk = files.disk
    disk.youngFrom = kind == .old ? disk.nodes.count : 0
    self.disk = disk
    history = ModelHistory(beginningWith: disk)
    lines = disk.lines(of: FaultProcess.root + "/journal/0000000001.jsonl")
    let looking =
      kind == .none ? nil : try TaskStore.open(FaultProcess.root, files: ModelFiles(disk))
    bystanders =
      try looking.map { (store) throws(StoreError) in
        try FaultBystanders(of: store, slots: slots)
      } ?? FaultBystanders()
  }
}
