import JSON
import Posix
import Tasks

/// Is a task in a folder of its own, to be read by people and taken over by other stores:
/// `task.json`, `task.md`, `attempts/<n>/messages-….jsonl`, and content in `content/<cid>`.
package struct TaskBundle: Sendable {
  package let folder: String
  let files: any FileSystem

  package init(_ folder: String, files: any FileSystem = RealFileSystem()) {
    self.folder = folder
    self.files = files
  }

  static let version = 1

  var manifest: String { Path.join(folder, "task.json") }
  var readable: String { Path.join(folder, "task.md") }

  func attempt(_ attemptN: Int) -> String { Path.join(folder, "attempts/\(attemptN)") }

  func content(_ cid: ContentID) -> String { Path.join(folder, "\(Self.contentFolder)/\(cid)") }

  package static let contentFolder = "content"

  /// Heads a bundle; its members are those of the store's own `task.json`.
  struct Manifest: Sendable, JSONCodable {
    var version: Int
    var exportedAt: Timestamp
    var content: [ContentID]
    var task: TaskRecord

    static let json = Codec.object(
      Self.init, required("errandBundle", \.version, .int(1 ... .max)),
      required("exportedAt", \.exportedAt, .timestamp),
      required("content", \.content, .array(of: .contentID)),
      required("task", \.task, TaskRecord.json))
  }
}

/// Says why a task was not put into a bundle, or not taken out of one.
package enum BundleError: Error, Sendable {
  case store(StoreError)
  /// A file of the bundle cannot be read or written.
  case file(SystemError)
  case taken(String)
  case notABundle(String, why: String)
  case newer(Int)
  case stillGoesOn(String)
}

/// Passes the store's errors on as the bundle's.
func bundling<Value: ~Copyable>(
  _ body: () throws(StoreError) -> Value
) throws(BundleError) -> Value {
  do throws(StoreError) { return try body() } catch { throw .store(error) }
}

/// Passes the system's errors on as the bundle's.
func onBundle<Value>(_ body: () throws(SystemError) -> Value) throws(BundleError) -> Value {
  do throws(SystemError) { return try body() } catch { throw .file(error) }
}

extension TaskRecord {
  /// Lists the content that goes with it, as far as a store may have it.
  var portableContent: [ContentID] {
    var seen: Set<ContentID> = []
    let all = artifacts.map(\.cid) + [spec.typeCid].compactMap(\.self)
    return all.filter { seen.insert($0).inserted }
  }
}
