import JSON
import Posix
import Synchronization
import Tasks

/// Gives the task types: those built in, and the user's own from `types/` beside the configuration.
package final class TaskTypeFolder: Sendable {
  private struct Reading {
    var files: [String: FileStatus]
    var registry: TaskTypeRegistry
  }

  package let path: String
  private let last = Mutex<Reading?>(nil)

  private enum Limit {
    static let files = 100
    static let bytes = 256 << 10
    /// A file changed twice within a tick of the system's clock looks the same both times.
    static let settled: Int64 = 2_000_000_000
  }

  package init(environment: [String: String]) {
    path = Path.join(Path.parent(Configuration.path(environment: environment)), "types")
  }

  /// Reads what has changed since the last time; what cannot be used is among the problems.
  package func current() -> TaskTypeRegistry {
    var registry = TaskTypeRegistry.builtIn
    let files: [String: FileStatus]
    do throws(SystemError) {
      files = try list(&registry)
    } catch {
      registry.note(path, "the folder cannot be read: \(error.reason)")
      return registry
    }
    guard !files.isEmpty || !registry.problems.isEmpty else { return registry }
    if let known = last.withLock({ $0 }), known.files == files { return known.registry }
    for name in files.keys.sorted() { add(name, to: &registry) }
    let now = WallClock.nowMilliseconds() * 1_000_000
    if registry.problems.isEmpty, files.values.allSatisfy({ now - $0.modified > Limit.settled }) {
      let reading = Reading(files: files, registry: registry)
      last.withLock { $0 = reading }
    }
    return registry
  }

  private func list(
    _ registry: inout TaskTypeRegistry
  ) throws(SystemError) -> [String: FileStatus] {
    let names: [String]
    do throws(SystemError) {
      names = try RealFileSystem().list(path).filter { $0.hasSuffix(".json") && $0.first != "." }
    } catch {
      if error.isNotFound { return [:] }
      throw error
    }
    var files: [String: FileStatus] = [:]
    for name in names.sorted().prefix(Limit.files) {
      files[name] = try FileStatus.of(Path.join(path, name))
    }
    if names.count > Limit.files {
      registry.note(path, "only the first \(Limit.files) files are read")
    }
    return files
  }

  private func add(_ name: String, to registry: inout TaskTypeRegistry) {
    let path = Path.join(path, name)
    do throws(SystemError) {
      registry.add(file: path, try RealFileSystem().read(path, limit: Limit.bytes))
    } catch {
      registry.note(path, "it cannot be read: \(error.reason)")
    }
  }
}

extension TaskStore {
  /// Keeps the form of a type of the user's own, as it is while a task is created.
  package func keep(_ type: TaskType) throws(StoreError) -> ContentID? {
    guard TaskTypeRegistry.isOwn(type.name) else { return nil }
    return try blobs.put(type.file.bytes).cid
  }

  /// Gives a task's type as it was when the task was created.
  package func type(of spec: TaskSpec) throws(StoreError) -> TaskType {
    guard let cid = spec.typeCid else {
      if let type = TaskTypeRegistry.builtIn(named: spec.taskType) { return type }
      throw .damaged(
        path: layout.journal, offset: 0, reason: "nothing tells what a \(spec.taskType) is")
    }
    let bytes = try blobs.read(cid, count: Self.typeLimit)
    do {
      return try TaskType(file: JSONValue.parse(bytes))
    } catch {
      throw .damaged(path: blobs.path(cid), offset: 0, reason: "\(error)")
    }
  }

  /// Bounds the stored form of a type, which is that of its file in other spacing.
  private static let typeLimit = 1 << 20
}
