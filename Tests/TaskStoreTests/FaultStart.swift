import TaskStore

/// Is what sequences of one length begin with.
struct FaultStart {
  /// A file beside the store, which is staged; the staging reads it from the machine.
  let source: String
  /// How many things there are of each kind that an operation changes.
  let slots: Int
  let disk: ModelDisk
  let history: ModelHistory
  /// How many lines the journal had before the sequence.
  let lines: Int

  /// Makes a store with what `slots` operations need; without any, there is none yet.
  init(source: String, slots: Int) throws(StoreError) {
    let files = ModelFiles(ModelDisk())
    if slots > 0 { try FaultProcess.prepare(files, source: source, slots: 0..<slots) }
    self.source = source
    self.slots = slots
    disk = files.disk
    history = ModelHistory(beginningWith: disk)
    lines = disk.lines(of: FaultProcess.root + "/journal/0000000001.jsonl")
  }
}
