import JSON
import Posix
import Tasks

extension TaskStore {
  /// Takes a task over from a bundle: content first, the task's line in the journal last, so that
  /// whatever dies before leaves only what is swept up. One that is here already stays as it is,
  /// unless it cannot be read here, nor goes on.
  package func takeOver(
    _ bundle: TaskBundle, team: String, limits: Limits, by actor: Actor
  ) throws(BundleError) -> Creation {
    let manifest = try manifest(of: bundle)
    let record = manifest.task
    let here = try bundling { () throws(StoreError) in
      let here = try reading { (fold) throws(StoreError) in try Self.readable(record.id, fold) }
      // Whoever took it over before may have died before that was safe.
      if here != nil { try syncAll() }
      return here
    }
    if let here { return Creation(record: here, replayed: true) }
    try takeContent(of: manifest, from: bundle, limits)
    // Until the journal names the task, its folder looks like one to be swept up.
    let still = try bundling { () throws(StoreError) in try stillness() }
    defer { still.release() }
    for attempt in record.attempts {
      try copyMessages(
        from: bundle.attempt(attempt.attemptN),
        to: layout.attemptFolder(of: record, attempt.attemptN))
    }
    return try bundling { () throws(StoreError) in try enter(record, team: team, by: actor) }
  }

  /// Writes a task's line, under another name where its own is taken.
  private func enter(
    _ record: TaskRecord, team: String, by actor: Actor
  ) throws(StoreError) -> Creation {
    let creation = try appending(by: actor) {
      (fold, moment) throws(StoreError) -> (JournalChange?, Creation) in
      if let here = try Self.readable(record.id, fold) {
        return (nil, Creation(record: here, replayed: true))
      }
      var name = record.spec.name
      var random = SystemRandomNumberGenerator()
      while try fold.id(named: name).map({ $0 != record.id }) ?? false {
        name = TaskName.renewing(name, using: &random)
      }
      let known = try fold.record(record.id)?.revision ?? 0
      let taken = record.takenOver(at: moment, name: name, team: team, after: known)
      return (.saidAnew(taken), Creation(record: taken, replayed: false))
    }
    try sync()
    if !creation.replayed { try writeCopy(of: creation.record) }
    return creation
  }

  /// Gives a task that is here; nil also where it is damaged, and nothing of it goes on.
  private static func readable(_ id: TaskID, _ fold: Fold) throws(StoreError) -> TaskRecord? {
    guard let here = try fold.record(id) else { return nil }
    let isLost = here.isAtRest || here.attempts.isEmpty
    return fold.isDamaged(id) && isLost ? nil : here
  }

  private func manifest(of bundle: TaskBundle) throws(BundleError) -> TaskBundle.Manifest {
    func refuse(_ why: String) -> BundleError { .notABundle(bundle.folder, why: why) }
    let bytes: [UInt8]
    do throws(SystemError) {
      bytes = try files.read(bundle.manifest, limit: Self.manifestLimit)
    } catch {
      if error.isNotFound || error.isNotDirectory { throw refuse("it has no task.json") }
      throw .file(error)
    }
    let manifest: TaskBundle.Manifest
    do {
      let value = try JSONValue.parse(bytes)
      if let version = value["errandBundle"]?.intValue, version > TaskBundle.version {
        throw BundleError.newer(version)
      }
      manifest = try TaskBundle.Manifest.json.decode(value)
    } catch let error as BundleError {
      throw error
    } catch {
      throw refuse("its task.json cannot be read: \(error)")
    }
    let record = manifest.task
    guard record.isAtRest else { throw .stillGoesOn(record.spec.name) }
    let isInOrder = record.attempts.enumerated().allSatisfy { $0.element.attemptN == $0.offset + 1 }
    guard TaskName.isValid(record.spec.name), isInOrder else {
      throw refuse("its task has no valid name, or attempts are missing")
    }
    if let forged = record.misnamed { throw refuse("\(forged) is not what its content id says") }
    return manifest
  }

  /// The journal takes no longer line.
  private static let manifestLimit = 16 << 20

  private func takeContent(
    of manifest: TaskBundle.Manifest, from bundle: TaskBundle, _ limits: Limits
  ) throws(BundleError) {
    let listed = Set(manifest.content)
    // What is here is held against its name, too, and made safe: its writer may have died.
    for cid in manifest.task.portableContent where listed.contains(cid) {
      let path = bundle.content(cid)
      let stored: BlobStore.Stored
      do throws(StoreError) {
        stored = try blobs.put(path: path, limit: max(limits.artifact, limits.artifacts))
      } catch .disk(let error) where error.isNotFound && error.subject == path {
        throw .notABundle(bundle.folder, why: "\(cid) of its content is missing")
      } catch {
        throw .store(error)
      }
      guard stored.cid == cid else {
        throw .notABundle(bundle.folder, why: "\(cid) in it is not what its name says")
      }
    }
  }
}

extension TaskRecord {
  /// Names its input or an output that has another content id than stands beside it.
  fileprivate var misnamed: String? {
    if !spec.input.isNamed(by: spec.inputCid) { return "the task's input" }
    let forged = attempts.first { attempt in
      guard let output = attempt.output, let cid = attempt.outputCid else { return false }
      return !output.isNamed(by: cid)
    }
    return forged.map { "the output of attempt \($0.attemptN)" }
  }
}

extension JSONValue {
  fileprivate func isNamed(by cid: ContentID) -> Bool {
    // What has no canonical form was never named.
    do throws(CanonicalFormError) { return ContentID(json: try canonical) == cid } catch {
      return false
    }
  }
}
